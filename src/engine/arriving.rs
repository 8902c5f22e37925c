//! Jobs that arrive one at a time: the other form of a model, which is handed a job whenever one is due.

use std::any::Any;
use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use crate::engine::{Batch, Digest, Jobs, Timestamp, TypedWork, Usage, Work, catch_panic, now, sleep_until};

/// A started model that takes one job at a time. What it can't begin yet waits in a queue without a limit.
pub trait TakeJobs<W: Work>: Send {
    /// Tells workers elsewhere about `jobs`, untimed.
    ///
    /// # Errors
    /// When they do not answer.
    fn prepare(&mut self, _jobs: &Jobs<W>) -> Result<()> {
        Ok(())
    }

    /// Takes a job and returns at once: it is run as soon as the model can.
    ///
    /// # Errors
    /// When the model has ended.
    fn submit(&mut self, job: Arriving<W>) -> Result<()>;

    /// What this process and the workers have used so far; `None` if asking would wake them.
    fn idle_usage(&self) -> Option<Usage> {
        Some(Usage::of_this_process())
    }
}

/// A job that has arrived.
pub struct Arriving<W: Work> {
    jobs: Jobs<W>,
    index: usize,
    number: usize,
    level: Arc<Level>,
}

/// What the jobs of a level share.
struct Level {
    /// Jobs that have not started are not run any more.
    is_over: AtomicBool,
    served: Sender<Served>,
}

/// A job that was run.
#[derive(Debug)]
pub struct Served {
    /// Its number in the order of arrivals.
    pub number: usize,
    /// When the model began to run it.
    pub started: Timestamp,
    /// When its result was there.
    pub ended: Timestamp,
    /// Its digest.
    pub digest: Result<Digest>,
}

impl<W: Work> Arriving<W> {
    /// Runs it on the calling thread.
    pub fn run(self) {
        self.run_by(Jobs::run);
    }

    /// Runs it by `run`, which is given the jobs and the index of this one.
    pub fn run_by(self, run: impl FnOnce(&Jobs<W>, usize) -> Result<Digest>) {
        if self.is_dropped() {
            return;
        }
        let started = now();
        let digest = catch_panic(|| run(&self.jobs, self.index));
        self.end(started, digest);
    }

    /// Runs its async form.
    pub async fn run_async(self) {
        if self.is_dropped() {
            return;
        }
        let started = now();
        let digest = self.jobs.run_async(self.index).await;
        self.end(started, digest);
    }

    /// The same job, with others under `jobs` instead of its own.
    pub(crate) fn with_jobs(self, change: impl FnOnce(&Jobs<W>) -> Jobs<W>) -> Self {
        Arriving { jobs: change(&self.jobs), ..self }
    }

    fn is_dropped(&self) -> bool {
        self.level.is_over.load(Ordering::Relaxed)
    }

    fn end(&self, started: Timestamp, digest: Result<Digest>) {
        let ended = now();
        // Nobody waits for it any longer if the level is over.
        let _ = self.level.served.send(Served { number: self.number, started, ended, digest });
    }
}

/// A model that was started for jobs that arrive, whatever their type is.
pub trait Serving: Send {
    /// Makes `batch` the one whose jobs arrive, one after the other and again from the first; untimed.
    ///
    /// # Errors
    /// If its jobs are of another type, or as [`TakeJobs::prepare`].
    fn prepare(&mut self, batch: &Batch) -> Result<()>;

    /// Lets a job arrive at each of these times, in nanoseconds from now on, and waits for all of them, but not longer than `patience`
    /// after the last one. Those that have not started by then are dropped.
    ///
    /// # Errors
    /// When the model has ended.
    fn level(&mut self, due_ns: &[u64], patience: Duration) -> Result<Arrived>;

    /// As [`TakeJobs::idle_usage`].
    fn idle_usage(&self) -> Option<Usage>;
}

/// What became of the jobs of a level.
#[derive(Debug)]
pub struct Arrived {
    /// The time from which due times count.
    pub start: Timestamp,
    /// How much later than due each was handed over, without the time that the model took for the job before.
    pub late: Vec<Duration>,
    /// Those that ended, in that order.
    pub served: Vec<Served>,
}

/// A model and what the jobs of `W` share under it.
pub(crate) struct ServingFor<W: Work, M> {
    model: M,
    shared: Arc<W::Shared>,
    jobs: Option<Jobs<W>>,
}

impl<W: Work, M: TakeJobs<W>> ServingFor<W, M> {
    pub(crate) fn new(model: M) -> Self {
        ServingFor { model, shared: Arc::default(), jobs: None }
    }
}

/// How often the end of jobs that run when a level is over is looked for.
const LOOK: Duration = Duration::from_micros(200);

impl<W: Work, M: TakeJobs<W>> Serving for ServingFor<W, M> {
    fn prepare(&mut self, batch: &Batch) -> Result<()> {
        let work: &dyn Any = batch.work();
        let work: &TypedWork<W> = work.downcast_ref().context("a model runs the jobs it was started for")?;
        let jobs = work.jobs(batch.expected().len(), &self.shared, None);
        self.model.prepare(&jobs)?;
        self.jobs = Some(jobs);
        Ok(())
    }

    fn level(&mut self, due_ns: &[u64], patience: Duration) -> Result<Arrived> {
        let jobs = self.jobs.as_ref().context("a batch is prepared before its jobs arrive")?;
        let (served, ended) = unbounded();
        let level = Arc::new(Level { is_over: AtomicBool::new(false), served });
        let (start, awake) = (now(), awake_before(due_ns));
        // When the model had taken the job before: what it takes for that is its own delay.
        let mut taken = start;
        let mut late = Vec::with_capacity(due_ns.len());
        for (number, &due_ns) in due_ns.iter().enumerate() {
            let due = start + Duration::from_nanos(due_ns);
            // Waking a core of a virtual machine that has nothing to do takes longer than a tenth of a millisecond at times.
            sleep_until(start + Duration::from_nanos(due_ns).saturating_sub(awake));
            while now() < due {
                hint::spin_loop();
            }
            late.push(now() - due.max(taken));
            let (jobs, level, index) = (jobs.clone(), Arc::clone(&level), number % jobs.len());
            self.model.submit(Arriving { jobs, index, number, level })?;
            taken = now();
        }
        let last = start + Duration::from_nanos(due_ns.last().copied().unwrap_or(0));
        let served = collect(&ended, due_ns.len(), last + patience);
        level.is_over.store(true, Ordering::Relaxed);
        // What still runs would disturb the next level.
        while Arc::strong_count(&level) > 1 {
            thread::sleep(LOOK);
        }
        Ok(Arrived { start, late, served })
    }

    fn idle_usage(&self) -> Option<Usage> {
        self.model.idle_usage()
    }
}

/// For how long the thread that hands jobs over is awake before each is due: for at most 2 % of the time.
fn awake_before(due_ns: &[u64]) -> Duration {
    const MOST: Duration = Duration::from_micros(150);
    let between_ns = due_ns.last().copied().unwrap_or(0) / due_ns.len().max(1) as u64;
    Duration::from_nanos(between_ns / 50).min(MOST)
}

/// The jobs that end before `until`, of which there are `count` in all.
fn collect(ended: &Receiver<Served>, count: usize, until: Timestamp) -> Vec<Served> {
    let mut served = Vec::with_capacity(count);
    while served.len() < count {
        match ended.recv_timeout(until - now()) {
            Ok(job) => served.push(job),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    served
}
