//! How much computing takes how long on this machine: found once, and then a fixed amount of work.

use std::time::Duration;

use crate::engine::clock::now;
use crate::workload::answer_of_parts;

/// How long the work that is timed takes, about.
const STRETCH: Duration = Duration::from_millis(5);

/// So much work comes first, untimed, for the clock frequency to rise.
const WARM_UP: Duration = Duration::from_millis(50);

/// How many stretches are timed: the median of so many is not the one that was interrupted.
const STRETCHES: usize = 11;

/// How fast one core computes.
#[derive(Clone, Copy, Debug)]
pub struct Calibration {
    parts_per_ns: f64,
}

impl Calibration {
    /// Finds it out on the calling thread; takes about 0.1 s.
    pub fn of_this_machine() -> Self {
        let parts = warm_up();
        let mut paces: Vec<f64> = (0..STRETCHES).map(|_| parts as f64 / time_of(parts)).collect();
        paces.sort_by(f64::total_cmp);
        Calibration { parts_per_ns: paces[STRETCHES / 2] }
    }

    /// How many parts of 4 KiB are hashed in `time`; at least one.
    pub fn parts(self, time: Duration) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number of parts"
        )]
        let parts = (time.as_nanos() as f64 * self.parts_per_ns).round() as u64;
        parts.max(1)
    }
}

/// Computes for [`WARM_UP`]; returns about how many parts take a [`STRETCH`].
fn warm_up() -> u64 {
    let (start, mut parts) = (now(), 64);
    loop {
        let took = time_of(parts);
        if now() - start > WARM_UP {
            return parts;
        }
        if took < STRETCH.as_nanos() as f64 {
            parts += parts / 8;
        }
    }
}

fn time_of(parts: u64) -> f64 {
    let start = now();
    std::hint::black_box(answer_of_parts(1, std::hint::black_box(parts)));
    (now() - start).as_nanos() as f64
}
