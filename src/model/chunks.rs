//! A thread for each worker, each with an equal part of the jobs: a static split.

use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Builder, JoinHandle};

use anyhow::{Context, Result, anyhow};

use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Work};
use crate::model::threads::TOO_FEW_THREADS;

pub(super) struct Chunks {
    workers: usize,
}

impl Chunks {
    /// Threads are started for each run.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        Ok(Chunks { workers: resources.workers })
    }
}

impl<W: Work> Model<W> for Chunks {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let part = jobs.len().div_ceil(self.workers).max(1);
        thread::scope(|scope| {
            let mut threads = Vec::new();
            for first in (0..jobs.len()).step_by(part) {
                let range = first..jobs.len().min(first + part);
                let thread = Builder::new().spawn_scoped(scope, move || run_part(jobs, range));
                threads.push(thread.with_context(|| {
                    format!("cannot start the thread for job {first} and those after it; {TOO_FEW_THREADS}")
                })?);
            }
            let mut digests = Vec::with_capacity(jobs.len());
            for thread in threads {
                digests.extend(thread.join().map_err(|_| anyhow!("the thread of a part panicked"))??);
            }
            Ok(digests)
        })
    }
}

fn run_part<W: Work>(jobs: &Jobs<W>, range: Range<usize>) -> Result<Vec<Digest>> {
    range.map(|index| jobs.run(index)).collect()
}

/// A thread for each worker with a queue of its own: arriving jobs are dealt in turn, however long the queues are.
pub(super) struct Dealt<W: Work> {
    queues: Vec<Sender<Arriving<W>>>,
    threads: Vec<JoinHandle<()>>,
    next: usize,
}

/// Starts the threads.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<Dealt<W>> {
    let mut dealt = Dealt { queues: vec![], threads: vec![], next: 0 };
    for number in 0..resources.workers {
        let (queue, inbox): (_, Receiver<Arriving<W>>) = channel();
        let thread = Builder::new().spawn(move || inbox.into_iter().for_each(Arriving::run));
        dealt
            .threads
            .push(thread.with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))?);
        dealt.queues.push(queue);
    }
    Ok(dealt)
}

impl<W: Work> TakeJobs<W> for Dealt<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let queue = &self.queues[self.next];
        self.next = (self.next + 1) % self.queues.len();
        queue.send(job).ok().context("a worker has panicked")
    }
}

impl<W: Work> Drop for Dealt<W> {
    fn drop(&mut self) {
        // Closing the queues ends the threads.
        self.queues.clear();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
