//! The blocking form of the jobs on tokio's blocking threads, at most [`Resources::max_concurrent`] of them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::Builder;
use tokio::task::JoinHandle;

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases, Work};
use crate::model::tokio_tasks::TokioTasks;
use crate::model::{Model, Resources};
use crate::workload::Job;

/// How long an idle thread is kept: longer than a measurement, so that runs do not start threads by chance.
const KEEP_ALIVE: Duration = Duration::from_secs(3600);

/// Builds the runtime; its blocking threads start on first use, and stay.
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(resources.max_concurrent)
        .thread_keep_alive(KEEP_ALIVE)
        .build()
        .context("cannot start tokio's current-thread runtime")?;
    Ok(TokioTasks::start(phases, runtime, spawn))
}

fn spawn<P: Phases>(kit: Arc<Kit<P>>, jobs: Arc<[Job]>, index: usize) -> JoinHandle<Result<Digest>> {
    tokio::task::spawn_blocking(move || jobs[index].run(&kit.ctx(index)))
}
