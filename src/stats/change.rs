//! Whether a cell became faster or slower between two recordings.

use crate::stats::interval::{Interval, LEVEL, TooFew};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::verdict::MARGIN;

/// The result for a cell in two recordings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// The whole interval is beyond the threshold.
    Faster(Ratio),
    /// The whole interval is beyond the threshold on the other side.
    Slower(Ratio),
    /// The whole interval is within the threshold.
    Equal(Ratio),
    /// The interval straddles the threshold: more launches may decide.
    Undecided(Ratio),
    /// There are too few launches for an interval.
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

/// The change of a cell's speedups from `before` to `after`, both as logarithms per launch. Launches are
/// paired by number: they are independent, so that each pair is an unbiased sample of the difference.
/// Differences within [`MARGIN`] and `drift`, a logarithm, do not matter.
pub fn change(before: &[Option<f64>], after: &[Option<f64>], drift: f64) -> Change {
    let mut differences = Vec::new();
    for pair in before.iter().zip(after) {
        if let (Some(before), Some(after)) = pair {
            differences.push(after - before);
        }
    }
    let Some(ratio) = of_logs(&differences, LEVEL) else { return Change::Unmeasured };
    let border = MARGIN.ln_1p() + drift;
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
        assert!(matches!(change(&logs(2.0), &logs(2.11), 0.0), Change::Faster(ratio) if ratio.ratio > 1.05));
        assert!(matches!(change(&logs(2.0), &logs(1.89), 0.0), Change::Slower(_)));
        assert!(matches!(change(&logs(2.0), &logs(2.09), 0.0), Change::Equal(_)));
        assert!(matches!(change(&logs(2.0), &logs(2.11), 0.1), Change::Equal(_)));
        let wide: Vec<_> = (0..16).map(|launch| Some(f64::from(launch - 8) * 0.05)).collect();
        assert!(matches!(change(&logs(1.0), &wide, 0.0), Change::Undecided(_)));
    }

    #[test]
    fn noisy_recording_equals_itself() {
        let noisy: Vec<_> = (0..16).map(|launch| Some(f64::from(launch % 5))).collect();
        assert!(
            matches!(change(&noisy, &noisy, 0.0), Change::Equal(ratio) if (ratio.ratio - 1.0).abs() < 1e-12)
        );
    }

    #[test]
    fn too_few_processes_give_no_verdict() {
        assert!(matches!(
            change(&logs(2.0)[..3], &logs(2.0), 0.0),
            Change::TooFew(TooFew { have: 3, need: 6 })
        ));
        assert_eq!(change(&logs(2.0), &[None; 16], 0.0), Change::Unmeasured);
    }
}
