//! Maps values to coordinates, with round ticks.

/// A logarithmic scale: equal ratios are equal distances.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Log {
    /// A scale that covers `values` between the coordinates `from` and `to`; its ends are powers of `base`. Values
    /// that are not positive have no coordinate.
    pub fn of(values: &[f64], base: f64, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
        for &value in values {
            if value > 0.0 && value.is_finite() {
                (low, high) = (low.min(value), high.max(value));
            }
        }
        if high == 0.0 {
            (low, high) = (1.0, 1.0);
        }
        let (low, high) = (base.powf(power(low, base).floor()), base.powf(power(high, base).ceil()));
        Log { low, high: if high > low { high } else { low * base }, from, to }
    }

    /// The coordinate of a value; values beyond the scale are clamped.
    pub fn place(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) / self.low).ln() / (self.high / self.low).ln();
        self.from + share * (self.to - self.from)
    }

    /// Powers of `base` on the scale, at most `most`; a longer scale keeps every second, third and so on.
    pub fn ticks(&self, base: f64, most: i32) -> Vec<f64> {
        let (first, last) = (whole_power(self.low, base), whole_power(self.high, base));
        let step = (last - first) / most + 1;
        let mut ticks = Vec::new();
        for power in first..=last {
            if power % step == 0 {
                ticks.push(base.powi(power));
            }
        }
        ticks
    }
}

/// The power of `base` that `value` is, without the noise of rounding.
fn power(value: f64, base: f64) -> f64 {
    (value.ln() / base.ln() * 1e9).round() / 1e9
}

/// The power of `base` that an end of a scale is: a whole one by construction, except for rounding.
fn whole_power(value: f64, base: f64) -> i32 {
    for power in -400..400 {
        if base.powi(power) > value * 0.999 {
            return power;
        }
    }
    0
}

/// A linear scale from zero.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    high: f64,
    step: f64,
    from: f64,
    to: f64,
}

impl Linear {
    /// A scale from 0 to a round number above `values`, between two coordinates.
    pub fn of(values: &[f64], from: f64, to: f64) -> Self {
        let mut high = f64::MIN_POSITIVE;
        for value in values {
            high = high.max(*value);
        }
        let step = step(high);
        Linear { high: (high / step).ceil() * step, step, from, to }
    }

    /// The coordinate of a value.
    pub fn place(&self, value: f64) -> f64 {
        self.from + value / self.high * (self.to - self.from)
    }

    /// Round numbers on the scale.
    pub fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut tick = 0.0;
        while tick <= self.high * 1.001 {
            ticks.push(tick);
            tick += self.step;
        }
        ticks
    }
}

/// A round step, 1, 2 or 5 times a power of ten; four to nine steps fill `high`.
fn step(high: f64) -> f64 {
    let power = 10_f64.powf((high / 4.0).log10().floor());
    for factor in [5.0, 2.0] {
        if high / (factor * power) >= 4.0 {
            return factor * power;
        }
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_scale_ends_at_powers() {
        let scale = Log::of(&[0.3, 23.0, 1.0], 2.0, 0.0, 70.0);
        assert_eq!(scale.ticks(2.0, 9), [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
        assert!((scale.place(1.0) - 20.0).abs() < 1e-9 && (scale.place(32.0) - 70.0).abs() < 1e-9);
        let wide = Log::of(&[0.02, 5_000.0, 1.0], 2.0, 0.0, 1.0);
        assert!(
            wide.ticks(2.0, 9).len() <= 9 && wide.ticks(2.0, 9).contains(&1.0),
            "{:?}",
            wide.ticks(2.0, 9)
        );
        assert!(wide.place(1e9) <= 1.0);
        let nothing = Log::of(&[], 10.0, 0.0, 1.0);
        assert!(nothing.place(5.0).is_finite());
    }

    #[test]
    fn linear_scale_has_round_ticks_from_zero() {
        let ticks = |high: f64| Linear::of(&[high], 0.0, 1.0).ticks();
        assert_eq!(
            ticks(7_255.0),
            [0.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0, 6_000.0, 7_000.0, 8_000.0]
        );
        assert_eq!(ticks(4.0).len(), 5);
    }
}
