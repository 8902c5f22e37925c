//! Calibrates the computing speed of this machine once; the amount of work is then fixed.

use std::time::Duration;

use crate::engine::now;
use crate::workload::answer_of_parts;

/// The approximate duration of the timed work.
const STRETCH: Duration = Duration::from_millis(5);

/// The duration of untimed work before it, for the clock frequency to rise.
const WARM_UP: Duration = Duration::from_millis(50);

/// The number of timed stretches: their median is not an interrupted one.
const STRETCHES: usize = 11;

/// The computing speed of one core.
#[derive(Clone, Copy, Debug)]
pub struct Calibration {
    parts_per_ns: f64,
}

impl Calibration {
    /// Calibrates on the calling thread; takes about 0.1 s.
    pub fn of_this_machine() -> Self {
        let parts = warm_up();
        let mut paces = [0.0; STRETCHES];
        for pace in &mut paces {
            *pace = parts as f64 / time_of(parts);
        }
        paces.sort_by(f64::total_cmp);
        Calibration { parts_per_ns: paces[STRETCHES / 2] }
    }

    /// The number of 4 KiB parts that are hashed in `time`; at least one.
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

/// Computes for [`WARM_UP`]; returns the approximate number of parts in a [`STRETCH`].
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
