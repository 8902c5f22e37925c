//! Measured numbers that may be absent, and what a claim expects of them.

use std::ops::{Add, Div, Sub};

use crate::post::story::plays::PLAYS;
use crate::post::{claims::CaseResult, claims::thresholds::is_near};
use crate::stats::spread::Spread;

/// A number, measured once in each of several runs; absent if no recording has it. What is computed with an absent number is
/// absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Measured {
    runs: Vec<f64>,
}

impl Measured {
    /// What was measured in each run.
    pub(crate) fn of(runs: Vec<f64>) -> Self {
        Measured { runs }
    }

    /// The median and range, if it was measured.
    pub(crate) fn spread(&self) -> Option<Spread> {
        Spread::of(&self.runs)
    }

    /// `to` of the number of each run.
    pub(crate) fn map(&self, to: impl Fn(f64) -> f64) -> Self {
        Measured { runs: self.runs.iter().map(|&value| to(value)).collect() }
    }

    /// `to` of the numbers of each run.
    pub(crate) fn zip(&self, other: &Measured, to: impl Fn(f64, f64) -> f64) -> Self {
        if self.runs.len() != other.runs.len() {
            return Measured::default();
        }
        let pairs = self.runs.iter().zip(&other.runs);
        Measured { runs: pairs.map(|(&one, &other)| to(one, other)).collect() }
    }

    /// The same number, unless it is zero or less in some run: it can then be divided by.
    pub(crate) fn positive(self) -> Self {
        if self.runs.iter().all(|value| *value > 0.0) { self } else { Measured::default() }
    }

    /// The same number, or zero where it is less.
    pub(crate) fn or_zero(&self) -> Self {
        self.map(|value| value.max(0.0))
    }

    /// Whether it is `border` or more.
    pub(crate) fn at_least(&self, border: f64) -> Compared {
        self.is_so(|value| value >= border)
    }

    /// Whether it is `border` or less.
    pub(crate) fn at_most(&self, border: f64) -> Compared {
        self.is_so(|value| value <= border)
    }

    /// Whether it is more than `border`.
    pub(crate) fn above(&self, border: f64) -> Compared {
        self.is_so(|value| value > border)
    }

    /// Whether it is less than `border`.
    pub(crate) fn below(&self, border: f64) -> Compared {
        self.is_so(|value| value < border)
    }

    /// Whether it is exactly `count`.
    pub(crate) fn is(&self, count: f64) -> Compared {
        self.is_so(|value| value == count)
    }

    /// Whether it rounds to `count`.
    pub(crate) fn rounds_to(&self, count: f64) -> Compared {
        self.is_so(|value| (value - count).abs() < 0.5)
    }

    /// Whether it is within [`NEAR`](crate::post::claims::thresholds::NEAR) of `expected`.
    pub(crate) fn near(&self, expected: f64) -> Compared {
        self.is_so(|value| is_near(value, expected))
    }

    /// Whether it is as `holds` says.
    pub(crate) fn is_so(&self, holds: impl Fn(f64) -> bool) -> Compared {
        self.judged(|value| Some(holds(value)))
    }

    /// Whether `judge` says so; `None` of it means that a run decides nothing.
    pub(crate) fn judged(&self, judge: impl Fn(f64) -> Option<bool>) -> Compared {
        Compared { measured: self.clone(), verdicts: self.runs.iter().map(|&value| judge(value)).collect() }
    }
}

/// A measured number, and whether it is as a claim says, run by run.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    measured: Measured,
    verdicts: Vec<Option<bool>>,
}

impl Compared {
    /// The result of a case, in words that contain the number; `None` if it was not measured. Fewer runs than have a range decide
    /// nothing.
    pub(crate) fn shows(&self, words: impl Fn(Spread) -> String) -> Option<CaseResult> {
        let result = self.passes(words)?;
        Some(match self.verdicts.len() {
            runs if runs >= PLAYS => result,
            1 => CaseResult::Undecided(format!("{}, in 1 run, and it takes {PLAYS}", result.numbers())),
            runs => {
                CaseResult::Undecided(format!("{}, in {runs} runs, and it takes {PLAYS}", result.numbers()))
            }
        })
    }

    /// The result of a check, for which one run will do. Runs that disagree decide nothing.
    pub(crate) fn passes(&self, words: impl Fn(Spread) -> String) -> Option<CaseResult> {
        let numbers = words(self.measured.spread()?);
        Some(if self.verdicts.iter().all(|it| *it == Some(true)) {
            CaseResult::Holds(numbers)
        } else if self.verdicts.iter().all(|it| *it == Some(false)) {
            CaseResult::Fails(numbers)
        } else {
            CaseResult::Undecided(numbers)
        })
    }
}

/// Implements an operator, run by run: the result is absent where either side is.
macro_rules! operator {
    ($operator:ident, $name:ident, $sign:tt) => {
        impl $operator for Measured {
            type Output = Measured;

            fn $name(self, other: Measured) -> Measured {
                self.zip(&other, |a, b| a $sign b)
            }
        }
    };
}

operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Div, div, /);

#[cfg(test)]
mod tests {
    use super::*;

    fn case(runs: &[f64]) -> Option<CaseResult> {
        Measured::of(runs.to_vec()).above(1.0).shows(|spread| format!("{spread:.1}"))
    }

    #[test]
    fn runs_that_disagree_decide_nothing() {
        assert_eq!(case(&[]), None);
        assert_eq!(case(&[1.5, 2.0, 3.0]), Some(CaseResult::Holds("2.0 (1.5 .. 3.0)".into())));
        assert_eq!(case(&[0.5, 0.5, 0.5]), Some(CaseResult::Fails("0.5".into())));
        assert_eq!(case(&[0.5, 1.5, 1.5]), Some(CaseResult::Undecided("1.5 (0.5 .. 1.5)".into())));
    }

    #[test]
    fn few_runs_decide_only_checks() {
        let few = case(&[2.0, 2.0]).unwrap();
        assert_eq!(few, CaseResult::Undecided("2.0, in 2 runs, and it takes 3".into()));
        let one = Measured::of(vec![2.0]).above(1.0);
        assert_eq!(one.passes(|it| it.to_string()), Some(CaseResult::Holds("2".into())));
    }
}
