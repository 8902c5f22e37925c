//! Tasks on tokio's multi-thread runtime: async IO that may use every core.

use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::runtime::Builder;
use tokio::task::JoinHandle;

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases, Work};
use crate::model::tokio_tasks::TokioTasks;
use crate::model::{MOST_WORKERS, Model, Resources};
use crate::workload::Job;

/// Builds the runtime with a thread for each core; file operations run on further threads, at most [`MOST_WORKERS`].
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(resources.workers)
        .max_blocking_threads(MOST_WORKERS)
        .enable_all()
        .build()
        .with_context(|| format!("cannot start tokio's runtime of {} threads", resources.workers))?;
    Ok(TokioTasks::start(phases, runtime, spawn))
}

fn spawn<P: Phases>(kit: Arc<Kit<P>>, jobs: Arc<[Job]>, index: usize) -> JoinHandle<Result<Digest>> {
    tokio::spawn(async move { jobs[index].run_async(&kit.ctx(index)).await })
}
