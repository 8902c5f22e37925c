//! A median with its interval.

use crate::stats::interval::{Interval, LEVEL, TooFew, interval};
use crate::stats::median;

/// The median of independent values, and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The median.
    pub value: f64,
    /// Its interval, or the number of values that one requires.
    pub interval: Result<Interval, TooFew>,
}

impl Estimate {
    /// The estimate from `values`; `None` if there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        Some(Estimate { value: median(values)?, interval: interval(values, LEVEL) })
    }

    /// For readers: the median, and the bounds behind it, as in `1.24 us (1.20 .. 1.31 us)`, or `1.24 us (at least 1.20 us)` without an upper one. An
    /// interval of no width is left out.
    pub fn shown(&self, number: fn(f64) -> String) -> String {
        match self.shown_apart(number) {
            (value, Some(interval)) => format!("{value} ({interval})"),
            (value, None) => value,
        }
    }

    /// The same apart: the median, and the bounds if the interval has a width.
    pub fn shown_apart(&self, number: fn(f64) -> String) -> (String, Option<String>) {
        let mut bounds = None;
        if let Ok(Interval { low, high, .. }) = self.interval
            && low < high
        {
            bounds = Some(if high.is_infinite() {
                format!("at least {}", number(low))
            } else {
                let (low, high) = (number(low), number(high));
                format!("{} .. {high}", without_shared_unit(&low, &high))
            });
        }
        (number(self.value), bounds)
    }
}

/// `low` without its unit if it is the one of `high`.
fn without_shared_unit<'a>(low: &'a str, high: &str) -> &'a str {
    let shared = unit(low);
    if shared == unit(high) { &low[..low.len() - shared.len()] } else { low }
}

/// What follows the digits.
fn unit(number: &str) -> &str {
    number.trim_start_matches(|c: char| c.is_ascii_digit() || ['.', '-', '/'].contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::units;

    #[test]
    fn interval_follows_value_with_one_unit() {
        let shown = |values: &[f64]| Estimate::of(values).unwrap().shown(units::nanoseconds);
        let values = [1_200.0, 1_210.0, 1_230.0, 1_250.0, 1_260.0, 1_310.0];
        assert_eq!(shown(&values), "1.24 us (1.20 .. 1.31 us)");
        assert_eq!(shown(&values.map(|it| it - 1_220.0)), "20.0 ns (-20.0 .. 90.0 ns)");
        assert_eq!(shown(&values.map(|it| it * 900.0)), "1.12 ms (1.08 .. 1.18 ms)");
        assert_eq!(shown(&[900.0, 1.0, 1.0, 1.0, 1.0, 2e6]), "1.00 ns (1.00 ns .. 2.00 ms)");
        assert_eq!(
            shown(&[1_200.0, 1_210.0, 1_230.0, 1_250.0, 1_260.0, f64::INFINITY]),
            "1.24 us (at least 1.20 us)"
        );
        assert_eq!(shown(&values[..3]), "1.21 us", "three have no interval");
        assert_eq!(shown(&[5.0; 6]), "5.00 ns");
        let ratios = Estimate::of(&[1.04, 1.05, 1.05, 1.05, 1.05, 1.06]).unwrap();
        assert_eq!(ratios.shown(units::times), "1.05x (1.04 .. 1.06x)");
    }
}
