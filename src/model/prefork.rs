//! Long-lived child processes that are given jobs over pipes.
//!
//! A pool has a thread for each process, which starts it, speaks with it, and gives it the next jobs as soon as it has
//! answered the last: no process waits for another.

use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use rayon::ThreadPool;

use crate::child::queue::{Queue, in_order};
use crate::child::worker::{Life, Worker, Workers};
use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Usage, Work, lock};
use crate::model::{job_threads::JobThreads, rayon::pool};

pub(super) struct Prefork {
    /// Before the pool: processes end before the threads that started them.
    processes: Vec<Mutex<Worker>>,
    workers: Workers,
    pool: ThreadPool,
}

impl Prefork {
    /// Starts the processes and waits until each is ready.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let (workers, pool) = (Workers::new(resources)?, pool(resources.workers)?);
        let processes = workers.watching(|| pool.broadcast(|thread| spawn(&workers, thread.index())));
        let processes =
            processes.into_iter().map(|process| Ok(Mutex::new(process?))).collect::<Result<_>>()?;
        Ok(Prefork { processes, workers, pool })
    }
}

fn spawn(workers: &Workers, number: usize) -> Result<Worker> {
    let mut worker = workers.spawn(format!("prefork worker {number}"), Life::UntilDismissed)?;
    worker.greet()?;
    Ok(worker)
}

impl<W: Work> Model<W> for Prefork {
    /// Every process makes the jobs of the batch for itself, unless it is sent them.
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        if jobs.are_portable() {
            return Ok(());
        }
        self.workers.watching(|| {
            for process in &self.processes {
                lock(process).run(Some(jobs.recipe(0..jobs.len())), 0..0)?;
            }
            for process in &self.processes {
                lock(process).digests(jobs, 0)?;
            }
            Ok(())
        })
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let queue = Queue::new(jobs.len(), self.processes.len());
        let answers = self.workers.watching(|| {
            self.pool.broadcast(|thread| carry_out(&mut lock(&self.processes[thread.index()]), jobs, &queue))
        });
        let mut parts = Vec::new();
        for answer in answers {
            parts.extend(answer?);
        }
        Ok(in_order(parts))
    }

    fn usage(&mut self) -> Result<Usage> {
        self.workers.watching(|| {
            let mut usage = Usage::of_this_process();
            for process in &self.processes {
                usage = usage + lock(process).usage()?;
            }
            Ok(usage)
        })
    }
}

/// Long-lived processes, to each of which a thread gives arriving jobs one by one.
pub(super) struct PreforkEach<W: Work> {
    /// Before the processes: they end after the threads that speak with them.
    threads: JobThreads<W>,
    pool: Arc<Pool>,
}

/// The processes, each of which was started by its thread.
struct Pool {
    processes: Vec<Mutex<Option<Worker>>>,
    workers: Workers,
}

impl Pool {
    /// What `speak` returns of a process, while the watchdog holds it to its deadline.
    fn with<T>(&self, number: usize, speak: impl FnOnce(&mut Worker) -> Result<T>) -> Result<T> {
        let mut process = lock(&self.processes[number]);
        let process = process.as_mut().context("a process has not started")?;
        self.workers.watching(|| speak(process))
    }
}

/// Starts the processes and waits until each is ready.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<PreforkEach<W>> {
    let processes = (0..resources.workers).map(|_| Mutex::new(None)).collect();
    let pool = Arc::new(Pool { processes, workers: Workers::new(resources)? });
    let (starting, running) = (Arc::clone(&pool), Arc::clone(&pool));
    let begin = move |number: usize| {
        let process = starting.workers.watching(|| spawn(&starting.workers, number))?;
        *lock(&starting.processes[number]) = Some(process);
        Ok(number)
    };
    let run = move |number: &mut usize, job: Arriving<W>| {
        job.run_by(|jobs, index| running.with(*number, |process| one(process, jobs, index)));
    };
    Ok(PreforkEach { threads: JobThreads::start(resources.workers, begin, run)?, pool })
}

/// The digest of a job that a process runs.
fn one<W: Work>(process: &mut Worker, jobs: &Jobs<W>, index: usize) -> Result<Digest> {
    let range = index..index + 1;
    let input = if jobs.are_portable() { Some(jobs.recipe(range.clone())) } else { None };
    process.run(input, range)?;
    Ok(process.digests(jobs, 1)?[0])
}

impl<W: Work> TakeJobs<W> for PreforkEach<W> {
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        if jobs.are_portable() {
            return Ok(());
        }
        for number in 0..self.pool.processes.len() {
            self.pool.with(number, |process| {
                process.run(Some(jobs.recipe(0..jobs.len())), 0..0)?;
                process.digests(jobs, 0).map(drop)
            })?;
        }
        Ok(())
    }

    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        self.threads.submit(job)
    }

    fn idle_usage(&self) -> Option<Usage> {
        None
    }
}

/// Gives a process parts of the queue until it is empty: its digests, with the index of the first job of each part.
fn carry_out<W: Work>(
    process: &mut Worker,
    jobs: &Jobs<W>,
    queue: &Queue,
) -> Result<Vec<(usize, Vec<Digest>)>> {
    let mut answered = Vec::new();
    while let Some(range) = queue.take() {
        let inputs = if jobs.are_portable() { Some(jobs.recipe(range.clone())) } else { None };
        process.run(inputs, range.clone())?;
        answered.push((range.start, process.digests(jobs, range.len())?));
    }
    Ok(answered)
}
