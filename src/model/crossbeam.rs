//! Long-lived threads that take jobs from one channel and send digests to another.

use std::thread::{Builder, JoinHandle};

use anyhow::{Context, Result};
use crossbeam::channel::{Receiver, Sender, unbounded};

use crate::engine::{Digest, Jobs, Model, Resources, Work};
use crate::model::{job_threads::JobThreads, threads::TOO_FEW_THREADS};

pub(super) struct Crossbeam<W: Work> {
    tasks: Option<Sender<(usize, Jobs<W>)>>,
    digests: Receiver<(usize, Result<Digest>)>,
    threads: Vec<JoinHandle<()>>,
}

impl<W: Work> Crossbeam<W> {
    /// Starts the threads.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let (tasks, inbox) = unbounded::<(usize, Jobs<W>)>();
        let (outbox, digests) = unbounded();
        let mut threads = Vec::new();
        for number in 0..resources.workers {
            let (inbox, outbox) = (inbox.clone(), outbox.clone());
            let thread = Builder::new().spawn(move || {
                for (index, jobs) in inbox {
                    if outbox.send((index, jobs.run(index))).is_err() {
                        break;
                    }
                }
            });
            threads.push(
                thread.with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))?,
            );
        }
        Ok(Crossbeam { tasks: Some(tasks), digests, threads })
    }
}

/// Long-lived threads that take arriving jobs from one channel.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<JobThreads<W>> {
    JobThreads::start(resources.workers, |_| Ok(()), |(), job| job.run())
}

impl<W: Work> Model<W> for Crossbeam<W> {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let tasks = self.tasks.as_ref().expect("it is taken only on drop");
        for index in 0..jobs.len() {
            tasks.send((index, jobs.clone())).context("all workers have panicked")?;
        }
        let mut digests: Vec<Option<Result<Digest>>> = (0..jobs.len()).map(|_| None).collect();
        for _ in 0..jobs.len() {
            let (index, digest) = self.digests.recv().context("all workers have panicked")?;
            digests[index] = Some(digest);
        }
        digests.into_iter().map(|digest| digest.expect("one digest came for each job")).collect()
    }
}

impl<W: Work> Drop for Crossbeam<W> {
    fn drop(&mut self) {
        // Closing the channel ends the threads.
        self.tasks = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
