//! Runs one probe of one model, in a process that has done nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::child::{channel::Channel, parent_death, program, wire};
use crate::engine::{Batch, Digest, Resources, Started, Usage, catch_panic, nanoseconds, now, sample};
use crate::machine::{host, memory};
use crate::model::{Concurrency, MOST_WORKERS, ModelEntry};
use crate::record::figure::ProbeFigure;
use crate::study::launch::PlatformOrder;
use crate::study::probe::{BURST, Probe, STARTED_JOBS, bare};
use crate::workload::{Size, catalog::Catalog, fixture::stage::Stage};

/// The hidden subcommand that runs a probe; its argument is the parent's process id.
pub const SUBCOMMAND: &str = "probe";

/// The first message to a probe.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProbeOrder {
    pub(crate) model: String,
    /// The interpreter of the model; native if absent.
    pub(crate) interpreter: Option<PlatformOrder>,
    pub(crate) question: Probe,
    /// What the jobs of a user's function must return, if the probe is about one.
    pub(crate) expected: Option<Vec<Digest>>,
    /// The command that starts processes of MPI, if it is not `mpirun`.
    pub(crate) mpirun: Option<String>,
}

/// The figures by name, or why there are none.
pub(crate) type ProbeAnswer = Result<BTreeMap<String, u64>, String>;

type Figures = Vec<(ProbeFigure, u64)>;

/// Serves as a probe on the standard streams.
///
/// # Errors
/// When the order can't be read or the parent has ended.
pub fn serve(parent: u32, exe: &Path, catalog: &Catalog) -> Result<()> {
    parent_death::hold(parent)?;
    program::show_name();
    parent_death::watch(parent)?;
    let mut channel = Channel::open()?;
    let order: ProbeOrder = wire::read(&mut channel.requests)?.context("the parent gave no order")?;
    let answer: ProbeAnswer = match catch_panic(|| answer(&order, exe, catalog)) {
        Ok(figures) => Ok(ProbeFigure::recorded(figures)),
        Err(why) => Err(format!("{why:#}")),
    };
    wire::write(&mut channel.replies, &answer)
}

fn answer(order: &ProbeOrder, exe: &Path, catalog: &Catalog) -> Result<Figures> {
    let models = PlatformOrder::platform(order.interpreter.as_ref()).every_model();
    let model = models.into_iter().find(|model| model.name == order.model);
    let model = model.context("there is no such model")?;
    let asked = ProbedModel { model, mpirun: order.mpirun.as_deref(), exe, catalog };
    match &order.question {
        Probe::Start(workload) => asked.start(workload, order.expected.as_deref()),
        Probe::Wait(us) => asked.wait(1, *us, WAITED),
        Probe::TimerBurst => asked.wait(BURST, 10_000, WAITED),
        Probe::ConcurrencyLimit(jobs, us) => asked.crowd(*jobs, *us),
        Probe::Bare(jobs, us) => asked.bare(*jobs, *us),
    }
}

/// Runs before a model counts as warm; they create its threads, tasks and connections.
const WARM_UP: usize = 2;

/// The minimum time for which waits are repeated.
const WAITED: Duration = Duration::from_millis(100);

/// The model of a probe.
struct ProbedModel<'a> {
    model: ModelEntry,
    mpirun: Option<&'a str>,
    exe: &'a Path,
    catalog: &'a Catalog,
}

impl ProbedModel<'_> {
    /// What the model is started with for `jobs` jobs at once. Some of it is looked up: that is no part of a start.
    fn resources_for(&self, jobs: usize) -> Resources {
        let workers = if self.model.concurrency == Concurrency::Workers { jobs } else { host::cores() };
        let resources = self.model.resources(workers, self.exe);
        let mpirun = self.mpirun.map(str::to_owned);
        Resources { max_concurrent: jobs.max(MOST_WORKERS), mpirun, ..resources }
    }

    /// Starts the model with room for `jobs` jobs at once.
    fn start_for(&self, batch: &Batch, jobs: usize) -> Result<Box<dyn Started>> {
        self.model.start(batch, &self.resources_for(jobs))
    }

    /// `jobs` jobs of a workload, of its default size or of another.
    fn batch(&self, workload: &str, jobs: usize, each: Option<u64>) -> Result<Batch> {
        let workload = self.catalog.workload(self.model.platform, workload)?;
        let stage = Arc::new(Stage::new(&Stage::default_place(), self.exe));
        workload.batch(Size { jobs, each: each.unwrap_or(workload.size.each) }, &stage)
    }

    /// All jobs of a user's function.
    fn batch_of_function(&self, workload: &str, expected: &[Digest]) -> Result<Batch> {
        let workload = self.catalog.workload(self.model.platform, workload)?.with_jobs(expected.len());
        let stage = Arc::new(Stage::new(&Stage::default_place(), self.exe));
        workload.batch_with(expected.to_vec(), &stage)
    }

    fn start(&self, workload: &str, expected: Option<&[Digest]>) -> Result<Figures> {
        let batch = match expected {
            Some(expected) => self.batch_of_function(workload, expected)?,
            None => self.batch(workload, STARTED_JOBS, None)?,
        };
        let workload = self.catalog.workload(self.model.platform, workload)?;
        // Waiting jobs need as many workers as jobs, or their waits would be serialised.
        let jobs = batch.expected().len().min(MOST_WORKERS);
        let in_flight = if workload.kind.waits() { jobs } else { host::cores() };
        let resources = self.resources_for(in_flight.min(workload.at_most())).limited_to(workload.at_most());
        self.model.ensure_startable(&resources)?;
        start_to_end(&batch, || self.model.start(&batch, &resources))
    }

    /// Repeats `jobs` waits at once for at least a given time.
    fn wait(&self, jobs: usize, us: u64, at_least: Duration) -> Result<Figures> {
        let batch = self.batch("sleep", jobs, Some(us))?;
        let mut model = self.start_for(&batch, jobs)?;
        runs(model.as_mut(), &batch, at_least)
    }

    fn crowd(&self, jobs: usize, us: u64) -> Result<Figures> {
        let batch = self.batch("sleep", jobs, Some(us))?;
        // Ended together with the jobs, so that its start-up counts.
        let mut started = None;
        crowd(jobs, Duration::from_micros(us), || {
            let model = started.insert(self.start_for(&batch, jobs)?);
            Ok(sample(model.as_mut(), &batch)?.wall)
        })
    }

    fn bare(&self, jobs: usize, us: u64) -> Result<Figures> {
        let wait = Duration::from_micros(us);
        crowd(jobs, wait, || {
            let begun = now();
            let sum = bare::wait_at_once(self.model.name, jobs, wait)?;
            let wall = now() - begun;
            ensure!(sum == (0..jobs as u64).sum::<u64>(), "some of the {jobs} waits did not come back");
            Ok(wall)
        })
    }
}

/// Starts a model, runs `batch` under it, and ends it.
///
/// # Timing model
/// The clock of the start runs only during `start`, which is one call of [`ModelEntry::start`] with resources that exist
/// already; that of the end only while the model is dropped.
fn start_to_end(batch: &Batch, start: impl FnOnce() -> Result<Box<dyn Started>>) -> Result<Figures> {
    const RUNS: u64 = 3;
    let begun = now();
    let started = start();
    let start = now() - begun;
    let mut model = started?;
    let first = sample(model.as_mut(), batch)?.wall;
    let (mut warm, mut used) = (Duration::ZERO, Usage::ZERO);
    for _ in 0..RUNS {
        let run = sample(model.as_mut(), batch)?;
        (warm, used) = (warm + run.wall, used + run.used);
    }
    let ending = now();
    drop(model);
    let stop = now() - ending;
    Ok(known([
        (ProbeFigure::StartNs, Some(nanoseconds(start))),
        (ProbeFigure::FirstNs, Some(nanoseconds(first))),
        (ProbeFigure::WarmNs, Some(nanoseconds(warm))),
        (ProbeFigure::WarmRuns, Some(RUNS)),
        (ProbeFigure::StopNs, Some(nanoseconds(stop))),
        (ProbeFigure::GaveWay, used.gave_way),
        (ProbeFigure::WerePreempted, used.was_preempted),
        (ProbeFigure::Jobs, Some(RUNS * batch.expected().len() as u64)),
    ]))
}

/// The cost of `jobs` jobs that wait at once during `run`, which returns its duration.
fn crowd(jobs: usize, wait: Duration, run: impl FnOnce() -> Result<Duration>) -> Result<Figures> {
    memory::forget_peak();
    let before = memory::own();
    let of_kernel = memory::of_kernel();
    let done = AtomicBool::new(false);
    let (wall, own, seen) = thread::scope(|scope| {
        let watch = thread::Builder::new().spawn_scoped(scope, || Seen::until(&done, wait / 8, of_kernel));
        let watch = watch.context("cannot start a thread to watch memory")?;
        let wall = catch_panic(run);
        let own = above(memory::own_peak(), before);
        done.store(true, Ordering::Relaxed);
        anyhow::Ok((wall?, own, watch.join().unwrap_or_default()))
    })?;
    // The last job waits until the end of the run: if the run is shorter than two waits, it overlapped the
    // first.
    ensure!(wall < 2 * wait, "not all ran at once: the run took {wall:?} for waits of {wait:?}");
    Ok(known([
        (ProbeFigure::OwnBytes, own),
        (ProbeFigure::ChildrenBytes, seen.children),
        (ProbeFigure::KernelBytes, seen.kernel),
        (ProbeFigure::Jobs, Some(jobs as u64)),
        (ProbeFigure::WaitNs, Some(nanoseconds(wait))),
        (ProbeFigure::WallNs, Some(nanoseconds(wall))),
    ]))
}

/// Runs `batch` after warm-up runs, for at least the given time in total: the number of runs, and their
/// duration.
fn runs(model: &mut dyn Started, batch: &Batch, at_least: Duration) -> Result<Figures> {
    warm_up(model, batch)?;
    let (mut runs, mut wall) = (0, Duration::ZERO);
    while wall < at_least {
        wall += sample(model, batch)?.wall;
        runs += 1;
    }
    Ok(vec![(ProbeFigure::WallNs, nanoseconds(wall)), (ProbeFigure::Runs, runs)])
}

fn warm_up(model: &mut dyn Started, batch: &Batch) -> Result<()> {
    for _ in 0..WARM_UP {
        sample(model, batch)?;
    }
    Ok(())
}

/// The maximum memory of children and kernel in bytes; the kernel's is relative to the start.
#[derive(Clone, Copy, Default)]
struct Seen {
    children: Option<u64>,
    kernel: Option<u64>,
}

impl Seen {
    /// Looks at intervals until `ended` is set; the kernel had `before` bytes.
    fn until(ended: &AtomicBool, every: Duration, before: Option<u64>) -> Self {
        let mut seen = Seen::default();
        while !ended.load(Ordering::Relaxed) {
            thread::sleep(every);
            seen.kernel = seen.kernel.max(above(memory::of_kernel(), before));
            seen.children = seen.children.max(memory::of_children());
        }
        seen
    }
}

/// The difference from an earlier level, if both are known.
fn above(now: Option<u64>, before: Option<u64>) -> Option<u64> {
    Some(now?.saturating_sub(before?))
}

/// The figures that the system reports.
fn known<const N: usize>(found: [(ProbeFigure, Option<u64>); N]) -> Figures {
    let mut figures = vec![];
    for (figure, value) in found {
        if let Some(value) = value {
            figures.push((figure, value));
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::engine::{Digest, Reads, tests::batch};
    use crate::model::models;

    /// What was done with a model, in order.
    type Notes = Arc<Mutex<Vec<&'static str>>>;

    /// A model that notes what is done with it.
    struct Noting {
        notes: Notes,
        digests: Vec<Digest>,
    }

    impl Started for Noting {
        fn prepare(&mut self, batch: &Batch) -> Result<()> {
            self.digests = batch.expected().to_vec();
            Ok(())
        }

        fn run(&mut self) -> Result<Vec<Digest>> {
            self.notes.lock().unwrap().push("run");
            Ok(self.digests.clone())
        }
    }

    impl Drop for Noting {
        fn drop(&mut self) {
            self.notes.lock().unwrap().push("end");
        }
    }

    #[test]
    fn model_is_started_run_and_ended_once() {
        let notes = Notes::default();
        let figures = start_to_end(&batch(Duration::ZERO, Reads::Nothing), || {
            notes.lock().unwrap().push("start");
            Ok(Box::new(Noting { notes: Arc::clone(&notes), digests: vec![] }))
        });
        let figures = ProbeFigure::recorded(figures.unwrap());
        for name in ["first_ns", "start_ns", "stop_ns", "warm_ns"] {
            assert!(figures.contains_key(name), "{name}");
        }
        assert_eq!((figures["warm_runs"], figures["jobs"]), (3, 72));
        assert_eq!(*notes.lock().unwrap(), ["start", "run", "run", "run", "run", "end"]);
    }

    #[test]
    fn waiting_pools_have_worker_for_each_job() {
        let catalog = Catalog::builtin();
        for model in models() {
            let probed = ProbedModel { model, mpirun: None, exe: Path::new(""), catalog: &catalog };
            let workers = if model.concurrency == Concurrency::Workers { 100 } else { host::cores() };
            let resources = probed.resources_for(100);
            assert_eq!((resources.workers, resources.max_concurrent), (workers, 100), "{model:?}");
        }
    }
}
