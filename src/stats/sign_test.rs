//! The sign test: how surprising it is that this many launches lie on one side of a border.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::stats::interval::half_binomial;

/// Launches on one side of a border, of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    /// Those on the side.
    pub side: usize,
    /// All, those on the border included.
    pub launches: usize,
}

impl Signs {
    /// The probability of at least as many on the side if the border were their median.
    pub fn probability(self) -> f64 {
        at_least(self.side, self.launches)
    }
}

/// The probability of at least `side` of `launches` values on one given side of their median: P(B >= side), where B is
/// binomial with one half (W. J. Conover, "Practical Nonparametric Statistics", 3rd edition, section 3.4).
pub fn at_least(side: usize, launches: usize) -> f64 {
    thread_local!(static KNOWN: RefCell<HashMap<(usize, usize), f64>> = RefCell::default());
    // It takes a time of the order of the square of the launches, and studies ask it for each pair of cells.
    let known = KNOWN.with_borrow(|known| known.get(&(side, launches)).copied());
    known.unwrap_or_else(|| {
        let probability = compute_at_least(side, launches);
        KNOWN.with_borrow_mut(|known| known.insert((side, launches), probability));
        probability
    })
}

fn compute_at_least(side: usize, launches: usize) -> f64 {
    let mut probability = 0.0;
    for count in side..=launches {
        probability += half_binomial(launches, count);
    }
    probability
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_match_published_binomial_table() {
        for (side, launches, probability) in
            [(16, 16, 1.0), (14, 16, 137.0), (13, 16, 697.0), (12, 16, 2_517.0)]
        {
            assert!(
                (at_least(side, launches) - probability / 65_536.0).abs() < 1e-12,
                "{side} of {launches}"
            );
        }
        assert!((at_least(0, 16) - 1.0).abs() < 1e-12);
    }
}
