//! Times of a story: in words, and on an axis.

use crate::report::chart::axis::{Tick, linear_ticks};
use crate::report::chart::{forms::Layout, scale::Linear};

/// A time of a story, which no line break divides.
pub fn in_words(seconds: f64) -> String {
    let whole = seconds.round();
    let text = if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if whole < 60.0 {
        format!("{whole} s")
    } else if whole < 3_600.0 {
        parts((whole / 60.0).floor(), "min", whole % 60.0, "s")
    } else {
        let minutes = (seconds / 60.0).round();
        parts((minutes / 60.0).floor(), "h", minutes % 60.0, "min")
    };
    text.replace(' ', "\u{a0}")
}

/// `2 h 5 min`; what is zero is left out.
fn parts(large: f64, of: &str, small: f64, rest: &str) -> String {
    if small == 0.0 { format!("{large} {of}") } else { format!("{large} {of} {small} {rest}") }
}

/// The unit of an axis of story time.
#[derive(Clone, Copy)]
struct Unit {
    seconds: f64,
    shown: fn(f64) -> String,
}

impl Unit {
    /// That of an axis of this many seconds.
    fn of(seconds: f64) -> Self {
        if seconds >= 7_200.0 {
            Unit { seconds: 3_600.0, shown: |hours| tick(hours, "h") }
        } else if seconds >= 120.0 {
            Unit { seconds: 60.0, shown: |minutes| tick(minutes, "min") }
        } else {
            Unit { seconds: 1.0, shown: |seconds| tick(seconds, "s") }
        }
    }
}

/// A label of an axis.
fn tick(value: f64, unit: &str) -> String {
    let number = (value * 1_000.0).round() / 1_000.0;
    if number == 0.0 { "0".into() } else { format!("{number} {unit}") }
}

/// An axis of story time.
pub struct TimeAxis {
    scale: Linear,
    unit: Unit,
}

impl TimeAxis {
    /// An axis from 0 to a round time from `seconds` on, between two coordinates.
    pub fn of(seconds: f64, from: f64, to: f64) -> Self {
        let unit = Unit::of(seconds);
        TimeAxis { scale: Linear::of(&[seconds / unit.seconds], from, to), unit }
    }

    /// Its ticks.
    pub fn ticks(&self, layout: &Layout) -> Vec<Tick> {
        linear_ticks(&self.scale, layout, self.unit.shown)
    }

    /// The coordinate of a time in seconds.
    pub fn place(&self, seconds: f64) -> f64 {
        self.scale.place(seconds / self.unit.seconds)
    }

    /// Its last second.
    pub fn end(&self) -> f64 {
        self.scale.high() * self.unit.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn story_times_have_two_units_at_most() {
        let shown = [4.2, 42.0, 764.0, 3_600.0, 44_220.0].map(|it| in_words(it).replace('\u{a0}', " "));
        assert_eq!(shown, ["4.2 s", "42 s", "12 min 44 s", "1 h", "12 h 17 min"]);
    }
}
