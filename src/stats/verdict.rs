//! Compares the cells of one workload with the fastest of them.

use crate::stats::interval::{Interval, TooFew};
use crate::stats::ratio::{Ratio, Times, speedup};

/// How much slower a cell may be than the fastest and still count as equivalent: smaller differences do not
/// matter to readers, and often come from the machine (the memory layout of a program alone accounts for several
/// percent).
pub const MARGIN: f64 = 0.05;

/// The probability of any wrong verdict in one workload's row.
const ROW_ERROR: f64 = 0.05;

/// The verdict on a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It has the highest median speedup of its row.
    Fastest,
    /// The whole interval of its time relative to the fastest's is beyond the margin.
    Slower(Ratio),
    /// The whole interval is within the margin.
    Within(Ratio),
    /// The interval straddles the margin: more launches may decide.
    Undecided(Ratio),
    /// There are too few launches for an interval of the level.
    TooFew(TooFew),
    /// The cell shares no round with the fastest.
    Unmeasured,
}

impl Verdict {
    /// Whether it is the fastest, or surely within the margin.
    pub fn is_best(&self) -> bool {
        matches!(self, Verdict::Fastest | Verdict::Within(_))
    }
}

/// The verdict on each cell of a row: `cells` are the times of the cells of one workload, including the
/// baseline, treated as one family, so that the probability of any wrong verdict in it stays below 5 %
/// (Bonferroni).
pub fn verdicts(baseline: &Times, cells: &[Times]) -> Vec<Verdict> {
    let Some(fastest) = fastest(baseline, cells) else { return vec![Verdict::Unmeasured; cells.len()] };
    let comparisons = cells.len().saturating_sub(1).max(1);
    let level = 1.0 - ROW_ERROR / comparisons as f64;
    let mut verdicts = Vec::new();
    for (index, times) in cells.iter().enumerate() {
        verdicts.push(match speedup(times, &cells[fastest], level) {
            _ if index == fastest => Verdict::Fastest,
            Some(over_fastest) => judge(over_fastest),
            None => Verdict::Unmeasured,
        });
    }
    verdicts
}

/// The index of the cell with the highest speedup.
fn fastest(baseline: &Times, cells: &[Times]) -> Option<usize> {
    let mut fastest: Option<(usize, f64)> = None;
    for (index, times) in cells.iter().enumerate() {
        let Some(Ratio { ratio, .. }) = speedup(baseline, times, 0.5) else { continue };
        if fastest.is_none_or(|(_, highest)| ratio >= highest) {
            fastest = Some((index, ratio));
        }
    }
    Some(fastest?.0)
}

/// The verdict on a cell with `over_fastest` times the fastest's time.
fn judge(over_fastest: Ratio) -> Verdict {
    let border = 1.0 + MARGIN;
    match over_fastest.interval {
        Err(few) => Verdict::TooFew(few),
        Ok(Interval { low, .. }) if low > border => Verdict::Slower(over_fastest),
        Ok(Interval { high, .. }) if high <= border => Verdict::Within(over_fastest),
        Ok(_) => Verdict::Undecided(over_fastest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ratio::tests::launches;

    fn over_fastest(low: f64, high: f64) -> Verdict {
        judge(Ratio {
            ratio: low,
            interval: Ok(Interval { low, high, coverage: 0.99 }),
            range: (low, high),
            launches: 16,
        })
    }

    #[test]
    fn verdict_requires_interval_beyond_margin() {
        assert!(matches!(over_fastest(1.051, 1.2), Verdict::Slower(_)));
        assert!(matches!(over_fastest(1.05, 1.2), Verdict::Undecided(_)));
        assert!(matches!(over_fastest(0.9, 1.051), Verdict::Undecided(_)));
        assert!(matches!(over_fastest(0.9, 1.05), Verdict::Within(_)));
    }

    /// Sixteen launches of about `time`.
    fn at(time: f64) -> Times {
        launches((0..16).map(|launch| time * (1.0 + 0.001 * f64::from(launch % 3))))
    }

    #[test]
    fn cells_are_compared_with_the_fastest() {
        let row = [at(100.0), at(50.0), at(51.0), at(60.0)];
        let [baseline, fastest, good, slower] = verdicts(&row[0], &row).try_into().unwrap();
        assert!(matches!(baseline, Verdict::Slower(ratio) if (ratio.ratio - 2.0).abs() < 0.01));
        assert_eq!(fastest, Verdict::Fastest);
        assert!(matches!(good, Verdict::Within(_)) && matches!(slower, Verdict::Slower(_)));
    }

    #[test]
    fn more_cells_require_more_processes() {
        let row = vec![launches([1.0; 8]); 13];
        assert!(matches!(verdicts(&row[0], &row[..2])[0], Verdict::Within(_)));
        assert!(matches!(verdicts(&row[0], &row)[0], Verdict::TooFew(TooFew { have: 8, need: 9 })));
    }

    #[test]
    fn cells_without_samples_are_unmeasured() {
        let none: Times = vec![vec![None]; 16];
        assert_eq!(verdicts(&none, &[none.clone(), none.clone()]), [Verdict::Unmeasured; 2]);
        let row = [launches([1.0; 16]), none];
        assert_eq!(verdicts(&row[0], &row)[1], Verdict::Unmeasured);
    }
}
