//! The common part of the three tokio models: a task for each job, awaited in order.

use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases};
use crate::model::Model;
use crate::workload::Job;

/// A runtime, and the function that spawns the job of an index.
pub(super) struct TokioTasks<P> {
    kit: Arc<Kit<P>>,
    runtime: Runtime,
    spawn: Spawn<P>,
}

/// Starts the task of the job of an index.
type Spawn<P> = fn(Arc<Kit<P>>, Arc<[Job]>, usize) -> JoinHandle<Result<Digest>>;

impl<P: Phases> TokioTasks<P> {
    /// A model that runs its jobs on `runtime` with `spawn`, which is called on the runtime.
    pub(super) fn start(phases: P, runtime: Runtime, spawn: Spawn<P>) -> Box<dyn Model> {
        Box::new(TokioTasks { kit: Arc::new(Kit::new(phases)), runtime, spawn })
    }
}

impl<P: Phases> Model for TokioTasks<P> {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        self.runtime.block_on(async {
            let spawn = |index| (self.spawn)(Arc::clone(&self.kit), Arc::clone(jobs), index);
            let tasks: Vec<_> = (0..jobs.len()).map(spawn).collect();
            let mut digests = Vec::with_capacity(tasks.len());
            for task in tasks {
                digests.push(task.await.context("a task panicked")??);
            }
            Ok(digests)
        })
    }
}
