//! Measured numbers that may be absent, and what a claim expects of them.

use std::fmt;
use std::ops::{Add, Div, Sub};

use crate::post::{claims::CaseResult, claims::thresholds::is_near};
use crate::stats::median;

/// A measured number; absent if no recording has it. What is computed with an absent number is absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured(Option<f64>);

impl Measured {
    /// The median of what was measured several times.
    pub(crate) fn median(values: &[f64]) -> Self {
        Measured(median(values))
    }

    /// The number, if it was measured.
    pub(crate) fn value(self) -> Option<f64> {
        self.0
    }

    /// The same number, unless it is zero or less: it can then be divided by.
    pub(crate) fn positive(self) -> Self {
        Measured(self.0.filter(|value| *value > 0.0))
    }

    /// The same number, or zero if it is less.
    pub(crate) fn or_zero(self) -> Self {
        self.with(0.0, f64::max)
    }

    /// Whether it is `border` or more.
    pub(crate) fn at_least(self, border: f64) -> Compared {
        self.compared(|value| value >= border)
    }

    /// Whether it is `border` or less.
    pub(crate) fn at_most(self, border: f64) -> Compared {
        self.compared(|value| value <= border)
    }

    /// Whether it is more than `border`.
    pub(crate) fn above(self, border: f64) -> Compared {
        self.compared(|value| value > border)
    }

    /// Whether it is less than `border`.
    pub(crate) fn below(self, border: f64) -> Compared {
        self.compared(|value| value < border)
    }

    /// Whether it is exactly `count`.
    pub(crate) fn is(self, count: f64) -> Compared {
        self.compared(|value| value == count)
    }

    /// Whether it rounds to `count`.
    pub(crate) fn rounds_to(self, count: f64) -> Compared {
        self.compared(|value| (value - count).abs() < 0.5)
    }

    /// Whether it is within [`NEAR`](crate::post::claims::thresholds::NEAR) of `expected`.
    pub(crate) fn near(self, expected: f64) -> Compared {
        self.compared(|value| is_near(value, expected))
    }

    /// Whether it is not within [`NEAR`](crate::post::claims::thresholds::NEAR) of `expected`.
    pub(crate) fn far_from(self, expected: f64) -> Compared {
        self.compared(|value| !is_near(value, expected))
    }

    /// Whether it is the whole of `all`: the result in words, as `4 of 4 tasks`.
    pub(crate) fn is_all_of(self, all: Measured, what: &str) -> Option<CaseResult> {
        let (count, all) = (self.0?, all.0?);
        Some(CaseResult::of(count == all, format!("{count:.0} of {all:.0} {what}")))
    }

    fn compared(self, holds: impl Fn(f64) -> bool) -> Compared {
        let Some(value) = self.0 else { return Compared(None) };
        Compared(Some((value, holds(value))))
    }

    fn with(self, other: impl Into<Measured>, compute: fn(f64, f64) -> f64) -> Measured {
        let (Some(a), Some(b)) = (self.0, other.into().0) else { return Measured(None) };
        Measured(Some(compute(a, b)))
    }
}

/// A measured number, and whether it is as a claim says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared(Option<(f64, bool)>);

impl Compared {
    /// The result of a case, in words that contain the number; `None` if it was not measured.
    pub(crate) fn shows(self, words: impl FnOnce(f64) -> String) -> Option<CaseResult> {
        let (value, holds) = self.0?;
        Some(CaseResult::of(holds, words(value)))
    }
}

impl From<f64> for Measured {
    fn from(value: f64) -> Self {
        Measured(Some(value))
    }
}

impl From<Option<f64>> for Measured {
    fn from(value: Option<f64>) -> Self {
        Measured(value)
    }
}

/// Implements an operator: the result is absent where either side is.
macro_rules! operator {
    ($operator:ident, $name:ident, $sign:tt) => {
        impl<T: Into<Measured>> $operator<T> for Measured {
            type Output = Measured;

            fn $name(self, other: T) -> Measured {
                self.with(other, |a, b| a $sign b)
            }
        }
    };
}

operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Div, div, /);

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("-"),
        }
    }
}
