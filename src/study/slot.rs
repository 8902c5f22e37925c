//! A slot: an arm's turn in a round.

use std::num::NonZeroU64;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::engine::{Batch, Started, Usage, catch_panic, now, sample};

/// How long an arm runs untimed before it is timed. A model that resumes on the machine pays for cold caches
/// and sleeping workers: in slots without a warm-up, rayon measured 1.38x instead of 1.9x.
pub const WARM_UP: Duration = Duration::from_millis(40);

/// The minimum timed duration of an arm: one batch, or more batches up to this.
pub const TIMED: Duration = Duration::from_millis(20);

/// The duration after which no more batches are timed, with what is done outside of the clock: 240 jobs that do nothing are
/// verified for six times as long as they take.
const LONGEST: Duration = Duration::from_millis(100);

/// How long a batch is run untimed before a round that reads from the device. A device that was not used for some seconds reads
/// more slowly at first: without this, the first two slots of `cold-file` took 6 % longer than the others.
const DEVICE_WARM_UP: Duration = Duration::from_millis(300);

/// The measurement of a slot.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) runs: NonZeroU64,
    pub(super) wall: Duration,
    pub(super) cpu_ns: Option<u64>,
    /// The time of each copy in all runs together; empty unless copies were measured.
    pub(super) copies: Vec<Duration>,
}

/// Runs `batch` untimed for a while if it reads from the device. What fails here fails in the model's own slot too.
pub(super) fn warm_device(model: &mut dyn Started, batch: &Batch) {
    let start = now();
    while batch.reads_device() && now() - start < DEVICE_WARM_UP {
        if catch_panic(|| sample(model, batch)).is_err() {
            return;
        }
    }
}

/// Runs `warm_up`, some of the jobs of `batch`, until `model` is warm, and then times runs of `batch`; all are verified.
pub(super) fn slot(model: &mut dyn Started, warm_up: &Batch, batch: &Batch) -> Result<Measured> {
    let start = now();
    while now() - start < WARM_UP {
        sample(model, warm_up).context("in the warm-up")?;
    }
    let (mut runs, mut wall, mut used, mut copies) = (0, Duration::ZERO, Usage::ZERO, vec![]);
    let start = now();
    while wall < TIMED && (runs == 0 || now() - start < LONGEST) {
        let sample = sample(model, batch)?;
        (runs, wall, used) = (runs + 1, wall + sample.wall, used + sample.used);
        let of_run = model.copy_times();
        copies.resize(of_run.len(), Duration::ZERO);
        for (copy, time) in copies.iter_mut().zip(of_run) {
            *copy += *time;
        }
    }
    let runs = NonZeroU64::new(runs).context("a slot has a run")?;
    Ok(Measured { runs, wall, cpu_ns: used.cpu_ns, copies })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Digest, Reads, tests};

    /// Counts its runs, each of which reads enough from the device.
    #[derive(Default)]
    struct Counting {
        digests: Vec<Digest>,
        runs: u64,
    }

    impl Started for Counting {
        fn prepare(&mut self, batch: &Batch) -> Result<()> {
            self.digests = batch.expected().to_vec();
            Ok(())
        }

        fn run(&mut self) -> Result<Vec<Digest>> {
            self.runs += 1;
            Ok(self.digests.clone())
        }

        fn usage(&mut self) -> Result<Usage> {
            Ok(Usage { device_bytes: Some(self.runs << 30), ..Usage::ZERO })
        }
    }

    #[test]
    fn only_device_is_warmed_before_a_round() {
        for (reads, is_warmed) in
            [(Reads::Nothing, false), (Reads::Cache(1 << 10), false), (Reads::Device(1 << 10), true)]
        {
            let mut model = Counting::default();
            warm_device(&mut model, &tests::batch(Duration::ZERO, reads));
            assert_eq!(model.runs > 0, is_warmed, "{reads:?}");
        }
    }
}
