//! Interleaved comparison: every arm has a turn in each round, in random order, after a warm-in of its own.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::engine::clock;
use crate::study::slot::{TIMED, WARM_UP};

/// How long a turn is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Untimed runs before it is timed: a model that has just got the machine back pays for cold caches and for its
    /// sleeping workers.
    pub(super) warm_up: Duration,
    /// How long it is timed at the least.
    pub(super) timed: Duration,
}

impl Turn {
    /// As a slot of a study.
    pub(super) const SLOT: Turn = Turn { warm_up: WARM_UP, timed: TIMED };
}

/// One of the things compared.
pub(super) struct Arm<'a> {
    /// What to call it.
    pub(super) name: String,
    run: Box<dyn FnMut() -> Result<Duration> + 'a>,
}

impl<'a> Arm<'a> {
    /// An arm whose runs say how long they took.
    pub(super) fn new(name: impl Into<String>, run: impl FnMut() -> Result<Duration> + 'a) -> Self {
        Arm { name: name.into(), run: Box::new(run) }
    }

    /// An arm of plain code: the one clock is put around each run.
    pub(super) fn timed(name: impl Into<String>, mut code: impl FnMut() -> Result<()> + 'a) -> Self {
        Arm::new(name, move || {
            let start = clock::now();
            code()?;
            Ok(clock::now() - start)
        })
    }

    /// One turn: the mean time of a run, in nanoseconds.
    fn turn(&mut self, turn: Turn) -> Result<f64> {
        let start = clock::now();
        while clock::now() - start < turn.warm_up {
            (self.run)()?;
        }
        let (mut runs, mut sum) = (0_u32, Duration::ZERO);
        while sum < turn.timed {
            sum += (self.run)()?;
            runs += 1;
        }
        Ok(sum.as_nanos() as f64 / f64::from(runs))
    }
}

/// The turns of each arm, each as long as `turn`: `rounds` mean times in nanoseconds, the i-th of each arm from the i-th round.
///
/// # Errors
/// Names the arm that failed.
pub(super) fn interleave(arms: &mut [Arm<'_>], rounds: usize, turn: Turn) -> Result<Vec<Vec<f64>>> {
    let mut turns = vec![Vec::with_capacity(rounds); arms.len()];
    let mut order: Vec<usize> = (0..arms.len()).collect();
    for _ in 0..rounds {
        fastrand::shuffle(&mut order);
        for &arm in &order {
            turns[arm].push(arms[arm].turn(turn).with_context(|| arms[arm].name.clone())?);
        }
    }
    Ok(turns)
}
