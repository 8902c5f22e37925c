//! Rows with a name, a mark on an axis and a number.

use maud::{Markup, html};

use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut, letters_in};
use crate::report::chart::forms::{LETTER, Layout, width_of};
use crate::report::chart::{EDGE, palette::Color};

/// The height of a row.
pub const ROW: f64 = 26.0;

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
            (canvas.line(&[(low, y), (high, y)], Color::Text, Stroke::Thick))
            @for end in [low, high] {
                (canvas.line(&[(end, y - 4.0), (end, y + 4.0)], Color::Text, Stroke::Thick))
            }
        }
        (canvas.dot(x, y, 5.5, Color::Best))
    }
}

/// A number right of what ends at `x`.
pub fn number(canvas: &Canvas<'_>, layout: &Layout, x: f64, y: f64, text: &str) -> Markup {
    canvas.bold(x + 10.0, y + 0.35 * layout.label, Anchor::Start, Color::Text, layout.label, text)
}
