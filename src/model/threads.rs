//! A new OS thread for each job, at most [`Resources::max_concurrent`] at once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use anyhow::{Context, Result, anyhow};

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases, Work};
use crate::model::{Model, Resources};
use crate::workload::Job;

/// Starts nothing here: the model starts a thread per job, inside the timed section.
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    Ok(Box::new(Threads { kit: Kit::new(phases), max_concurrent: resources.max_concurrent }))
}

struct Threads<P> {
    kit: Kit<P>,
    max_concurrent: usize,
}

impl<P: Phases> Model for Threads<P> {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        thread::scope(|scope| {
            let mut digests = Vec::with_capacity(jobs.len());
            let mut running = VecDeque::new();
            for (index, job) in jobs.iter().enumerate() {
                if running.len() == self.max_concurrent {
                    digests.extend(running.pop_front().map(join).transpose()?);
                }
                running.push_back(spawn(scope, &self.kit, index, job)?);
            }
            for thread in running {
                digests.push(join(thread)?);
            }
            Ok(digests)
        })
    }
}

fn spawn<'scope, P: Phases>(
    scope: &'scope Scope<'scope, '_>,
    kit: &'scope Kit<P>,
    index: usize,
    job: &'scope Job,
) -> Result<ScopedJoinHandle<'scope, Result<Digest>>> {
    thread::Builder::new()
        .spawn_scoped(scope, move || job.run(&kit.ctx(index)))
        .with_context(|| format!("cannot start a thread for job {index}; {TOO_FEW_THREADS}"))
}

fn join(thread: ScopedJoinHandle<'_, Result<Digest>>) -> Result<Digest> {
    thread.join().map_err(|_| anyhow!("the thread of a job panicked"))?
}

/// The advice if the system rejects a thread.
pub(super) const TOO_FEW_THREADS: &str = "this model needs a thread for each job in flight: raise the limit on processes (ulimit -u, or the container's pids limit)";
