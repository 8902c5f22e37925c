//! A median with the range of the values behind it, where there are too few for an interval.

use std::fmt;
use std::ops::Mul;

use crate::stats::median;

/// The median of several values, and their range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
}

impl Spread {
    /// The spread of `values`; `None` if there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for &value in values {
            (low, high) = (low.min(value), high.max(value));
        }
        Some(Spread { median: median(values)?, low, high })
    }

    /// It in words, by `format`; the range only where it shows.
    pub fn with(self, format: impl Fn(f64) -> String) -> String {
        let (median, low, high) = (format(self.median), format(self.low), format(self.high));
        if low == high { median } else { format!("{median} ({low} .. {high})") }
    }
}

impl Mul<f64> for Spread {
    type Output = Spread;

    fn mul(self, factor: f64) -> Spread {
        Spread { median: self.median * factor, low: self.low * factor, high: self.high * factor }
    }
}

/// The median and range with the requested number of decimals.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        f.write_str(&self.with(|value| format!("{value:.decimals$}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_shows_only_where_it_differs() {
        let spread = Spread::of(&[2.0, 1.9, 2.04]).unwrap();
        assert_eq!(format!("{spread:.1}"), "2.0 (1.9 .. 2.0)");
        assert_eq!(format!("{:.0}", spread * 100.0), "200 (190 .. 204)");
        assert_eq!(format!("{spread}"), "2");
        assert_eq!(Spread::of(&[]), None);
    }
}
