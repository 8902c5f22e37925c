//! Tasks on tokio's current-thread runtime: async IO with one thread.

use anyhow::Result;
use tokio::runtime::Builder;

use crate::engine::{Digest, Jobs, MOST_WORKERS, Model, Resources, Work};
use crate::model::{runtime::Counted, tokio_many::run_tasks};

pub(super) struct TokioOne {
    runtime: Counted,
    max_tasks: usize,
}

impl TokioOne {
    /// Builds the runtime. Its file operations run on tokio's blocking threads, at most [`MOST_WORKERS`].
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let mut builder = Builder::new_current_thread();
        builder.max_blocking_threads(MOST_WORKERS).enable_all();
        Ok(TokioOne { runtime: Counted::build(&mut builder, 0)?, max_tasks: resources.max_tasks })
    }
}

impl<W: Work> Model<W> for TokioOne {
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        self.runtime.ensure_threads(jobs.len().min(MOST_WORKERS))
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.runtime.run(run_tasks(jobs, self.max_tasks))
    }
}
