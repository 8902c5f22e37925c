//! Tasks on tokio's current-thread runtime: async IO with one thread.

use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::runtime::Builder;
use tokio::task::JoinHandle;

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases, Work};
use crate::model::tokio_tasks::TokioTasks;
use crate::model::{MOST_WORKERS, Model, Resources};
use crate::workload::Job;

/// Builds the runtime. Its file operations run on blocking threads of tokio's, at most [`MOST_WORKERS`].
pub(super) fn start<P: Phases>(phases: P, _: &Resources) -> Result<Box<dyn Model>> {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(MOST_WORKERS)
        .enable_all()
        .build()
        .context("cannot start tokio's current-thread runtime")?;
    Ok(TokioTasks::start(phases, runtime, spawn))
}

fn spawn<P: Phases>(kit: Arc<Kit<P>>, jobs: Arc<[Job]>, index: usize) -> JoinHandle<Result<Digest>> {
    tokio::spawn(async move { jobs[index].run_async(&kit.ctx(index)).await })
}
