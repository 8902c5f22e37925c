//! Speedups, paired by round: both sides of a ratio are from the same round of the same launch, so that drift
//! between
//! rounds cancels.

use crate::stats::interval::{Interval, TooFew, interval};
use crate::stats::median;

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

/// The speedup of `model` over `baseline`: exp of the median over launches of each launch's median over
/// rounds of
/// ln(baseline / model). The interval, of probability `level`, is of the launches' medians: rounds of one
/// launch
/// share its address space, heap and pools, so only launches are independent. `None` if no round has both.
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
    let (least, most) =
        logs.iter().fold((f64::MAX, f64::MIN), |(least, most), &log| (least.min(log), most.max(log)));
    Some(Ratio { ratio, interval, range: (least.exp(), most.exp()), launches: logs.len() })
}

/// Each launch's median of ln(a / b) over the rounds that have both; launches without such a round are
/// omitted.
pub fn log_ratios(a: &Times, b: &Times) -> Vec<f64> {
    log_ratios_by_launch(a, b).into_iter().flatten().collect()
}

/// As [`log_ratios`], with a place for each launch.
pub fn log_ratios_by_launch(a: &Times, b: &Times) -> Vec<Option<f64>> {
    let pair =
        |(a, b): (&Option<f64>, &Option<f64>)| Some((((*a)?) / ((*b)?)).ln()).filter(|log| log.is_finite());
    let of_launch = |(a, b): (&Vec<Option<f64>>, &Vec<Option<f64>>)| {
        median(&a.iter().zip(b).filter_map(pair).collect::<Vec<_>>())
    };
    a.iter().zip(b).map(of_launch).collect()
}

/// The largest bound, on the logarithmic scale, of the interval of the ratio of two identical arms: the
/// difference
/// that this study would report without a real one. `None` if there are too few launches.
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

    #[test]
    fn shared_drift_cancels_out() {
        let drifting = |time: f64| launches((0..16).map(|launch| time * f64::from(launch + 1)));
        let found = speedup(&drifting(2.0), &drifting(1.0), 0.95).unwrap();
        assert_eq!(found.launches, 16);
        let interval = found.interval.unwrap();
        assert!([found.ratio, interval.low, interval.high].iter().all(|value| (value - 2.0).abs() < 1e-12));
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

    /// Times of 16 launches with realistic effects: drift between launches, noise, and occasional spikes.
    fn synthetic(random: &mut fastrand::Rng, noise: f64) -> (Times, Times) {
        let normal = |random: &mut fastrand::Rng| {
            // Twelve uniform numbers minus their mean: close enough to a normal distribution for this test.
            (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
        };
        let arm = |random: &mut fastrand::Rng, drift: &[f64]| {
            let slot = |drift: &f64| {
                let spike = if random.f64() < 0.05 { 1.0 + random.f64() } else { 1.0 };
                1e6 * drift * (noise * normal(random)).exp() * spike
            };
            launches(drift.iter().map(slot).collect::<Vec<_>>())
        };
        let drift: Vec<f64> = (0..16).map(|_| 1.0 + 0.2 * random.f64()).collect();
        let baseline = arm(random, &drift);
        (baseline, arm(random, &drift))
    }

    #[test]
    fn intervals_reach_nominal_coverage() {
        for noise in [0.01, 0.03, 0.1] {
            let mut random = fastrand::Rng::with_seed(7);
            let covered = (0..2_000).filter(|_| {
                let (a, b) = synthetic(&mut random, noise);
                let interval = speedup(&a, &b, 0.95).unwrap().interval.unwrap();
                interval.low <= 1.0 && 1.0 <= interval.high
            });
            let share = covered.count() as f64 / 2_000.0;
            assert!((0.93..=0.99).contains(&share), "{share} at noise {noise}");
        }
    }
}
