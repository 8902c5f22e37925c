//! Two independent samples, compared by the ranks of their values: the exact test of Mann and Whitney, and how far
//! the second is shifted from the first, with the exact interval of Hodges, Lehmann and Moses (E. L. Lehmann,
//! "Nonparametrics: Statistical Methods Based on Ranks", sections 1.3 and 2.6).
//!
//! Both use the count U of those pairs of a value of the first and a value of the second whose difference is beyond a
//! shift. If the samples differ by that shift alone, every order of their values is equally likely, whatever their
//! distribution is, and no outlier counts for more than its rank.

use crate::stats::interval::{Interval, TooFew};
use crate::stats::{median, ratio::Ratio};

/// The most values of a sample that are ranked: more are summarised to medians of neighbours first. Far fewer give a
/// probability below any level that is asked for.
const MOST: usize = 64;

/// The second of two samples against the first.
#[derive(Clone, Debug)]
pub struct Shift {
    /// The number of values of the smaller sample.
    values: usize,
    /// Every value of the second sample minus every value of the first, in ascending order.
    differences: Vec<f64>,
    /// For each count from 0, the probability that U is as large or larger.
    tails: Vec<f64>,
}

impl Shift {
    /// The shift from `before` to `after`; `None` if either has no values.
    pub fn of(before: &[f64], after: &[f64]) -> Option<Self> {
        let values = before.len().min(after.len());
        if values == 0 {
            return None;
        }
        let (before, after) = (at_most(MOST, before), at_most(MOST, after));
        let mut differences = Vec::with_capacity(before.len() * after.len());
        for &after in &after {
            for &before in &before {
                differences.push(after - before);
            }
        }
        differences.sort_by(f64::total_cmp);
        Some(Shift { values, differences, tails: tails(before.len(), after.len()) })
    }

    /// The p-value of the hypothesis that the shift is `border` or less: the probability of as many pairs beyond it.
    pub fn p_above(&self, border: f64) -> f64 {
        let up_to = self.differences.partition_point(|&difference| difference <= border);
        self.tails[self.differences.len() - up_to]
    }

    /// The p-value of the hypothesis that the shift is `border` or more.
    pub fn p_below(&self, border: f64) -> f64 {
        self.tails[self.differences.partition_point(|&difference| difference < border)]
    }

    /// The shift of logarithms as a ratio: the median difference, and an interval that covers the true shift with at
    /// least probability `level`.
    pub fn ratio(&self, level: f64) -> Ratio {
        let all = &self.differences;
        let last = all.len() - 1;
        Ratio {
            ratio: median(all).map_or(f64::NAN, f64::exp),
            interval: self.interval(level),
            range: (all[0].exp(), all[last].exp()),
            launches: self.values,
        }
    }

    /// Whether values of these numbers can have a p-value of `level` or less.
    ///
    /// # Errors
    /// Says how many values in each sample can.
    pub fn reaches(&self, level: f64) -> Result<(), TooFew> {
        if self.tails[self.differences.len()] <= level {
            return Ok(());
        }
        let mut need = 1;
        while least_p(need) > level {
            need += 1;
        }
        Err(TooFew { have: self.values, need })
    }

    fn interval(&self, level: f64) -> Result<Interval, TooFew> {
        let outside = (1.0 - level) / 2.0;
        self.reaches(outside)?;
        let all = &self.differences;
        // Past the middle the probability is more than a half.
        let mut rank = 1;
        while self.tails[all.len() - rank] <= outside {
            rank += 1;
        }
        let coverage = 1.0 - 2.0 * self.tails[all.len() + 1 - rank];
        Ok(Interval { low: all[rank - 1].exp(), high: all[all.len() - rank].exp(), coverage })
    }
}

/// The values themselves, or at most `most` medians of as many neighbours each.
fn at_most(most: usize, values: &[f64]) -> Vec<f64> {
    values.chunks(values.len().div_ceil(most)).filter_map(median).collect()
}

/// The smallest p-value of two samples of `n` values: that of the one order in which all of one are below all of the other.
fn least_p(n: usize) -> f64 {
    (1..=n).map(|i| i as f64 / (n + i) as f64).product()
}

/// P(U >= u) for each u from 0 to `n` times `m`, of samples of `n` and `m` values. U and nm - U are distributed alike.
fn tails(n: usize, m: usize) -> Vec<f64> {
    let most = n * m;
    let mut up_to = lower_half(n, m);
    for u in 1..up_to.len() {
        up_to[u] += up_to[u - 1];
    }
    let mut tails = Vec::with_capacity(most + 1);
    for u in 0..=most {
        tails.push(match up_to.get(most - u) {
            Some(as_few) => *as_few,
            None if u == 0 => 1.0,
            None => 1.0 - up_to[u - 1],
        });
    }
    tails
}

/// P(U = u) for each u from 0 to the middle: the coefficients of the Gaussian binomial, which has a factor
/// (1 - q^(m + i)) / (1 - q^i) for each value of the first sample.
fn lower_half(n: usize, m: usize) -> Vec<f64> {
    let last = n * m / 2;
    let mut probabilities = vec![0.0; last + 1];
    probabilities[0] = 1.0;
    for i in 1..=n {
        for u in (m + i..=last).rev() {
            probabilities[u] -= probabilities[u - m - i];
        }
        for u in i..=last {
            probabilities[u] += probabilities[u - i];
        }
        for probability in &mut probabilities {
            *probability *= i as f64 / (m + i) as f64;
        }
    }
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(before: &[f64], after: &[f64]) -> Shift {
        Shift::of(before, after).unwrap()
    }

    /// `count` values from `first` on, 1 apart.
    fn from(first: f64, count: u32) -> Vec<f64> {
        (0..count).map(|i| first + f64::from(i)).collect()
    }

    #[test]
    fn tails_match_published_critical_values() {
        // The tables of Mann and Whitney's U for one-sided levels of 0.025 and 0.001.
        for (n, m, level, critical) in [
            (5, 5, 0.025, 2),
            (8, 8, 0.025, 13),
            (10, 7, 0.025, 14),
            (16, 16, 0.025, 75),
            (20, 20, 0.025, 127),
            (16, 16, 0.001, 48),
        ] {
            let tails = tails(n, m);
            assert!(tails[n * m - critical] <= level && tails[n * m - critical - 1] > level, "{n}, {m}");
        }
    }

    #[test]
    fn least_probability_counts_all_orders() {
        // C(32, 16) and C(128, 64) orders.
        assert!((tails(16, 16)[256] * 601_080_390.0 - 1.0).abs() < 1e-9);
        assert!((least_p(16) * 601_080_390.0 - 1.0).abs() < 1e-9);
        assert!((tails(64, 64)[4096] * 2.395_114_604_192_8e37 - 1.0).abs() < 1e-9);
        let (fewer, more) = (tails(3, 7), tails(7, 3));
        assert!((fewer[0] - 1.0).abs() < 1e-12);
        assert!(fewer.iter().zip(&more).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn ties_with_the_border_count_against_a_shift() {
        let shifted = shift(&from(0.0, 16), &from(20.0, 16));
        assert!(shifted.p_above(4.0) < 1e-8 && shifted.p_above(5.0) > 1e-9);
        assert!(shifted.p_above(5.0) > shifted.p_above(4.9));
        assert!(shifted.p_below(20.0) > 0.5 && shifted.p_below(36.0) < 1e-8);
        let equal = shift(&[1.0; 16], &[1.0; 16]);
        assert!(equal.p_above(0.0) > 0.999 && equal.p_below(0.0) > 0.999);
    }

    #[test]
    fn interval_excludes_what_the_test_rejects() {
        let (before, after) = ([1.0, 4.0, 2.0, 8.0, 5.0, 7.0], [3.0, 9.0, 12.0, 6.5, 10.0]);
        let shifted = shift(&before, &after);
        let ratio = shifted.ratio(0.95);
        let found = ratio.interval.unwrap();
        // The fourth smallest and the fourth largest of the thirty differences.
        assert!((found.low.ln() + 1.5).abs() < 1e-12 && (found.high.ln() - 8.0).abs() < 1e-12, "{found:?}");
        assert!((0.95..0.98).contains(&found.coverage), "{found:?}");
        assert!(shifted.p_above(-1.5 - 1e-9) <= 0.025 && shifted.p_above(-1.5 + 1e-9) > 0.025);
        assert!(shifted.p_below(8.0 + 1e-9) <= 0.025 && shifted.p_below(8.0 - 1e-9) > 0.025);
        assert!((ratio.ratio.ln() - 4.0).abs() < 1e-12 && ratio.launches == 5, "{ratio:?}");
    }

    #[test]
    fn too_few_values_report_required_number() {
        let few = shift(&from(0.0, 3), &from(9.0, 16));
        assert_eq!(few.reaches(1e-4), Err(TooFew { have: 3, need: 8 }));
        assert_eq!(shift(&[1.0; 3], &[1.0; 3]).ratio(0.95).interval, Err(TooFew { have: 3, need: 4 }));
        assert_eq!(shift(&from(0.0, 8), &from(9.0, 8)).reaches(1e-4), Ok(()));
        assert!(Shift::of(&[], &[1.0]).is_none());
    }

    #[test]
    fn many_values_are_summarised_by_neighbours() {
        assert_eq!(at_most(2, &[1.0, 2.0, 9.0, 4.0, 5.0]), [2.0, 4.5]);
        assert_eq!(at_most(64, &from(0.0, 64)), from(0.0, 64));
        let many = shift(&from(0.0, 5_000), &from(100.0, 5_000));
        assert!((many.ratio(0.95).ratio.ln() - 100.0).abs() < 1e-9);
        assert_eq!(many.differences.len(), 64 * 64);
    }
}
