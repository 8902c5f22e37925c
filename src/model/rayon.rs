//! A parallel iterator on a dedicated pool, never on rayon's global pool.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases, Work};
use crate::model::threads::TOO_FEW_THREADS;
use crate::model::{Model, Resources};
use crate::workload::Job;

/// Builds the pool.
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    let pool = ThreadPoolBuilder::new().num_threads(resources.workers).build().map_err(|error| {
        anyhow!("cannot start {} rayon threads; {TOO_FEW_THREADS}: {error}", resources.workers)
    })?;
    Ok(Box::new(Rayon { kit: Kit::new(phases), pool }))
}

struct Rayon<P> {
    kit: Kit<P>,
    pool: ThreadPool,
}

impl<P: Phases> Model for Rayon<P> {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        let kit = &self.kit;
        let digests: Vec<Result<Digest>> = self
            .pool
            .install(|| jobs.par_iter().enumerate().map(|(index, job)| job.run(&kit.ctx(index))).collect());
        digests.into_iter().collect()
    }
}
