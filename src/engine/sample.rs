//! One verified sample of a model on a batch.

use std::time::Duration;

use anyhow::Result;

use crate::engine::{Batch, InvalidRun, Started, Usage, now};

/// The measurement of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Wall time of [`Started::run`].
    pub wall: Duration,
    /// The resource usage of the run.
    pub used: Usage,
}

/// The maximum number of consecutive [`InvalidRun`] runs: a host that reclaims memory from virtual machines
/// sometimes empties the page cache, and the invalid run itself fills it again.
const ATTEMPTS: usize = 3;

/// Measures one run of `batch` under `model` and verifies its results. Invalid runs are repeated.
///
/// # Errors
/// When a job failed, returned a wrong, doubled, swapped or no digest, or did not leave behind what it should
/// have, or when the run was shorter than its jobs' waits: names the job, the expected and the actual result.
/// [`InvalidRun`] if all attempts are.
pub fn sample(model: &mut dyn Started, batch: &Batch) -> Result<Sample> {
    for _ in 1..ATTEMPTS {
        match run(model, batch) {
            Err(error) if error.is::<InvalidRun>() => {}
            result => return result,
        }
    }
    run(model, batch)
}

/// Measures one run and verifies it.
///
/// # Timing model
/// The clock runs only during [`Started::run`]: `wall = stop - start` of one call. It includes everything
/// that the model does to carry out the jobs and to return their digests (starting threads or processes for
/// each job, sending jobs to processes, waking its workers and being woken by them). It excludes starting the
/// model, converting jobs for another language, resetting the effects of jobs, comparing digests, and freeing
/// them.
fn run(model: &mut dyn Started, batch: &Batch) -> Result<Sample> {
    batch.reset()?;
    model.prepare(batch)?;
    let before = model.usage()?;
    let start = now();
    let digests = model.run();
    let wall = now() - start;
    let after = model.usage();
    // A model that failed may not know what it used: the first error is the cause.
    let digests = digests?;
    let used = after? - before;
    let digests = batch.answers(model.answers(digests)?)?;
    batch.verify(&digests)?;
    batch.check()?;
    batch.check_time(wall)?;
    batch.check_reads(used.device_bytes)?;
    Ok(Sample { wall, used })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::digest::Digest;
    use crate::engine::tests;
    use crate::engine::work::Reads;

    /// Returns the right digests, and reports a read of one MiB from the device for its first `cold` runs.
    struct Reading {
        digests: Vec<Digest>,
        cold: usize,
        runs: usize,
        asked: usize,
    }

    impl Started for Reading {
        fn prepare(&mut self, batch: &Batch) -> Result<()> {
            self.digests = batch.expected().to_vec();
            Ok(())
        }

        fn run(&mut self) -> Result<Vec<Digest>> {
            self.runs += 1;
            Ok(self.digests.clone())
        }

        fn usage(&mut self) -> Result<Usage> {
            // Queried before and after each run.
            self.asked += 1;
            let read = if self.runs <= self.cold && self.asked.is_multiple_of(2) { 1 << 20 } else { 0 };
            Ok(Usage { device_bytes: Some(read), ..Usage::ZERO })
        }
    }

    fn runs_of_a_sample(cold: usize) -> Result<usize> {
        let batch = tests::batch(Duration::ZERO, Reads::Cache(4096));
        let mut model = Reading { digests: vec![], cold, runs: 0, asked: 0 };
        sample(&mut model, &batch).map(|_| model.runs)
    }

    #[test]
    fn repeats_invalid_runs_until_limit() {
        assert_eq!((runs_of_a_sample(0).unwrap(), runs_of_a_sample(2).unwrap()), (1, 3));
        assert!(runs_of_a_sample(3).unwrap_err().is::<InvalidRun>());
    }
}
