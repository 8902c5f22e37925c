//! Sequential execution on the calling thread: the baseline.

use std::sync::Arc;

use anyhow::Result;

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases, Work};
use crate::model::{Model, Resources};
use crate::workload::Job;

/// The model uses only the calling thread.
pub(super) fn start<P: Phases>(phases: P, _: &Resources) -> Result<Box<dyn Model>> {
    Ok(Box::new(Sequential { kit: Kit::new(phases) }))
}

struct Sequential<P> {
    kit: Kit<P>,
}

impl<P: Phases> Model for Sequential<P> {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        jobs.iter().enumerate().map(|(index, job)| job.run(&self.kit.ctx(index))).collect()
    }
}
