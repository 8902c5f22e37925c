//! Long-lived child processes that are given jobs over pipes.
//!
//! A pool has a thread for each process, which starts it, speaks with it, and gives it the next jobs as soon as it has
//! answered the last: no process waits for another.

use std::ops::Range;
use std::sync::Mutex;

use anyhow::Result;
use rayon::ThreadPool;

use crate::child::worker::{Life, MOST_JOBS, Worker, Workers};
use crate::engine::{Digest, Jobs, Model, Resources, Usage, Work, lock};
use crate::model::rayon::pool;

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
        let processes = processes.into_iter().collect::<Result<_>>()?;
        Ok(Prefork { processes, workers, pool })
    }
}

fn spawn(workers: &Workers, number: usize) -> Result<Mutex<Worker>> {
    let mut worker = workers.spawn(format!("prefork worker {number}"), Life::UntilDismissed)?;
    worker.greet()?;
    Ok(Mutex::new(worker))
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
        let queue = Queue { jobs: jobs.len(), workers: self.processes.len(), next: Mutex::new(0) };
        let answers = self.workers.watching(|| {
            self.pool.broadcast(|thread| carry_out(&mut lock(&self.processes[thread.index()]), jobs, &queue))
        });
        let mut parts = Vec::new();
        for answer in answers {
            parts.extend(answer?);
        }
        parts.sort_unstable_by_key(|(first, _)| *first);
        let mut digests = Vec::with_capacity(jobs.len());
        for (_, part) in parts {
            digests.extend(part);
        }
        Ok(digests)
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

/// The jobs of one run, taken in halves of what remains divided by the workers: large parts first, so that small jobs need
/// few frames, and single jobs last, so that uneven ones end together.
struct Queue {
    jobs: usize,
    workers: usize,
    next: Mutex<usize>,
}

impl Queue {
    fn take(&self) -> Option<Range<usize>> {
        let mut next = lock(&self.next);
        let remaining = self.jobs - *next;
        let part = remaining.div_ceil(2 * self.workers).min(MOST_JOBS);
        let range = *next..*next + part;
        *next = range.end;
        (part > 0).then_some(range)
    }
}
