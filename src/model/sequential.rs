//! One job at a time, on the calling thread: the baseline.

use anyhow::Result;

use crate::engine::fork::Nesting;
use crate::engine::{Digest, Jobs, Model, Resources, Work};
use crate::model::job_threads::JobThreads;

pub(super) struct Sequential;

impl Sequential {
    /// It needs nothing but the calling thread.
    pub(super) fn start(_: &Resources) -> Result<Self> {
        Ok(Sequential)
    }
}

/// One thread that runs arriving jobs one at a time.
pub(super) fn serve<W: Work>(_: &Resources) -> Result<JobThreads<W>> {
    JobThreads::start(1, |_| Ok(()), |(), job| job.run())
}

impl<W: Work> Model<W> for Sequential {
    fn nesting(&self) -> Option<Nesting> {
        Some(Nesting::InTurn)
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let mut digests = Vec::with_capacity(jobs.len());
        for index in 0..jobs.len() {
            digests.push(jobs.run(index)?);
        }
        Ok(digests)
    }
}
