//! Traced runs of each model, paired with plain threads that show the machine's parallelism at that time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::engine::{Batch, Context, Performance, Resources, Sample, Spans, Usage, WhyNot, now};
use crate::model::{MadeOf, ModelEntry};
use crate::record::schema::{EvidenceRecord, TracedRun};
use crate::study::cell::Cell;
use crate::study::run_environment::{RunEnvironment, traced_run};
use crate::workload::script::{Action, Script};
use crate::workload::{ReadFile, Size, answer_of_parts, script};

/// Runs of each model: the interval then excludes one run at each end.
pub const LOOKS: usize = 9;

/// The minimum number of runs for an interval.
pub const QUICK_LOOKS: usize = 6;

/// Jobs of a batch.
const JOBS: usize = 24;

/// The folder of the files on the stage.
const FOLDER: &str = "evidence";

/// The kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobsOf {
    /// Waits for a timer, then computes: baking, then decorating.
    Cakes,
    /// Reads a file, then computes.
    Files,
    /// Resolves a name, then computes.
    Names,
}

impl JobsOf {
    /// All kinds.
    pub const ALL: [JobsOf; 3] = [JobsOf::Cakes, JobsOf::Files, JobsOf::Names];

    /// Its name in recordings.
    pub fn name(self) -> &'static str {
        match self {
            JobsOf::Cakes => "cakes",
            JobsOf::Files => "files",
            JobsOf::Names => "names",
        }
    }

    /// What they do.
    pub fn about(self) -> &'static str {
        match self {
            JobsOf::Cakes => "cakes wait 5 ms for a timer and compute for 10 ms",
            JobsOf::Files => "files read 64 KiB and compute for 5 ms",
            JobsOf::Names => "names resolve localhost and compute for 5 ms",
        }
    }

    /// Whether it tells something of `model`: how a runtime resolves names is asked only of runtimes.
    fn is_for(self, model: &ModelEntry) -> bool {
        self != JobsOf::Names || matches!(model.made_of, MadeOf::Tasks | MadeOf::TasksOnOneThread)
    }

    fn batch(self, with: &RunEnvironment) -> Result<Batch> {
        let mut scripts = Vec::with_capacity(JOBS);
        let size = Size { jobs: JOBS, each: 64 * 1024 };
        if self == JobsOf::Files {
            ReadFile::setup(&with.stage, FOLDER, size)?;
        }
        for seed in 0..JOBS as u64 {
            let (first, ms) = match self {
                JobsOf::Cakes => (Action::Wait { us: 5_000 }, 10),
                JobsOf::Files => (Action::Read(ReadFile::new(&with.stage, FOLDER, size, seed)?), 5),
                JobsOf::Names => (Action::Resolve {}, 5),
            };
            let compute = Action::Compute { parts: with.calibration.parts(Duration::from_millis(ms)) };
            scripts.push(Script { seed, steps: vec![first.freely(), compute.freely()] });
        }
        script::batch(scripts, &with.stage)
    }
}

/// Traces each of `models` on each kind of job, with `looks` runs; calls `progress` before each. Once `stop` is set, returns
/// what was traced until then.
pub fn gather(
    with: &RunEnvironment,
    models: &[ModelEntry],
    looks: usize,
    stop: &AtomicBool,
    mut progress: impl FnMut(&ModelEntry, JobsOf),
) -> Vec<EvidenceRecord> {
    let mut evidence_records = Vec::new();
    for jobs in JobsOf::ALL {
        for model in models.iter().filter(|model| jobs.is_for(model)) {
            progress(model, jobs);
            let record = evidence_record(with, model, jobs, looks, stop);
            // Ctrl-C reaches child processes too: a run that it broke has not failed.
            if stop.load(Ordering::Relaxed) {
                return evidence_records;
            }
            evidence_records.push(record);
        }
    }
    evidence_records
}

/// Traces users' functions under their models, with `looks` runs of each cell; calls `progress` before each. Once `stop` is set, returns
/// what was traced until then.
pub fn gather_functions(
    with: &RunEnvironment,
    cells: &[Cell],
    looks: usize,
    stop: &AtomicBool,
    mut progress: impl FnMut(&Cell),
) -> Vec<EvidenceRecord> {
    let mut evidence_records = Vec::new();
    for cell in cells {
        progress(cell);
        // Two workers even on one core: they take turns, which is concurrent.
        let resources = cell.resources(with.cores.max(2), &with.exe);
        let batch = cell.workload.batch(cell.workload.size, &with.stage);
        let runs = batch.and_then(|batch| runs(with, &cell.model, &batch, &resources, looks, stop));
        if stop.load(Ordering::Relaxed) {
            return evidence_records;
        }
        let record = record(&cell.model, cell.workload.name, runs);
        evidence_records.push(EvidenceRecord { of_user: true, ..record });
    }
    evidence_records
}

/// Traces one model on one kind of job; a model that can't run has the reason.
pub fn evidence_record(
    with: &RunEnvironment,
    model: &ModelEntry,
    jobs: JobsOf,
    looks: usize,
    stop: &AtomicBool,
) -> EvidenceRecord {
    let resources = model.resources(with.cores.max(2), &with.exe);
    let runs = jobs.batch(with).and_then(|batch| runs(with, model, &batch, &resources, looks, stop));
    record(model, jobs.name(), runs)
}

/// The traced runs of a model, and those of plain threads beside them.
type Runs = (Vec<TracedRun>, Vec<TracedRun>);

fn record(model: &ModelEntry, jobs: &str, runs: Result<Runs>) -> EvidenceRecord {
    let ((seen, control), why_not) = match runs {
        Ok(runs) => (runs, None),
        Err(error) => ((vec![], vec![]), Some(WhyNot::of(&error))),
    };
    EvidenceRecord {
        model: model.name.into(),
        jobs: jobs.into(),
        of_user: false,
        seen,
        control,
        failed: why_not.as_ref().is_some_and(|why| !why.is_lack),
        unavailable: why_not.map(|why| why.reason),
    }
}

fn runs(
    with: &RunEnvironment,
    model: &ModelEntry,
    batch: &Batch,
    resources: &Resources,
    looks: usize,
    stop: &AtomicBool,
) -> Result<Runs> {
    ensure_not_stopped(stop)?;
    let mut performer = model.start_traced(batch, resources)?;
    // Creates threads, connections and files before the traced runs.
    performer.perform(batch)?;
    ensure_not_stopped(stop)?;
    let (mut seen, mut control) = (Vec::new(), Vec::new());
    for _ in 0..looks {
        control.push(traced_run(&plain_threads(with)?, &[]));
        ensure_not_stopped(stop)?;
        seen.push(traced_run(&performer.perform(batch)?, &[]));
    }
    Ok((seen, control))
}

/// Ends what was begun for a model: each step takes a few tenths of a second, on a busy machine some seconds.
fn ensure_not_stopped(stop: &AtomicBool) -> Result<()> {
    ensure!(!stop.load(Ordering::Relaxed), "it was stopped before");
    Ok(())
}

/// One computing thread per core.
fn plain_threads(with: &RunEnvironment) -> Result<Performance> {
    let parts = with.calibration.parts(Duration::from_millis(20));
    let spans = Spans::default();
    let (before, start) = (Usage::of_this_process(), now());
    thread::scope(|scope| {
        for core in 0..with.cores {
            let ctx = Context::new(core, Some(&spans), None);
            Builder::new()
                .spawn_scoped(scope, move || ctx.compute(|| answer_of_parts(core as u64, parts)))
                .context("cannot start a thread")?;
        }
        Ok::<(), anyhow::Error>(())
    })?;
    let sample = Sample { wall: now() - start, used: Usage::of_this_process() - before };
    Ok(Performance::of(sample, spans.take()))
}
