//! The blocking form of the jobs on tokio's blocking threads, at most [`Resources::max_concurrent`] of them.

use std::time::Duration;

use anyhow::Result;
use tokio::runtime::Builder;

use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Work};
use crate::model::{runtime::Counted, tokio_many::in_order};

/// How long an idle thread is kept: longer than a measurement, so that no run pays for a thread by chance.
const KEEP_ALIVE: Duration = Duration::from_secs(3600);

pub(super) struct TokioBlocking {
    runtime: Counted,
    max_concurrent: usize,
}

impl TokioBlocking {
    /// Builds the runtime; its blocking threads start when they are first needed, and stay.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let max_concurrent = resources.max_concurrent;
        let mut builder = Builder::new_current_thread();
        builder.max_blocking_threads(max_concurrent).thread_keep_alive(KEEP_ALIVE);
        Ok(TokioBlocking { runtime: Counted::build(&mut builder, 0)?, max_concurrent })
    }
}

/// The runtime, to whose blocking threads arriving jobs are handed one by one.
pub(super) fn serve(resources: &Resources) -> Result<TokioBlocking> {
    TokioBlocking::start(resources)
}

impl<W: Work> TakeJobs<W> for TokioBlocking {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        self.runtime.handle().spawn_blocking(|| job.run());
        Ok(())
    }
}

impl<W: Work> Model<W> for TokioBlocking {
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        self.runtime.ensure_threads(jobs.len().min(self.max_concurrent))
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.runtime.run(async {
            let mut tasks = Vec::with_capacity(jobs.len());
            for index in 0..jobs.len() {
                let jobs = jobs.clone();
                tasks.push(tokio::task::spawn_blocking(move || jobs.run(index)));
            }
            in_order(tasks).await
        })
    }
}
