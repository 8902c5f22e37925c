//! A slot: an arm's turn in a round.

use std::num::NonZeroU64;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::engine::{Batch, Started, Usage, now, sample};

/// How long an arm runs untimed before it is timed. A model that resumes on the machine pays for cold caches
/// and sleeping workers: in slots without a warm-up, rayon measured 1.38x instead of 1.9x.
pub const WARM_UP: Duration = Duration::from_millis(40);

/// The minimum timed duration of an arm: one batch, or more batches up to this.
pub const TIMED: Duration = Duration::from_millis(20);

/// The measurement of a slot.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) runs: NonZeroU64,
    pub(super) wall: Duration,
    pub(super) cpu_ns: Option<u64>,
    /// The time of each copy in all runs together; empty unless copies were measured.
    pub(super) copies: Vec<Duration>,
}

/// Runs `warm_up`, some of the jobs of `batch`, until `model` is warm, and then times runs of `batch`; all are verified.
pub(super) fn slot(model: &mut dyn Started, warm_up: &Batch, batch: &Batch) -> Result<Measured> {
    let start = now();
    while now() - start < WARM_UP {
        sample(model, warm_up).context("in the warm-in")?;
    }
    let (mut runs, mut wall, mut used, mut copies) = (0, Duration::ZERO, Usage::ZERO, vec![]);
    while wall < TIMED {
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
