//! Traced runs of each model, paired with plain threads that show the machine's parallelism at that time.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::engine::batch::Batch;
use crate::engine::clock::{Usage, now};
use crate::engine::sample::Sample;
use crate::engine::trace::{Performance, Performer, Spans, Traced};
use crate::engine::work::Phases;
use crate::model::{ModelEntry, Resources};
use crate::post::story::{StoryRunner, traced_run};
use crate::record::schema::{EvidenceRecord, TracedRun};
use crate::workload::script::{Act as Do, Errand};
use crate::workload::{Job, ReadFile, Size, answer_of_parts};

/// Runs of each model: the interval then excludes one run at each end.
pub const LOOKS: usize = 9;

/// The minimum number of runs for an interval.
pub const QUICK_LOOKS: usize = 6;

/// Jobs of a batch.
const JOBS: usize = 24;

/// The kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobsOf {
    /// Waits for a timer, then computes: baking, then decorating.
    Cakes,
    /// Reads a file, then computes.
    Files,
}

impl JobsOf {
    /// Both kinds.
    pub const ALL: [JobsOf; 2] = [JobsOf::Cakes, JobsOf::Files];

    /// Its name in recordings.
    pub fn name(self) -> &'static str {
        match self {
            JobsOf::Cakes => "cakes",
            JobsOf::Files => "files",
        }
    }

    fn jobs(self, runner: &StoryRunner) -> Result<Vec<Job>> {
        let errand = |seed: u64, first: Do, ms: u64| {
            let compute = Do::Compute { parts: runner.calibration.parts(Duration::from_millis(ms)) };
            Job::Errand(Errand { seed, steps: vec![first.freely(), compute.freely()] })
        };
        Ok(match self {
            JobsOf::Cakes => (0..JOBS as u64).map(|seed| errand(seed, Do::Wait { us: 5_000 }, 10)).collect(),
            JobsOf::Files => {
                let size = Size { jobs: JOBS, each: 64 * 1024 };
                let files = ReadFile::stage(&runner.stage, "evidence", size)?;
                (0..).zip(files).map(|(seed, file)| errand(seed, Do::Read(file), 5)).collect()
            }
        })
    }
}

/// Traces each of `models` on each kind of job, with `looks` runs; calls `progress` before each.
pub fn gather(
    runner: &StoryRunner,
    models: &[ModelEntry],
    looks: usize,
    mut progress: impl FnMut(&ModelEntry, JobsOf),
) -> Vec<EvidenceRecord> {
    let mut evidence_records = Vec::new();
    for jobs in JobsOf::ALL {
        for model in models {
            progress(model, jobs);
            evidence_records.push(evidence_record(runner, model, jobs, looks));
        }
    }
    evidence_records
}

/// Traces one model on one kind of job; a model that can't run has the reason.
pub fn evidence_record(
    runner: &StoryRunner,
    model: &ModelEntry,
    jobs: JobsOf,
    looks: usize,
) -> EvidenceRecord {
    let (seen, control, unavailable) = match runs(runner, model, jobs, looks) {
        Ok((seen, control)) => (seen, control, None),
        Err(why) => (vec![], vec![], Some(format!("{why:#}"))),
    };
    EvidenceRecord { model: model.name.into(), jobs: jobs.name().into(), seen, control, unavailable }
}

fn runs(
    runner: &StoryRunner,
    model: &ModelEntry,
    jobs: JobsOf,
    looks: usize,
) -> Result<(Vec<TracedRun>, Vec<TracedRun>)> {
    // Two workers even on one core: they take turns, which is concurrent.
    let resources = Resources::new(runner.cores.max(2), &runner.exe);
    let batch = Batch::of(jobs.jobs(runner)?, &runner.stage);
    let mut performer = Performer::start(model, &resources)?;
    // Creates threads, connections and files before the traced runs.
    performer.perform(&batch)?;
    let (mut seen, mut control) = (Vec::new(), Vec::new());
    for _ in 0..looks {
        control.push(traced_run(&plain_threads(runner)?, &[]));
        seen.push(traced_run(&performer.perform(&batch)?, &[]));
    }
    Ok((seen, control))
}

/// One computing thread per core.
fn plain_threads(runner: &StoryRunner) -> Result<Performance> {
    let parts = runner.calibration.parts(Duration::from_millis(20));
    let spans: Arc<Spans> = Arc::default();
    let (before, start) = (Usage::of_this_process(), now());
    thread::scope(|scope| {
        for core in 0..runner.cores {
            let phases = Traced::to(&spans).job(core);
            let compute = move || phases.compute(|| answer_of_parts(core as u64, parts));
            thread::Builder::new().spawn_scoped(scope, compute).context("cannot start a thread")?;
        }
        Ok::<(), anyhow::Error>(())
    })?;
    let sample = Sample { wall: now() - start, used: Usage::of_this_process() - before };
    Ok(Performance::of(sample, spans.take()))
}
