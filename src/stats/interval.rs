//! An exact interval for a median, from order statistics: it assumes only that the values are independent,
//! and drops no outliers.
//!
//! The interval from the k-th smallest to the k-th largest of n values covers the population median
//! with probability 1 - 2 P(B < k), where B is binomial with n trials of one half (H. A. David and H. N. Nagaraja, "Order
//! Statistics", 3rd edition, section 7.1).

use std::cell::RefCell;
use std::collections::HashMap;

/// The coverage probability of the reported intervals.
pub const LEVEL: f64 = 0.95;

/// An interval with its coverage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// The probability with which such intervals cover the true median: at least the requested level.
    pub coverage: f64,
}

/// Too few values for an interval at this level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    /// The number of values.
    pub have: usize,
    /// The required number of values.
    pub need: usize,
}

/// The narrowest symmetric interval of order statistics that covers the median with at least probability `level`,
/// which is below 1.
///
/// # Errors
/// When even the interval from the smallest to the largest value covers it with a lower probability.
pub fn interval(values: &[f64], level: f64) -> Result<Interval, TooFew> {
    let n = values.len();
    let Some((rank, coverage)) = rank(n, level) else { return Err(TooFew { have: n, need: need(level) }) };
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(Interval { low: sorted[rank - 1], high: sorted[n - rank], coverage })
}

/// The largest k whose interval, from the k-th smallest to the k-th largest of `n`, reaches `level`, and its coverage:
/// at most k - 1 outliers, however large, can't move a bound beyond all other values. `None` if no interval
/// does.
pub fn rank(n: usize, level: f64) -> Option<(usize, f64)> {
    thread_local!(static KNOWN: RefCell<Ranks> = RefCell::default());
    // It takes a time of the order of the square of n, and studies ask it for each pair of cells.
    let known = KNOWN.with_borrow(|known| known.get(&(n, level.to_bits())).copied());
    known.unwrap_or_else(|| {
        let rank = compute_rank(n, level);
        KNOWN.with_borrow_mut(|known| known.insert((n, level.to_bits()), rank));
        rank
    })
}

/// Ranks and their coverage by the number of values and the bits of the level.
type Ranks = HashMap<(usize, u64), Option<(usize, f64)>>;

fn compute_rank(n: usize, level: f64) -> Option<(usize, f64)> {
    let mut below = 0.0;
    let mut best = None;
    for k in 1..=n / 2 {
        below += half_binomial(n, k - 1);
        let coverage = 1.0 - 2.0 * below;
        if coverage < level {
            break;
        }
        best = Some((k, coverage));
    }
    best
}

/// The minimum n for which the smallest and largest values reach `level`: 1 - 2 / 2^n.
pub(crate) fn need(level: f64) -> usize {
    (2..).find(|&n| has_interval(n, level)).expect("every level below 1 is reached by some number of values")
}

/// Whether `n` values have an interval that reaches `level`.
pub fn has_interval(n: usize, level: f64) -> bool {
    rank(n, level).is_some()
}

/// The probability of `k` successes in `n` trials of one half, in logarithms so that neither factor overflows.
pub(super) fn half_binomial(n: usize, k: usize) -> f64 {
    let ln_choose: f64 = (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum();
    (ln_choose - n as f64 * std::f64::consts::LN_2).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_match_published_95_percent_table() {
        // The tables of distribution-free intervals for a median, as in Conover, "Practical Nonparametric Statistics".
        for (n, k) in
            [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (16, 4), (20, 6), (25, 8), (50, 18), (100, 40)]
        {
            assert_eq!(rank(n, 0.95).unwrap().0, k, "n = {n}");
        }
        assert_eq!(rank(5, 0.95), None);
    }

    #[test]
    fn coverage_matches_binomial_distribution() {
        // 1 - 2 (1 + 16 + 120 + 560) / 2^16 and 1 - 2 / 2^6.
        assert!((rank(16, 0.95).unwrap().1 - 0.978_729_248_046_875).abs() < 1e-12);
        assert!((rank(6, 0.95).unwrap().1 - 0.968_75).abs() < 1e-12);
        let sum: f64 = (0..=10_000).map(|k| half_binomial(10_000, k)).sum();
        assert!((sum - 1.0).abs() < 1e-9);
    }

    #[test]
    fn interval_bounds_are_values_at_ranks() {
        let values: Vec<f64> = (1..=16).rev().map(f64::from).collect();
        let found = interval(&values, 0.95).unwrap();
        assert_eq!((found.low, found.high), (4.0, 13.0));
    }

    #[test]
    fn too_few_values_report_required_number() {
        assert_eq!(interval(&[1.0; 5], 0.95), Err(TooFew { have: 5, need: 6 }));
        assert_eq!(interval(&[], 0.95), Err(TooFew { have: 0, need: 6 }));
        assert_eq!(interval(&[1.0; 8], 0.996), Err(TooFew { have: 8, need: 9 }));
    }
}
