//! One job at a time, on the calling thread: the baseline.

use anyhow::Result;

use crate::engine::{Digest, Jobs, Model, Resources, Work};

pub(super) struct Sequential;

impl Sequential {
    /// It needs nothing but the calling thread.
    pub(super) fn start(_: &Resources) -> Result<Self> {
        Ok(Sequential)
    }
}

impl<W: Work> Model<W> for Sequential {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let mut digests = Vec::with_capacity(jobs.len());
        for index in 0..jobs.len() {
            digests.push(jobs.run(index)?);
        }
        Ok(digests)
    }
}
