//! Horizontal axes: grid lines from top to bottom, with a label below each.

use maud::{Markup, html};

use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::forms::{Layout, width_of};
use crate::report::chart::{palette::Color, scale::Linear, scale::Log};

/// The height of the labels of an axis.
pub const HEIGHT: f64 = 24.0;

/// A grid line of an axis.
pub struct Tick {
    /// Its coordinate.
    pub x: f64,
    /// Its label.
    pub label: String,
}

/// The ticks of a logarithmic scale, so few that their labels are apart.
pub fn log_ticks(scale: &Log, layout: &Layout, shown: fn(f64) -> String) -> Vec<Tick> {
    let mut most = 9;
    loop {
        let mut ticks = Vec::new();
        for value in scale.ticks(most) {
            ticks.push(Tick { x: scale.place(value), label: short(&shown(value)) });
        }
        if most == 1 || are_apart(&ticks, layout) {
            return ticks;
        }
        most -= 1;
    }
}

/// The ticks of a linear scale: every one, every second and so on, so that their labels are apart.
pub fn linear_ticks(scale: &Linear, layout: &Layout, shown: fn(f64) -> String) -> Vec<Tick> {
    let mut step = 1;
    loop {
        let mut ticks = Vec::new();
        for value in scale.ticks().into_iter().step_by(step) {
            ticks.push(Tick { x: scale.place(value), label: shown(value) });
        }
        if ticks.len() == 1 || are_apart(&ticks, layout) {
            return ticks;
        }
        step += 1;
    }
}

/// As many of `ticks` as are apart, from the first on.
pub fn thinned(ticks: Vec<Tick>, layout: &Layout) -> Vec<Tick> {
    let mut thinned: Vec<Tick> = Vec::new();
    for tick in ticks {
        thinned.push(tick);
        if !are_apart(&thinned, layout) {
            thinned.pop();
        }
    }
    thinned
}

/// Whether there is a letter's room between any two labels.
fn are_apart(ticks: &[Tick], layout: &Layout) -> bool {
    for pair in ticks.windows(2) {
        let [a, b] = [&pair[0], &pair[1]].map(|tick| width_of(&tick.label, layout.small) / 2.0);
        if pair[1].x - pair[0].x < a + b + layout.small {
            return false;
        }
    }
    true
}

/// Grid lines from `top` to `bottom`, and their labels below.
pub fn grid(canvas: &Canvas<'_>, layout: &Layout, ticks: &[Tick], [top, bottom]: [f64; 2]) -> Markup {
    html! {
        (lines(canvas, ticks, [top, bottom]))
        (labels(canvas, layout, ticks, bottom))
    }
}

/// Grid lines from `top` to `bottom`.
pub fn lines(canvas: &Canvas<'_>, ticks: &[Tick], [top, bottom]: [f64; 2]) -> Markup {
    html! {
        @for tick in ticks { (canvas.line(&[(tick.x, top), (tick.x, bottom)], Color::Grid, Stroke::Thin)) }
    }
}

/// Labels below `bottom`.
pub fn labels(canvas: &Canvas<'_>, layout: &Layout, ticks: &[Tick], bottom: f64) -> Markup {
    let y = bottom + layout.small + 4.0;
    html! {
        @for Tick { x, label } in ticks { (canvas.text(*x, y, Anchor::Middle, Color::Faint, layout.small, label)) }
    }
}

/// A number without zeros that say nothing: `1.00 us` is `1 us`.
pub fn short(text: &str) -> String {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    if !number.contains('.') {
        return text.to_owned();
    }
    let number = number.trim_end_matches('0').trim_end_matches('.');
    format!("{number} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::forms::{PHONE, SCREEN};
    use crate::stats::units;

    #[test]
    fn round_numbers_lose_their_zeros() {
        assert_eq!(["1.00 us", "100 ns", "2.50 ms", "0"].map(short), ["1 us", "100 ns", "2.5 ms", "0"]);
    }

    #[test]
    fn labels_of_ticks_have_room() {
        let scale = Log::of(&[1.0, 1e9], 10.0, 0.0, 200.0);
        let labels = |layout| log_ticks(&scale, layout, units::nanoseconds).len();
        assert_eq!((labels(&SCREEN), labels(&PHONE)), (4, 5));
    }
}
