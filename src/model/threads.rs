//! A new OS thread for each job, at most [`Resources::max_concurrent`] of them at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread::{self, Builder, ScopedJoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use crate::engine::fork::Nesting;
use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Work, lock};

pub(super) struct Threads {
    max_concurrent: usize,
    workers: usize,
}

impl Threads {
    /// No thread is started here: a thread for each job is what defines the model, and is timed.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        Ok(Threads { max_concurrent: resources.max_concurrent, workers: resources.workers })
    }
}

impl<W: Work> Model<W> for Threads {
    /// So deep that there are at least as many parts as workers.
    fn nesting(&self) -> Option<Nesting> {
        Some(Nesting::Threads(self.workers.next_power_of_two().ilog2()))
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        thread::scope(|scope| {
            let mut digests = Vec::with_capacity(jobs.len());
            let mut running = VecDeque::new();
            for index in 0..jobs.len() {
                if running.len() == self.max_concurrent
                    && let Some(oldest) = running.pop_front()
                {
                    digests.push(join(oldest)?);
                }
                let thread = Builder::new().spawn_scoped(scope, move || jobs.run(index));
                running.push_back(
                    thread.with_context(|| {
                        format!("cannot start a thread for job {index}; {TOO_FEW_THREADS}")
                    })?,
                );
            }
            for thread in running {
                digests.push(join(thread)?);
            }
            Ok(digests)
        })
    }
}

/// A new thread for each arriving job; those beyond the limit wait for one to end.
pub(super) struct ThreadEach<W: Work> {
    queue: Arc<Mutex<Queue<W>>>,
}

struct Queue<W: Work> {
    waiting: VecDeque<Arriving<W>>,
    running: usize,
    max_concurrent: usize,
}

/// No thread is started here.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<ThreadEach<W>> {
    let max_concurrent = resources.max_concurrent;
    let queue = Queue { waiting: VecDeque::new(), running: 0, max_concurrent };
    Ok(ThreadEach { queue: Arc::new(Mutex::new(queue)) })
}

impl<W: Work> TakeJobs<W> for ThreadEach<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let mut queue = lock(&self.queue);
        queue.waiting.push_back(job);
        queue.start_threads(&self.queue)
    }
}

impl<W: Work> Queue<W> {
    /// Starts a thread for each job that may run now; `shared` is this queue.
    fn start_threads(&mut self, shared: &Arc<Mutex<Self>>) -> Result<()> {
        while self.running < self.max_concurrent
            && let Some(job) = self.waiting.pop_front()
        {
            self.running += 1;
            let queue = Arc::clone(shared);
            let thread = Builder::new().spawn(move || {
                job.run();
                let mut now = lock(&queue);
                now.running -= 1;
                // If none can be started now, the next job that arrives says so.
                let _ = now.start_threads(&queue);
            });
            thread.with_context(|| format!("cannot start a thread for a job; {TOO_FEW_THREADS}"))?;
        }
        Ok(())
    }
}

impl<W: Work> Drop for ThreadEach<W> {
    fn drop(&mut self) {
        // The next measurement begins when none runs any more.
        while lock(&self.queue).running > 0 {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn join(thread: ScopedJoinHandle<'_, Result<Digest>>) -> Result<Digest> {
    thread.join().map_err(|_| anyhow!("the thread of a job panicked"))?
}

/// The advice when the system can't start another thread.
pub(super) const TOO_FEW_THREADS: &str =
    "raise the limit on processes (ulimit -u, or the container's pids limit)";
