//! One verified sample of a model on a batch.

use std::time::Duration;

use anyhow::Result;

use crate::batch::Batch;
use crate::measure::{Usage, now};
use crate::model::Model;

/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Wall time of [`Model::run`].
    pub wall: Duration,
    /// What the run used.
    pub used: Usage,
}

/// Measures one run of `batch` under `model` and verifies what it did.
///
/// # Timing model
/// The clock runs during [`Model::run`] and at no other time: `wall = stop - start` of one call. In it are all that
/// the model does to carry out the jobs and to hand back their digests (starting what it starts for each job,
/// sending jobs to processes, waking its workers and being woken by them). Not in it are starting the model,
/// resetting what jobs left, comparing digests, and freeing them.
///
/// # Errors
/// Where a job failed, returned a wrong, doubled, swapped or no digest, did not leave behind what it should have,
/// or where the run was shorter than its jobs' waits: names the job, what was expected and what was found.
pub fn sample(model: &mut dyn Model, batch: &Batch) -> Result<Sample> {
    batch.reset()?;
    let before = model.usage()?;
    let start = now();
    let digests = model.run(batch.jobs());
    let wall = now() - start;
    let used = model.usage()? - before;
    batch.verify(&digests?)?;
    batch.check()?;
    batch.check_time(wall)?;
    batch.check_reads(used.device_bytes)?;
    Ok(Sample { wall, used })
}
