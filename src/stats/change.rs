//! Whether a cell became faster or slower between two recordings.

use crate::stats::interval::{Interval, LEVEL, TooFew};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::verdict::MARGIN;

/// The result for a cell in two recordings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// It is beyond the threshold, and so is its whole interval.
    Faster(Ratio),
    /// It is beyond the threshold on the other side, and so is its whole interval.
    Slower(Ratio),
    /// It is within the threshold, and so is its whole interval.
    Equal(Ratio),
    /// It is none of these for sure: more launches may decide.
    Undecided(Ratio),
    /// There are too few launches to decide.
    TooFew(TooFew),
    /// One of the recordings does not contain it.
    Unmeasured,
}

impl Change {
    /// The ratio of the second to the first.
    pub fn ratio(self) -> Option<Ratio> {
        match self {
            Change::Faster(ratio)
            | Change::Slower(ratio)
            | Change::Equal(ratio)
            | Change::Undecided(ratio) => Some(ratio),
            Change::TooFew(_) | Change::Unmeasured => None,
        }
    }
}

/// The change of the speedups of one cell, judged alone, from `before` to `after`: logarithms of launches that are paired
/// by number. Differences within [`MARGIN`] do not matter.
pub fn change(before: &[Option<f64>], after: &[Option<f64>]) -> Change {
    let mut differences = Vec::new();
    for pair in before.iter().zip(after) {
        if let (Some(before), Some(after)) = pair {
            differences.push(after - before);
        }
    }
    let Some(ratio) = of_logs(&differences, LEVEL) else { return Change::Unmeasured };
    let border = MARGIN.ln_1p();
    match ratio.interval {
        Err(few) => Change::TooFew(few),
        Ok(Interval { low, .. }) if low.ln() > border => Change::Faster(ratio),
        Ok(Interval { high, .. }) if high.ln() < -border => Change::Slower(ratio),
        Ok(Interval { low, high, .. }) if low.ln() >= -border && high.ln() <= border => Change::Equal(ratio),
        Ok(_) => Change::Undecided(ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs(speedup: f64) -> Vec<Option<f64>> {
        (0..16).map(|launch| Some((speedup * (1.0 + 0.001 * f64::from(launch % 3))).ln())).collect()
    }

    #[test]
    fn change_requires_interval_beyond_threshold() {
        assert!(matches!(change(&logs(2.0), &logs(2.11)), Change::Faster(ratio) if ratio.ratio > 1.05));
        assert!(matches!(change(&logs(2.0), &logs(1.89)), Change::Slower(_)));
        assert!(matches!(change(&logs(2.0), &logs(2.09)), Change::Equal(_)));
        let wide: Vec<_> = (0..16).map(|launch| Some(f64::from(launch - 8) * 0.05)).collect();
        assert!(matches!(change(&logs(1.0), &wide), Change::Undecided(_)));
    }

    #[test]
    fn noisy_recording_equals_itself() {
        let noisy: Vec<_> = (0..16).map(|launch| Some(f64::from(launch % 5))).collect();
        assert!(matches!(change(&noisy, &noisy), Change::Equal(ratio) if (ratio.ratio - 1.0).abs() < 1e-12));
    }

    #[test]
    fn too_few_processes_give_no_verdict() {
        assert!(matches!(change(&logs(2.0)[..3], &logs(2.0)), Change::TooFew(TooFew { have: 3, need: 6 })));
        assert_eq!(change(&logs(2.0), &[None; 16]), Change::Unmeasured);
    }
}
