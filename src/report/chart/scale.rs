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
    /// A scale that covers `values`, and 1 if `with_one`, between the coordinates `from` and `to`; its ends
    /// are powers
    /// of `base`. Values that are not positive have no coordinate.
    pub fn of(values: impl Iterator<Item = f64>, with_one: bool, base: f64, from: f64, to: f64) -> Self {
        let one = with_one.then_some(1.0);
        let values: Vec<f64> = values.filter(|value| *value > 0.0 && value.is_finite()).chain(one).collect();
        let low = values.iter().copied().reduce(f64::min).unwrap_or(1.0);
        let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
        let power = |value: f64, round: fn(f64) -> f64| {
            base.powf(round((value.ln() / base.ln() * 1e9).round() / 1e9))
        };
        let (low, high) = (power(low, f64::floor), power(high, f64::ceil));
        Log { low, high: if high > low { high } else { low * base }, from, to }
    }

    /// The coordinate of a value; values beyond the scale are clamped.
    pub fn place(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) / self.low).ln() / (self.high / self.low).ln();
        self.from + share * (self.to - self.from)
    }

    /// Powers of `base` on the scale, at most `most`; a longer scale keeps every second, third and so on.
    pub fn ticks(&self, base: f64, most: usize) -> Vec<f64> {
        // Whole powers by construction, except for rounding.
        let exponent = |value: f64| (-400..400).find(|&power| base.powi(power) > value * 0.999).unwrap_or(0);
        let (first, last) = (exponent(self.low), exponent(self.high));
        let step =
            (1..).find(|step| (last - first) / step < i32::try_from(most).unwrap_or(i32::MAX)).unwrap_or(1);
        (first..=last).filter(|power| power % step == 0).map(|power| base.powi(power)).collect()
    }
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
    pub fn of(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let high = values.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let step = step(high);
        Linear { high: (high / step).ceil() * step, step, from, to }
    }

    /// The coordinate of a value.
    pub fn place(&self, value: f64) -> f64 {
        self.from + value / self.high * (self.to - self.from)
    }

    /// Round numbers on the scale.
    pub fn ticks(&self) -> Vec<f64> {
        std::iter::successors(Some(0.0), |tick| Some(tick + self.step))
            .take_while(|tick| *tick <= self.high * 1.001)
            .collect()
    }
}

/// A round step, 1, 2 or 5 times a power of ten; four to nine steps fill `high`.
fn step(high: f64) -> f64 {
    let power = 10_f64.powf((high / 4.0).log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|factor| factor * power).find(|step| high / step >= 4.0).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_scale_ends_at_powers() {
        let scale = Log::of([0.3, 23.0].into_iter(), true, 2.0, 0.0, 70.0);
        assert_eq!(scale.ticks(2.0, 9), [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
        assert!((scale.place(1.0) - 20.0).abs() < 1e-9 && (scale.place(32.0) - 70.0).abs() < 1e-9);
        let wide = Log::of([0.02, 5_000.0].into_iter(), true, 2.0, 0.0, 1.0);
        assert!(
            wide.ticks(2.0, 9).len() <= 9 && wide.ticks(2.0, 9).contains(&1.0),
            "{:?}",
            wide.ticks(2.0, 9)
        );
        assert!(wide.place(1e9) <= 1.0);
        let nothing = Log::of([].into_iter(), false, 10.0, 0.0, 1.0);
        assert!(nothing.place(5.0).is_finite());
    }

    #[test]
    fn linear_scale_has_round_ticks_from_zero() {
        let ticks = |high: f64| Linear::of([high].into_iter(), 0.0, 1.0).ticks();
        assert_eq!(
            ticks(7_255.0),
            [0.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0, 6_000.0, 7_000.0, 8_000.0]
        );
        assert_eq!(ticks(4.0).len(), 5);
    }
}
