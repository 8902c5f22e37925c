//! Jobs that arrive over time, under all models at the same loads.
//!
//! - here: a whole measurement, to its saved recording
//! - `launch`: a fresh process that measures one workload; `first_jobs`: jobs after a time without any
//! - `starter`: starts models, and finds out what they can do; `precedence`: a core for the thread that hands jobs over

mod first_jobs;
mod launch;
mod precedence;
mod starter;

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::child::reporting::{Next, ReportingChild};
use crate::engine::{Batch, MOST_WORKERS, WhyNot, nanoseconds};
use crate::machine::{host, idle, study_lock::StudyLock};
use crate::model::{Concurrency, ModelEntry, Platform};
use crate::record::arrivals::ArrivalEvent;
use crate::record::journal::{Entry, Journal};
use crate::record::place::{Place, Saved};
use crate::record::plain::tell;
use crate::record::recovery::recover_all;
use crate::record::schema::{Arrivals, Recording, ServingArm};
use crate::stats::schedule::Schedule;
use crate::study::arrivals::launch::{ArmOrder, ArrivalOrder, Report};
use crate::study::launch::{Acknowledged, PlatformOrder};
use crate::study::plan::workload_entry;
use crate::study::runner::DEADLINE;
use crate::workload::{Workload, catalog::Catalog, fixture::stage::Stage};

pub use launch::{SUBCOMMAND, serve};

/// What to measure.
#[derive(Clone, Debug)]
pub struct ArrivalRequest {
    /// The workloads of this program.
    pub catalog: Catalog,
    /// Those whose jobs arrive, on a platform each.
    pub workloads: Vec<(Workload, Platform)>,
    /// The models that take them.
    pub models: Vec<ModelEntry>,
    /// The loads in percent, from the lowest to the highest.
    pub loads: Vec<NonZeroU64>,
    /// How jobs arrive.
    pub schedule: Schedule,
    /// Launches of each workload.
    pub launches: NonZeroU64,
    /// How long jobs arrive at a level.
    pub level: Duration,
    /// Whether jobs come after times without any, too.
    pub first_jobs: bool,
    /// Determines orders and arrivals; random if absent.
    pub seed: Option<u64>,
    /// This project's program.
    pub exe: PathBuf,
    /// The folder of the recording.
    pub place: Place,
    /// The command line to be recorded.
    pub command: Vec<String>,
}

/// How long jobs are waited for after the last has arrived, beside ten times what a job takes.
const PATIENCE: Duration = Duration::from_millis(200);

/// A workload that can be measured.
struct Subject {
    workload: Workload,
    platform: Platform,
    batch: Batch,
    stage: Arc<Stage>,
    arms: Vec<ArmOrder>,
    first_jobs: bool,
}

/// Measures and saves `begun` with its arrivals. If `stop` is set meanwhile, what was acknowledged is saved and marked partial. Calls
/// `progress` with the numbers of levels that are done, and of all.
///
/// # Errors
/// If nothing can be stored, so that nothing is measured.
pub fn measure(
    request: &ArrivalRequest,
    begun: Recording,
    stop: &Arc<AtomicBool>,
    mut progress: impl FnMut(usize, usize),
) -> Result<(Recording, Saved)> {
    for recovered in recover_all(request.place.folder()) {
        tell(&recovered.to_string());
    }
    let (arrivals, mut subjects) = prepared(request);
    let seed = arrivals.seed;
    let recording = Recording { arrivals: Some(arrivals), ..begun };
    let started = recording.environment.started_unix_s.unwrap_or_default();
    let name = format!("arrivals-{started}-{}", std::process::id());
    let mut journal = Journal::begin(request.place.folder(), &name, recording)?;
    let mut runner = Runner { request, journal: &mut journal, stop, levels: 0 };
    let all =
        subjects.iter().map(|it| it.arms.len()).sum::<usize>() * request.loads.len() * launches(request);
    let conducted = runner.run(&mut subjects, seed, |made| progress(made, all));
    let partial = stop.load(Ordering::Relaxed) || conducted.is_err();
    let recording = Recording { partial, ..journal.recording().clone() };
    let saved = request.place.save(&recording, &name).or_kept_in(journal.path());
    conducted?;
    if saved.path.is_some() {
        journal.remove();
    }
    Ok((recording, saved))
}

fn launches(request: &ArrivalRequest) -> usize {
    usize::try_from(request.launches.get()).unwrap_or(usize::MAX)
}

/// The arrivals as they are recorded before anything is measured, and the workloads that can be.
fn prepared(request: &ArrivalRequest) -> (Arrivals, Vec<Subject>) {
    let stage = Arc::new(Stage::new(&Stage::default_place(), &request.exe));
    let mut arrivals = Arrivals {
        command: request.command.clone(),
        schedule: request.schedule,
        loads: request.loads.clone(),
        launches_asked: request.launches,
        level_ns: NonZeroU64::new(nanoseconds(request.level)).unwrap_or(NonZeroU64::MIN),
        seed: request.seed.unwrap_or_else(|| fastrand::u64(..)),
        workloads: vec![],
        arms: vec![],
        launches: vec![],
        idle_checks: vec![],
    };
    let mut subjects = Vec::new();
    for &(workload, platform) in &request.workloads {
        let batch = workload.batch(workload.size, &stage).map_err(|error| WhyNot::of(&error).reason);
        let mut arms = Vec::new();
        for model in request.models.iter().filter(|model| model.platform == platform) {
            let workers = workers(model, &workload);
            let unavailable = batch.as_ref().err().cloned().or(model.unavailable.map(str::to_owned));
            if unavailable.is_none() {
                let (index, model) = (arrivals.arms.len() as u64, model.name.to_owned());
                arms.push(ArmOrder { index, model, workers, at_most: workload.at_most() });
            }
            arrivals.arms.push(ServingArm {
                workload: workload.name.to_owned(),
                platform: platform.tag().map(str::to_owned),
                model: model.name.to_owned(),
                revision: model.revision,
                limit: limit(model, workers, workload.at_most()),
                unavailable,
            });
        }
        arrivals.workloads.push(workload_entry(&workload, platform));
        if let Ok(batch) = batch {
            let first_jobs = request.first_jobs && subjects.is_empty();
            subjects.push(Subject { workload, platform, batch, stage: Arc::clone(&stage), arms, first_jobs });
        }
    }
    (arrivals, subjects)
}

/// The workers of a pool: one for each core, or as many as there may be if jobs wait.
fn workers(model: &ModelEntry, workload: &Workload) -> usize {
    let most = if workload.kind.waits() { MOST_WORKERS } else { host::cores() };
    let workers = match model.concurrency {
        Concurrency::Workers | Concurrency::Jobs { .. } => most,
        Concurrency::One | Concurrency::Cores | Concurrency::AllButOne | Concurrency::Tasks { .. } => {
            host::cores()
        }
    };
    workers.min(workload.at_most())
}

/// The maximum number of jobs that a model runs at once.
fn limit(model: &ModelEntry, workers: usize, at_most: usize) -> Option<NonZeroU64> {
    let most = match model.concurrency {
        Concurrency::One => 1,
        Concurrency::Tasks { .. } if at_most == usize::MAX => return None,
        Concurrency::Tasks { .. } => at_most,
        Concurrency::Workers | Concurrency::Cores | Concurrency::Jobs { .. } => workers,
        Concurrency::AllButOne => (workers - 1).max(1),
    };
    NonZeroU64::new(most as u64)
}

struct Runner<'a> {
    request: &'a ArrivalRequest,
    journal: &'a mut Journal,
    stop: &'a Arc<AtomicBool>,
    levels: usize,
}

impl Runner<'_> {
    fn run(&mut self, subjects: &mut [Subject], seed: u64, mut progress: impl FnMut(usize)) -> Result<()> {
        let mut random = fastrand::Rng::with_seed(seed);
        let study_lock = StudyLock::of_this_machine();
        let mut made = 0;
        self.look(&study_lock, made)?;
        for number in 0..self.request.launches.get() {
            random.shuffle(subjects);
            for subject in &*subjects {
                if self.stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let order = self.order(subject, random.u64(..));
                let (name, tag) = (subject.workload.name.to_owned(), subject.platform.tag());
                self.append(ArrivalEvent::Launch(name, tag.map(str::to_owned), number))?;
                self.launch(&order, &mut progress)?;
                made += 1;
            }
            self.look(&study_lock, made)?;
        }
        Ok(())
    }

    fn order(&self, subject: &Subject, seed: u64) -> ArrivalOrder {
        let Subject { workload, platform, batch, stage, arms, first_jobs } = subject;
        ArrivalOrder {
            workload: workload.name.to_owned(),
            interpreter: PlatformOrder::of(*platform),
            task: workload.python_task(),
            jobs: workload.size.jobs,
            arms: arms.clone(),
            loads: self.request.loads.iter().map(|load| load.get()).collect(),
            schedule: self.request.schedule,
            level: self.request.level,
            patience: PATIENCE + 10 * Duration::from_micros(workload.job_us),
            seed,
            cores: host::cores(),
            first_jobs: *first_jobs,
            expected: batch.expected().to_vec(),
            stage: stage.attachment(),
        }
    }

    /// One launch: stores what it tells.
    fn launch(&mut self, order: &ArrivalOrder, progress: &mut impl FnMut(usize)) -> Result<()> {
        let started =
            ReportingChild::<String>::start(&self.request.exe, SUBCOMMAND, order, DEADLINE, self.stop);
        let mut process = match started {
            Ok(process) => process,
            Err(why) => return self.append(ArrivalEvent::Ended(format!("{why:#}"))),
        };
        loop {
            let report: Report = match process.next() {
                Next::Report(report) => {
                    serde_json::from_str(&report).context("a launch has told nonsense")?
                }
                Next::Failed(why) => return self.append(ArrivalEvent::Ended(why)),
                Next::Stopped => return Ok(()),
            };
            let Some(event) = report else { break };
            if matches!(event, ArrivalEvent::Level(_)) {
                self.levels += 1;
                progress(self.levels);
            }
            self.append(event)?;
            // If the launch has ended meanwhile, its next report says so.
            let _ = process.tell(&Acknowledged);
        }
        process.finish();
        Ok(())
    }

    fn look(&mut self, study_lock: &StudyLock, launches: u64) -> Result<()> {
        self.append(ArrivalEvent::Quiet(idle::watch(Path::new("/"), study_lock, launches)))
    }

    fn append(&mut self, event: ArrivalEvent) -> Result<()> {
        self.journal.append(Entry::Arrival(event))
    }
}
