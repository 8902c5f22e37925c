//! Rows with a name, a mark on an axis and a number.

use maud::{Markup, html};

use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut, letters_in};
use crate::report::chart::forms::{LETTER, Layout, width_of};
use crate::report::chart::{EDGE, palette::Color};

/// The height of a row.
pub const ROW: f64 = 26.0;

/// The radius of a dot.
const DOT: f64 = 5.5;

/// The maximum number of rows.
pub const MOST: usize = 20;

/// The left edge of a plot beside `names`.
pub fn left_of<'a>(layout: &Layout, names: impl IntoIterator<Item = &'a str>) -> f64 {
    let mut width = 0.0_f64;
    for name in names {
        width = width.max(width_of(name, layout.label));
    }
    EDGE + width.min(layout.either(200.0, 130.0)) + 14.0
}

/// A name left of a plot.
pub fn name(canvas: &Canvas<'_>, layout: &Layout, left: f64, y: f64, name: &str) -> Markup {
    let letters = letters_in(left - 14.0 - EDGE + 0.1, LETTER * layout.label);
    canvas.text(EDGE, y + 0.35 * layout.label, Anchor::Start, Color::Text, layout.label, &cut(name, letters))
}

/// A mark at `x`, with its interval from one coordinate to the other.
pub fn dot(canvas: &Canvas<'_>, y: f64, x: f64, interval: Option<[f64; 2]>) -> Markup {
    html! {
        @if let Some([low, high]) = interval {
            // What the dot covers is not drawn: only the ends would stick out.
            @if high - x > DOT + 2.0 || x - low > DOT + 2.0 { (whisker(canvas, y, low, high)) }
        }
        (canvas.dot(x, y, DOT, Color::Best))
    }
}

/// A number right of what ends at `x`.
pub fn number(canvas: &Canvas<'_>, layout: &Layout, x: f64, y: f64, text: &str) -> Markup {
    canvas.over_grid(x + 10.0, y + 0.35 * layout.label, Color::Text, layout.label, text)
}

/// An interval.
pub fn whisker(canvas: &Canvas<'_>, y: f64, low: f64, high: f64) -> Markup {
    let lines = [[(low, y), (high, y)], [(low, y - 4.0), (low, y + 4.0)], [(high, y - 4.0), (high, y + 4.0)]];
    html! {
        @for (color, stroke) in [(Color::Ground, Stroke::Halo), (Color::Text, Stroke::Thick)] {
            @for line in lines { (canvas.line(&line, color, stroke)) }
        }
    }
}
