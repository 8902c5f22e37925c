//! Speedups, paired by round: both sides of a ratio are from the same round of the same launch, so that drift
//! between rounds cancels.

use crate::stats::interval::{Interval, TooFew, interval};
use crate::stats::{median, present};

/// The times of one arm, by launch and by round, in nanoseconds per run; `None` if a slot has no sample.
pub type Times = Vec<Vec<Option<f64>>>;

/// A ratio of times with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The ratio.
    pub ratio: f64,
    /// Its interval, or the number of launches that one requires.
    pub interval: Result<Interval, TooFew>,
    /// The smallest and the largest of the launches' ratios.
    pub range: (f64, f64),
    /// The number of launches behind it.
    pub launches: usize,
}

impl Ratio {
    /// The bounds of its interval, if it has one.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        let interval = self.interval.ok()?;
        Some((interval.low, interval.high))
    }
}

/// The speedup of `model` over `baseline`: exp of the median over launches of each launch's median over rounds
/// of ln(baseline / model). The interval, of probability `level`, is of the launches' medians: rounds of one
/// launch share its address space, heap and pools, so only launches are independent. `None` if no round has
/// both.
pub fn speedup(baseline: &Times, model: &Times, level: f64) -> Option<Ratio> {
    of_logs(&log_ratios(baseline, model), level)
}

/// The ratio with the logarithms `logs`, one per launch; `None` if there are none.
pub fn of_logs(logs: &[f64], level: f64) -> Option<Ratio> {
    let ratio = median(logs)?.exp();
    let interval = interval(logs, level).map(|of_logs| Interval {
        low: of_logs.low.exp(),
        high: of_logs.high.exp(),
        coverage: of_logs.coverage,
    });
    let (mut least, mut most) = (f64::MAX, f64::MIN);
    for &log in logs {
        (least, most) = (least.min(log), most.max(log));
    }
    Some(Ratio { ratio, interval, range: (least.exp(), most.exp()), launches: logs.len() })
}

/// Each launch's median of ln(a / b) over the rounds that have both; launches without such a round are
/// omitted.
pub fn log_ratios(a: &Times, b: &Times) -> Vec<f64> {
    present(&log_ratios_by_launch(a, b))
}

/// As [`log_ratios`], with a place for each launch.
pub fn log_ratios_by_launch(a: &Times, b: &Times) -> Vec<Option<f64>> {
    a.iter().zip(b).map(|(a, b)| median(&log_ratios_of_rounds(a, b))).collect()
}

fn log_ratios_of_rounds(a: &[Option<f64>], b: &[Option<f64>]) -> Vec<f64> {
    let mut logs = Vec::new();
    for pair in a.iter().zip(b) {
        let (Some(a), Some(b)) = pair else { continue };
        let log = (a / b).ln();
        if log.is_finite() {
            logs.push(log);
        }
    }
    logs
}

/// The largest bound, on the logarithmic scale, of the interval of the ratio of two identical arms: the
/// difference that this study would report without a real one. `None` if there are too few launches.
pub fn noise_floor(a_to_a: &Ratio) -> Option<f64> {
    let Interval { low, high, .. } = a_to_a.interval.ok()?;
    Some(low.ln().abs().max(high.ln().abs()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Launches of one round each.
    pub(crate) fn launches(times: impl IntoIterator<Item = f64>) -> Times {
        times.into_iter().map(|time| vec![Some(time)]).collect()
    }

    /// Sixteen launches of a cell that takes longer in each.
    fn drifting(time: f64) -> Times {
        launches((0..16).map(|launch| time * f64::from(launch + 1)))
    }

    #[test]
    fn shared_drift_cancels_out() {
        let found = speedup(&drifting(2.0), &drifting(1.0), 0.95).unwrap();
        assert_eq!(found.launches, 16);
        let (low, high) = found.bounds().unwrap();
        for value in [found.ratio, low, high] {
            assert!((value - 2.0).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn unpaired_rounds_are_excluded() {
        let a =
            vec![vec![Some(2.0), Some(8.0), Some(4.0)], vec![None, Some(1.0), None], vec![None, None, None]];
        let b = vec![vec![Some(1.0); 3], vec![Some(1.0); 3], vec![Some(1.0); 3]];
        assert_eq!(log_ratios(&a, &b), [4.0_f64.ln(), 0.0]);
    }

    #[test]
    fn noise_floor_is_bound_farthest_from_one() {
        let interval = Interval { low: 0.9, high: 1.05, coverage: 0.98 };
        let a_to_a = Ratio { ratio: 1.0, interval: Ok(interval), range: (1.0, 1.0), launches: 16 };
        assert_eq!(noise_floor(&a_to_a), Some(-(0.9_f64.ln())));
        let few = Ratio { interval: Err(TooFew { have: 3, need: 6 }), ..a_to_a };
        assert_eq!(noise_floor(&few), None);
    }

    /// Twelve uniform numbers minus their mean: close enough to a normal distribution for these tests.
    fn normal(random: &mut fastrand::Rng) -> f64 {
        (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
    }

    /// Times of 16 launches with realistic effects: drift between launches, noise, and occasional spikes.
    fn synthetic(random: &mut fastrand::Rng, drift: &[f64], noise: f64) -> Times {
        let mut times = Vec::new();
        for drift in drift {
            let spike = if random.f64() < 0.05 { 1.0 + random.f64() } else { 1.0 };
            times.push(1e6 * drift * (noise * normal(random)).exp() * spike);
        }
        launches(times)
    }

    #[test]
    fn intervals_reach_nominal_coverage() {
        for noise in [0.01, 0.03, 0.1] {
            let mut random = fastrand::Rng::with_seed(7);
            let mut covered = 0;
            for _ in 0..2_000 {
                let drift: Vec<f64> = (0..16).map(|_| 1.0 + 0.2 * random.f64()).collect();
                let (a, b) = (synthetic(&mut random, &drift, noise), synthetic(&mut random, &drift, noise));
                let (low, high) = speedup(&a, &b, 0.95).unwrap().bounds().unwrap();
                covered += u32::from(low <= 1.0 && 1.0 <= high);
            }
            assert!((1_860..=1_980).contains(&covered), "{covered} of 2,000 at noise {noise}");
        }
    }
}
