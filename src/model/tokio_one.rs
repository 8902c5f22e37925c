//! Tasks on tokio's current-thread runtime: async IO with one thread.

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};

use crate::engine::{Digest, Jobs, MOST_WORKERS, Model, Resources, Work};
use crate::model::tokio_many::run_tasks;

pub(super) struct TokioOne {
    runtime: Runtime,
}

impl TokioOne {
    /// Builds the runtime. Its file operations run on tokio's blocking threads, at most [`MOST_WORKERS`].
    pub(super) fn start(_: &Resources) -> Result<Self> {
        let runtime = Builder::new_current_thread().max_blocking_threads(MOST_WORKERS).enable_all().build();
        Ok(TokioOne { runtime: runtime.context("cannot start tokio's current-thread runtime")? })
    }
}

impl<W: Work> Model<W> for TokioOne {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.runtime.block_on(run_tasks(jobs))
    }
}
