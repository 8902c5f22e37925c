//! When jobs arrive: at equal distances, or at random as customers do.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How jobs arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Schedule {
    /// Independently of each other: the times between them have an exponential distribution.
    Poisson,
    /// At equal distances.
    Constant,
}

impl Schedule {
    /// When jobs are due that arrive at `rate` per second for this many `seconds`, in nanoseconds in ascending order.
    pub fn due_ns(self, rate: f64, seconds: f64, seed: u64) -> Vec<u64> {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut due_ns, mut time) = (Vec::new(), 0.0);
        loop {
            let between = match self {
                Schedule::Poisson => -(1.0 - random.f64()).ln(),
                Schedule::Constant => 1.0,
            };
            time += between / rate;
            if time >= seconds {
                return due_ns;
            }
            due_ns.push(u64::try_from(Duration::from_secs_f64(time).as_nanos()).unwrap_or(u64::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_arrive_at_the_rate_asked_for() {
        assert_eq!(Schedule::Constant.due_ns(4.0, 1.0, 1), [250_000_000, 500_000_000, 750_000_000]);
        let due_ns = Schedule::Poisson.due_ns(1_000.0, 100.0, 1);
        assert!((due_ns.len() as f64 / 100_000.0 - 1.0).abs() < 0.02, "{}", due_ns.len());
        assert!(due_ns.is_sorted() && due_ns != Schedule::Poisson.due_ns(1_000.0, 100.0, 2));
        let mut between: Vec<u64> = due_ns.windows(2).map(|pair| pair[1] - pair[0]).collect();
        between.sort_unstable();
        // Half of all times between customers are shorter than ln(2) of the mean.
        let median = between[between.len() / 2] as f64 / 1e6;
        assert!((median / std::f64::consts::LN_2 - 1.0).abs() < 0.03, "{median}");
    }
}
