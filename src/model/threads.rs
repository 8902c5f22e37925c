//! A new OS thread for each job, at most [`Resources::max_concurrent`] of them at once.

use std::collections::VecDeque;
use std::thread::{self, Builder, ScopedJoinHandle};

use anyhow::{Context, Result, anyhow};

use crate::engine::{Digest, Jobs, Model, Resources, Work};

pub(super) struct Threads {
    max_concurrent: usize,
}

impl Threads {
    /// No thread is started here: a thread for each job is what defines the model, and is timed.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        Ok(Threads { max_concurrent: resources.max_concurrent })
    }
}

impl<W: Work> Model<W> for Threads {
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

fn join(thread: ScopedJoinHandle<'_, Result<Digest>>) -> Result<Digest> {
    thread.join().map_err(|_| anyhow!("the thread of a job panicked"))?
}

/// The advice when the system can't start another thread.
pub(super) const TOO_FEW_THREADS: &str =
    "raise the limit on processes (ulimit -u, or the container's pids limit)";
