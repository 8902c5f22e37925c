//! Maps values to coordinates, with round ticks.

/// A logarithmic scale: equal ratios are equal distances.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    base: f64,
    /// The power at its lower end.
    first: f64,
    /// The power at its upper end.
    last: f64,
    from: f64,
    to: f64,
}

impl Log {
    /// A scale that covers `values` between the coordinates `from` and `to`, and ends at powers of its base. Values that are
    /// not positive have no coordinate.
    pub fn of(values: &[f64], base: f64, from: f64, to: f64) -> Self {
        let (low, high) = range(values);
        let first = power(low, base).floor();
        let last = power(high, base).ceil().max(first + 1.0);
        Log { base, first, last, from, to }
    }

    /// A scale that ends a little beyond `values`.
    pub fn around(values: &[f64], base: f64, from: f64, to: f64) -> Self {
        Log::beyond(values, 1.5, base, from, to)
    }

    /// A scale that goes beyond `values` by this factor.
    pub fn beyond(values: &[f64], factor: f64, base: f64, from: f64, to: f64) -> Self {
        let (low, high) = range(values);
        Log { base, first: power(low / factor, base), last: power(high * factor, base), from, to }
    }

    /// The coordinate of a value; values beyond the scale are clamped.
    pub fn place(&self, value: f64) -> f64 {
        let (low, high) = (self.base.powf(self.first), self.base.powf(self.last));
        let share = (value.clamp(low, high) / low).ln() / (high / low).ln();
        self.from + share * (self.to - self.from)
    }

    /// Powers of the base on the scale, at most `most`; a longer scale keeps every second, third and so on.
    pub fn ticks(&self, most: u32) -> Vec<f64> {
        let step = ((self.last - self.first) / f64::from(most)).floor() + 1.0;
        let mut ticks = Vec::new();
        let mut power = self.first.ceil();
        while power <= self.last {
            if power % step == 0.0 {
                ticks.push(self.base.powf(power));
            }
            power += 1.0;
        }
        ticks
    }

    /// Round numbers on a scale of base 10, as many as are at least `room` apart.
    pub fn round_ticks(&self, room: f64) -> Vec<f64> {
        for steps in STEPS {
            let ticks = self.ticks_of(steps);
            let are_apart = |pair: &[f64]| (self.place(pair[1]) - self.place(pair[0])).abs() >= room;
            if ticks.windows(2).all(are_apart) {
                return ticks;
            }
        }
        self.ticks(4)
    }

    /// The products of `steps` and powers of ten on the scale.
    fn ticks_of(&self, steps: &[f64]) -> Vec<f64> {
        let (low, high) = (self.base.powf(self.first), self.base.powf(self.last));
        let mut ticks = Vec::new();
        let mut power = self.first.floor();
        while power <= self.last {
            for step in steps {
                let value = step * self.base.powf(power);
                if low <= value && value <= high {
                    ticks.push(value);
                }
            }
            power += 1.0;
        }
        ticks
    }
}

/// Round numbers between two powers of ten, from the finest steps to the coarsest.
const STEPS: [&[f64]; 7] = [
    &[
        1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.2, 2.4, 2.6, 2.8, 3.0, 3.3, 3.6, 4.0, 4.5,
        5.0, 5.5, 6.0, 7.0, 8.0, 9.0,
    ],
    &[1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
    &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0],
    &[1.0, 2.0, 3.0, 5.0, 7.0],
    &[1.0, 2.0, 5.0],
    &[1.0, 3.0],
    &[1.0],
];

/// The least and the largest of the positive `values`.
fn range(values: &[f64]) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for &value in values {
        if value > 0.0 && value.is_finite() {
            (low, high) = (low.min(value), high.max(value));
        }
    }
    if high == 0.0 { (1.0, 1.0) } else { (low, high) }
}

/// The power of `base` that `value` is, without the noise of rounding.
fn power(value: f64, base: f64) -> f64 {
    (value.ln() / base.ln() * 1e9).round() / 1e9
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

    /// Its upper end.
    pub fn high(&self) -> f64 {
        self.high
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
        assert_eq!(scale.ticks(9), [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
        assert!((scale.place(1.0) - 20.0).abs() < 1e-9 && (scale.place(32.0) - 70.0).abs() < 1e-9);
        let wide = Log::of(&[0.02, 5_000.0, 1.0], 2.0, 0.0, 1.0);
        assert!(wide.ticks(9).len() <= 9 && wide.ticks(9).contains(&1.0), "{:?}", wide.ticks(9));
        assert!(wide.place(1e9) <= 1.0);
        let tight = Log::around(&[30.0, 2_000.0], 10.0, 0.0, 1.0);
        assert_eq!(tight.ticks(9), [100.0, 1_000.0]);
        assert!(tight.place(30.0) > 0.0 && tight.place(2_000.0) < 1.0);
        let nothing = Log::of(&[], 10.0, 0.0, 1.0);
        assert!(nothing.place(5.0).is_finite());
    }

    #[test]
    fn round_ticks_suit_any_range() {
        let ticks = |values: [f64; 2]| Log::beyond(&values, 1.0, 10.0, 200.0, 0.0).round_ticks(25.0);
        assert_eq!(ticks([1.0, 1_000.0]), [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0]);
        assert_eq!(ticks([0.9, 2.1]), [1.0, 1.5, 2.0]);
        assert!((2..=4).contains(&ticks([1.0, 1e30]).len()));
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
