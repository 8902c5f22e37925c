//! How many jobs a worker is given at once.

/// How the jobs of a batch are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOut {
    /// All at once, each to a thread or a process of its own: the cores are shared out among them.
    AllAtOnce,
    /// One job at a time to each worker.
    Single,
    /// In parts of equal length, so many for each worker.
    Parts {
        /// How many for each worker.
        of_each: usize,
        /// How a length that is no whole number is rounded.
        rounding: Rounding,
    },
}

/// How the length of a part becomes a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the next larger one.
    Up,
    /// To the next smaller one.
    Down,
}

impl HandOut {
    /// How many times as long as with an equal share for all `workers` a batch of equal jobs takes: the last part leaves some of them idle.
    pub fn imbalance(self, jobs: usize, workers: usize) -> f64 {
        let length = match self {
            HandOut::AllAtOnce => return 1.0,
            HandOut::Single => 1,
            HandOut::Parts { of_each, rounding: Rounding::Up } => jobs.div_ceil(of_each * workers),
            HandOut::Parts { of_each, rounding: Rounding::Down } => jobs / (of_each * workers),
        };
        let length = length.max(1);
        let (whole, rest) = (jobs / length, jobs % length);
        let least = whole / workers * length;
        let most = if whole.is_multiple_of(workers) { least + rest } else { least + length };
        most as f64 * workers as f64 / jobs as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_part_leaves_workers_idle() {
        let (up, down) = (
            HandOut::Parts { of_each: 4, rounding: Rounding::Up },
            HandOut::Parts { of_each: 4, rounding: Rounding::Down },
        );
        let cases = [
            (HandOut::AllAtOnce, 25, 12.5),
            (HandOut::Single, 24, 12.0),
            (HandOut::Single, 25, 13.0),
            (HandOut::Single, 1, 1.0),
            // Eight parts of three.
            (up, 24, 12.0),
            // Seven parts of five, and a job.
            (up, 36, 20.0),
            // Seven parts of six, and four jobs.
            (up, 46, 24.0),
            // Nine parts of four.
            (down, 36, 20.0),
            // Nine parts of five, and a job.
            (down, 46, 25.0),
            (down, 3, 2.0),
        ];
        for (hand_out, jobs, most) in cases {
            let (found, expected) = (hand_out.imbalance(jobs, 2), most * 2.0 / jobs as f64);
            assert!((found - expected).abs() < 1e-9, "{hand_out:?} of {jobs}: {found}");
        }
    }
}
