//! Runs all probes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::child::reporting::{Next, ReportingChild};
use crate::engine::Digest;
use crate::machine::{idle, study_lock::StudyLock};
use crate::model::{Concurrency, ModelEntry, Platform};
use crate::record::schema::{Passes, ProbeRecord};
use crate::study::launch::PlatformOrder;
use crate::study::probe::answer::{ProbeAnswer, ProbeOrder, SUBCOMMAND};
use crate::study::probe::{Probe, limit::crowds, passes::passes};

/// The maximum duration of a probe: a million waiting tasks take several seconds.
const DEADLINE: Duration = Duration::from_secs(60);

/// The probes to run, their models and their limits.
#[derive(Clone, Debug)]
pub struct ProbeOptions {
    /// This project's program.
    pub exe: PathBuf,
    /// The command that starts processes of MPI, if it is not `mpirun`.
    pub mpirun: Option<String>,
    /// The models.
    pub models: Vec<ModelEntry>,
    /// The models whose waits show the timers, also those of interpreters.
    pub timers: Vec<ModelEntry>,
    /// The maximum number of jobs at once.
    pub most_jobs: usize,
    /// The maximum memory of jobs at once, in bytes.
    pub most_bytes: u64,
    /// Make one pass, and probe small job counts only.
    pub quick: bool,
    /// A user's workloads instead of bakeoff's own jobs: then only starting is asked.
    pub of_user: Vec<ProbedWorkload>,
}

/// A user's workload that models are started on.
#[derive(Clone, Debug)]
pub struct ProbedWorkload {
    /// Its name.
    pub name: String,
    /// The digests that its jobs must return, if other processes have found them, or why nobody knows them.
    pub expected: Result<Option<Vec<Digest>>, String>,
}

impl ProbeOptions {
    /// What the jobs of a user's workload must return, where a probe is about one, and other processes know it.
    fn expected(&self, probe: &Probe) -> Result<Option<Vec<Digest>>, String> {
        let Probe::Start(workload) = probe else { return Ok(None) };
        let of_user = self.of_user.iter().find(|it| it.name == *workload);
        of_user.map_or(Ok(None), |it| it.expected.clone())
    }
}

/// What probes have found.
#[derive(Debug)]
pub struct Gathered {
    /// Model by model.
    pub probes: Vec<ProbeRecord>,
    /// How the repeated ones were made.
    pub passes: Passes,
}

/// Runs all probes until `stop` is set: first those that are repeated, in passes over all models, and then job counts, model by
/// model. Calls `progress` before each probe.
pub fn gather(
    options: &ProbeOptions,
    stop: &Arc<AtomicBool>,
    mut progress: impl FnMut(&str, &str),
) -> Gathered {
    let mut ask = |model: &ModelEntry, question: &Probe| {
        progress(model.name, &question.name());
        match options.expected(question) {
            Ok(expected) => {
                let asked = Asked { expected, mpirun: options.mpirun.clone() };
                probe(&options.exe, model, question, asked, stop)
            }
            Err(why) => Some(record(model, question, Err(why))),
        }
    };
    let study_lock = StudyLock::of_this_machine();
    let watch = |probes| idle::watch(Path::new("/"), &study_lock, probes);
    let (mut probes, passes) = passes(options, fastrand::u64(..), &mut ask, watch);
    // Released: a study of this process is no other study.
    drop(study_lock);
    for model in &options.models {
        // Of other models it is known: one, or as many as there are cores.
        let takes_more =
            !matches!(model.concurrency, Concurrency::One | Concurrency::Cores | Concurrency::AllButOne);
        let is_native = model.platform == Platform::Native;
        if takes_more && is_native && options.of_user.is_empty() {
            crowds(options, |question| {
                let record = ask(model, question)?;
                probes.push(record.clone());
                Some(record)
            });
        }
    }
    probes.sort_by_key(|probe| position(options, &probe.model));
    Gathered { probes, passes }
}

/// The position of a model in tables; timers of interpreters come last.
fn position(options: &ProbeOptions, model: &str) -> usize {
    let all = options.models.iter().chain(&options.timers);
    all.map(|entry| entry.name).position(|name| name == model).unwrap_or(usize::MAX)
}

/// What a probe is told besides.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The digests that its jobs must return, if they are a user's.
    pub expected: Option<Vec<Digest>>,
    /// The command that starts processes of MPI, if it is not `mpirun`.
    pub mpirun: Option<String>,
}

/// Runs one probe in a fresh process; `None` if it was stopped.
pub fn probe(
    exe: &Path,
    model: &ModelEntry,
    question: &Probe,
    asked: Asked,
    stop: &Arc<AtomicBool>,
) -> Option<ProbeRecord> {
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let order = ProbeOrder {
        model: model.name.into(),
        interpreter: PlatformOrder::of(model.platform),
        question: question.clone(),
        expected: asked.expected,
        mpirun: asked.mpirun,
    };
    let answer = match ReportingChild::<ProbeAnswer>::start(exe, SUBCOMMAND, &order, DEADLINE, stop) {
        Err(why) => Err(format!("{why:#}")),
        Ok(mut reporter) => match reporter.next() {
            Next::Report(answer) => answer,
            Next::Failed(why) => Err(why),
            Next::Stopped => return None,
        },
    };
    Some(record(model, question, answer))
}

fn record(model: &ModelEntry, question: &Probe, answer: ProbeAnswer) -> ProbeRecord {
    let (figures, failure) = match answer {
        Ok(figures) => (figures, None),
        Err(why) => (Default::default(), Some(why)),
    };
    ProbeRecord { model: model.name.into(), question: question.name(), turn: None, figures, failure }
}
