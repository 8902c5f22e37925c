//! Interleaved comparison: each round gives every arm a turn, in random order, after its own warm-up.

use std::time::Duration;

use anyhow::{Context, Result};

use bakeoff::internals::engine::clock;
use bakeoff::internals::study::slot::{TIMED, WARM_UP};

/// The duration of a turn.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Duration of untimed runs before timing: a model that resumes on the machine pays for cold caches and
    /// sleeping workers.
    pub warm_up: Duration,
    /// The minimum timed duration.
    pub timed: Duration,
}

impl Turn {
    /// The durations of a study's slot.
    pub const SLOT: Turn = Turn { warm_up: WARM_UP, timed: TIMED };
}

/// One of the compared alternatives.
pub struct Arm<'a> {
    /// Its name.
    pub name: String,
    run: Box<dyn FnMut() -> Result<Duration> + 'a>,
}

impl<'a> Arm<'a> {
    /// An arm whose runs return their own duration.
    pub fn new(name: impl Into<String>, run: impl FnMut() -> Result<Duration> + 'a) -> Self {
        Arm { name: name.into(), run: Box::new(run) }
    }

    /// An arm of plain code: each run is timed with the study's clock.
    pub fn timed(name: impl Into<String>, mut code: impl FnMut() -> Result<()> + 'a) -> Self {
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

/// The turns of each arm: `rounds` mean times in nanoseconds, the i-th of each arm from the i-th round.
///
/// # Errors
/// Names the arm that failed.
pub fn interleave(arms: &mut [Arm<'_>], rounds: usize, turn: Turn) -> Result<Vec<Vec<f64>>> {
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
