//! Whether a cell became faster or slower from one recording to another.

use crate::stats::interval::{Interval, LEVEL, TooFew};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::verdict::MARGIN;

/// What may be said about a cell in two recordings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// The whole interval is beyond the border.
    Faster(Ratio),
    /// The whole interval is beyond it on the other side.
    Slower(Ratio),
    /// The whole interval is within it.
    Equal(Ratio),
    /// The interval straddles it: more launches may tell.
    NotSeparated(Ratio),
    /// No interval can be made of so few launches.
    TooFew(TooFew),
    /// One of the recordings does not have it.
    Unmeasured,
}

impl Change {
    /// The second over the first.
    pub fn ratio(self) -> Option<Ratio> {
        match self {
            Change::Faster(ratio)
            | Change::Slower(ratio)
            | Change::Equal(ratio)
            | Change::NotSeparated(ratio) => Some(ratio),
            Change::TooFew(_) | Change::Unmeasured => None,
        }
    }
}

/// How the speedups of a cell changed from `before` to `after`, both the logarithms of each launch's. Launches are paired
/// by their number: they are independent, so that each pair is a fair draw of the difference. Differences within
/// [`MARGIN`] and `drift`, a logarithm, are of no use.
pub fn change(before: &[Option<f64>], after: &[Option<f64>], drift: f64) -> Change {
    let pairs = before.iter().zip(after).filter_map(|(before, after)| Some((*after)? - (*before)?));
    let Some(ratio) = of_logs(&pairs.collect::<Vec<_>>(), LEVEL) else { return Change::Unmeasured };
    let border = MARGIN.ln_1p() + drift;
    match ratio.interval {
        Err(few) => Change::TooFew(few),
        Ok(Interval { low, .. }) if low.ln() > border => Change::Faster(ratio),
        Ok(Interval { high, .. }) if high.ln() < -border => Change::Slower(ratio),
        Ok(Interval { low, high, .. }) if low.ln() >= -border && high.ln() <= border => Change::Equal(ratio),
        Ok(_) => Change::NotSeparated(ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs(speedup: f64) -> Vec<Option<f64>> {
        (0..16).map(|launch| Some((speedup * (1.0 + 0.001 * f64::from(launch % 3))).ln())).collect()
    }

    #[test]
    fn the_whole_interval_must_lie_on_one_side_of_the_border() {
        assert!(matches!(change(&logs(2.0), &logs(2.11), 0.0), Change::Faster(ratio) if ratio.ratio > 1.05));
        assert!(matches!(change(&logs(2.0), &logs(1.89), 0.0), Change::Slower(_)));
        assert!(matches!(change(&logs(2.0), &logs(2.09), 0.0), Change::Equal(_)));
        assert!(matches!(change(&logs(2.0), &logs(2.11), 0.1), Change::Equal(_)));
        let wide: Vec<_> = (0..16).map(|launch| Some(f64::from(launch - 8) * 0.05)).collect();
        assert!(matches!(change(&logs(1.0), &wide, 0.0), Change::NotSeparated(_)));
    }

    #[test]
    fn a_recording_against_itself_is_equal_however_noisy_it_is() {
        let noisy: Vec<_> = (0..16).map(|launch| Some(f64::from(launch % 5))).collect();
        assert!(
            matches!(change(&noisy, &noisy, 0.0), Change::Equal(ratio) if (ratio.ratio - 1.0).abs() < 1e-12)
        );
    }

    #[test]
    fn few_launches_and_none_give_no_word() {
        assert!(matches!(
            change(&logs(2.0)[..3], &logs(2.0), 0.0),
            Change::TooFew(TooFew { have: 3, need: 6 })
        ));
        assert_eq!(change(&logs(2.0), &[None; 16], 0.0), Change::Unmeasured);
    }
}
