//! Runs one probe of one model, in a process that has done nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::child::parent_death;
use crate::child::wire;
use crate::engine::batch::Batch;
use crate::engine::clock::now;
use crate::engine::model::{Resources, Started};
use crate::engine::panics::catch_panic;
use crate::engine::sample::sample;
use crate::machine::{host, memory};
use crate::model::{Concurrency, MOST_WORKERS, ModelEntry, Platform, models};
use crate::study::probe::{BURST, Probe, STARTED_JOBS, bare};
use crate::workload::Size;
use crate::workload::catalog::Catalog;
use crate::workload::fixture::stage::Stage;

/// The hidden subcommand that runs a probe; its argument is the parent's process id.
pub const SUBCOMMAND: &str = "probe";

/// The first message to a probe.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProbeOrder {
    pub(crate) model: String,
    pub(crate) question: Probe,
}

/// The figures by name, or why there are none.
pub(crate) type ProbeAnswer = Result<Figures, String>;

pub(crate) type Figures = BTreeMap<String, u64>;

/// Serves as a probe on the standard streams.
///
/// # Errors
/// When the order can't be read or the parent has ended.
pub fn serve(parent: u32, exe: &Path, catalog: &Catalog) -> Result<()> {
    parent_death::hold(parent)?;
    parent_death::watch_pipe()?;
    let order: ProbeOrder = wire::read(&mut std::io::stdin().lock())?.context("the parent gave no order")?;
    let answer: ProbeAnswer = catch_panic(|| answer(&order, exe, catalog)).map_err(|why| format!("{why:#}"));
    wire::write(&mut std::io::stdout().lock(), &answer)
}

fn answer(order: &ProbeOrder, exe: &Path, catalog: &Catalog) -> Result<Figures> {
    let model = models().into_iter().find(|model| model.name == order.model);
    let asked = ProbedModel { model: model.context("there is no such model")?, exe, catalog };
    match &order.question {
        Probe::Start(workload) => asked.start(workload),
        Probe::Dispatch => asked.dispatch(),
        Probe::Work => asked.work(),
        Probe::Wait(us) => asked.wait(1, *us, Duration::from_micros(us * 2)),
        Probe::TimerBurst => asked.wait(BURST, 10_000, Duration::from_millis(100)),
        Probe::ConcurrencyLimit(jobs, us) => asked.crowd(*jobs, *us),
        Probe::Bare(jobs, us) => asked.bare(*jobs, *us),
    }
}

/// Runs before a model counts as warm; they create its threads, tasks and connections.
const WARM_UP: usize = 2;

/// The model of a probe.
struct ProbedModel<'a> {
    model: ModelEntry,
    exe: &'a Path,
    catalog: &'a Catalog,
}

impl ProbedModel<'_> {
    /// Starts the model with room for `jobs` jobs at once.
    fn start_for(&self, batch: &Batch, jobs: usize) -> Result<Box<dyn Started>> {
        let workers = if self.model.concurrency == Concurrency::Workers { jobs } else { host::cores() };
        let resources = self.model.resources(workers, self.exe);
        self.model.start(batch, &Resources { max_concurrent: jobs.max(MOST_WORKERS), ..resources })
    }

    /// `jobs` jobs of a workload, of its default size or of another.
    fn batch(&self, workload: &str, jobs: usize, each: Option<u64>) -> Result<Batch> {
        let workload = self.catalog.workload(Platform::Native, workload)?;
        let stage = Arc::new(Stage::new(&Stage::default_place(self.exe), self.exe));
        workload.batch(Size { jobs, each: each.unwrap_or(workload.size.each) }, &stage)
    }

    fn start(&self, workload: &str) -> Result<Figures> {
        const RUNS: u64 = 3;
        let batch = self.batch(workload, STARTED_JOBS, None)?;
        // Waiting jobs need as many workers as jobs, or their waits would be serialised.
        let in_flight = if workload == "sleep" { STARTED_JOBS } else { host::cores() };
        let begun = now();
        let mut model = self.start_for(&batch, in_flight)?;
        let started = now();
        let first = sample(model.as_mut(), &batch)?.wall;
        let warm = (0..RUNS).map(|_| Ok(sample(model.as_mut(), &batch)?.wall)).sum::<Result<Duration>>()?;
        let ending = now();
        drop(model);
        let stop = now() - ending;
        Ok(figures([
            ("start_ns", ns(started - begun)),
            ("first_ns", ns(first)),
            ("warm_ns", ns(warm)),
            ("warm_runs", RUNS),
            ("stop_ns", ns(stop)),
        ]))
    }

    fn dispatch(&self) -> Result<Figures> {
        const AT_LEAST: Duration = Duration::from_millis(50);
        const JOBS: usize = 240;
        let batch = self.batch("noop", JOBS, None)?;
        let mut model = self.start_for(&batch, host::cores())?;
        let (runs, wall) = runs(model.as_mut(), &batch, AT_LEAST)?;
        Ok(figures([("wall_ns", ns(wall)), ("runs", runs), ("jobs", JOBS as u64)]))
    }

    fn work(&self) -> Result<Figures> {
        const RUNS: u64 = 5;
        const JOBS: usize = 16;
        let batch = self.batch("hash", JOBS, None)?;
        let mut model = self.start_for(&batch, host::cores())?;
        let baseline = &models()[0];
        let mut sequential = baseline.start(&batch, &Resources::new(host::cores(), self.exe))?;
        (0..WARM_UP).try_for_each(|_| sample(model.as_mut(), &batch).map(drop))?;
        let names = ["cpu_ns", "gave_way", "were_preempted", "sequential_cpu_ns"];
        let mut sums: [Option<u64>; 4] = [Some(0); 4];
        for _ in 0..RUNS {
            let alone = sample(sequential.as_mut(), &batch)?.used;
            let used = sample(model.as_mut(), &batch)?.used;
            let found = [used.cpu_ns, used.gave_way, used.was_preempted, alone.cpu_ns];
            sums.iter_mut().zip(found).for_each(|(sum, found)| *sum = sum.zip(found).map(|(a, b)| a + b));
        }
        let known = names.into_iter().zip(sums).filter_map(|(name, sum)| Some((name, sum?)));
        Ok(figures(known.chain([("jobs", RUNS * JOBS as u64)])))
    }

    /// Repeats `jobs` waits at once for at least a given time.
    fn wait(&self, jobs: usize, us: u64, at_least: Duration) -> Result<Figures> {
        let batch = self.batch("sleep", jobs, Some(us))?;
        let mut model = self.start_for(&batch, jobs)?;
        let (runs, wall) = runs(model.as_mut(), &batch, at_least)?;
        Ok(figures([("wall_ns", ns(wall)), ("runs", runs)]))
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

/// The cost of `jobs` jobs that wait at once during `run`, which returns its duration.
fn crowd(jobs: usize, wait: Duration, run: impl FnOnce() -> Result<Duration>) -> Result<Figures> {
    memory::forget_peak();
    let before = memory::own();
    let watch = Watch::start(wait / 8)?;
    let wall = run()?;
    let own = memory::own_peak().zip(before).map(|(peak, before)| peak.saturating_sub(before));
    let seen = watch.stop();
    // The last job waits until the end of the run: if the run is shorter than two waits, it overlapped the
    // first.
    ensure!(wall < 2 * wait, "not all were in flight at once: the run took {wall:?} for waits of {wait:?}");
    let taken = [("own_bytes", own), ("children_bytes", seen.children), ("kernel_bytes", seen.kernel)];
    let known = taken.into_iter().filter_map(|(name, bytes)| Some((name, bytes?)));
    Ok(figures(known.chain([("jobs", jobs as u64), ("wait_ns", ns(wait)), ("wall_ns", ns(wall))])))
}

/// Runs `batch` after warm-up runs, for at least the given time in total: the number of runs, and their
/// duration.
fn runs(model: &mut dyn Started, batch: &Batch, at_least: Duration) -> Result<(u64, Duration)> {
    (0..WARM_UP).try_for_each(|_| sample(model, batch).map(drop))?;
    let (mut runs, mut wall) = (0, Duration::ZERO);
    while wall < at_least {
        wall += sample(model, batch)?.wall;
        runs += 1;
    }
    Ok((runs, wall))
}

/// Samples the memory of children and kernel, and keeps the maximum.
struct Watch {
    done: Arc<AtomicBool>,
    thread: thread::JoinHandle<Seen>,
}

/// The observed maximum in bytes; the kernel's is relative to the start.
#[derive(Clone, Copy, Default)]
struct Seen {
    children: Option<u64>,
    kernel: Option<u64>,
}

impl Watch {
    fn start(every: Duration) -> Result<Self> {
        let done: Arc<AtomicBool> = Arc::default();
        let ended = Arc::clone(&done);
        let before = memory::of_kernel();
        let look = move || {
            let mut seen = Seen::default();
            while !ended.load(Ordering::Relaxed) {
                thread::sleep(every);
                let kernel = memory::of_kernel().zip(before).map(|(now, before)| now.saturating_sub(before));
                seen.kernel = seen.kernel.max(kernel);
                seen.children = seen.children.max(before.map(|_| memory::of_children()));
            }
            seen
        };
        let thread = thread::Builder::new().spawn(look).context("cannot start a thread to watch memory")?;
        Ok(Watch { done, thread })
    }

    fn stop(self) -> Seen {
        self.done.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

fn figures<'a>(figures: impl IntoIterator<Item = (&'a str, u64)>) -> Figures {
    figures.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect()
}

fn ns(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
