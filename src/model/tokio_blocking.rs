//! The blocking form of the jobs on tokio's blocking threads, at most [`Resources::max_concurrent`] of them.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};

use crate::engine::{Digest, Jobs, Model, Resources, Work};
use crate::model::tokio_many::in_order;

/// How long an idle thread is kept: longer than a measurement, so that no run pays for a thread by chance.
const KEEP_ALIVE: Duration = Duration::from_secs(3600);

pub(super) struct TokioBlocking {
    runtime: Runtime,
}

impl TokioBlocking {
    /// Builds the runtime; its blocking threads start when they are first needed, and stay.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(resources.max_concurrent)
            .thread_keep_alive(KEEP_ALIVE)
            .build();
        Ok(TokioBlocking { runtime: runtime.context("cannot start tokio's current-thread runtime")? })
    }
}

impl<W: Work> Model<W> for TokioBlocking {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.runtime.block_on(async {
            let mut tasks = Vec::with_capacity(jobs.len());
            for index in 0..jobs.len() {
                let jobs = jobs.clone();
                tasks.push(tokio::task::spawn_blocking(move || jobs.run(index)));
            }
            in_order(tasks).await
        })
    }
}
