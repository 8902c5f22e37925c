//! Charts as SVG: values in, text out. Each chart is complete, with title, description and source, in three
//! files: one that follows the reader's light or dark mode, and one for each mode.
//!
//! - [`palette`]: literal colours, because some SVG renderers do not support variables
//! - [`canvas`]: text, lines and markers; `shapes`: of markers
//! - [`scale`]: maps values to coordinates, with round ticks
//! - [`legend`]: markers of models; [`caption`]: where numbers come from; [`png`]: pixels, in builds with the feature
//! - [`forms`]: a picture for wide screens and for phones; [`axis`], [`rows`], [`apart`], `line_ends`: what several have in common
//! - [`kind`]: what a kind of chart is; one file a kind: [`matrix`], [`gil`], [`cpu`], [`scaling`], [`cost`], [`break_even`],
//!   [`arrivals`], drawn by `arrivals_plot` and `arrivals_frame`, [`map`], drawn by `map_plot`, `map_looks` and `map_key`
//! - [`draw`]: the list of kinds; [`timeline`]: the chart of traces, which are in no recording; [`story_time`]: its axis

use std::borrow::Cow;

use maud::{Markup, html};

pub mod apart;
pub mod arrivals;
mod arrivals_frame;
mod arrivals_plot;
pub mod axis;
pub mod beyond;
pub mod break_even;
pub mod canvas;
pub mod caption;
pub mod cost;
pub mod cpu;
pub mod draw;
pub mod forms;
pub mod gil;
pub mod interpreters;
pub mod kind;
pub mod legend;
mod line_ends;
pub mod map;
mod map_finding;
mod map_key;
mod map_looks;
mod map_plot;
pub mod matrix;
mod matrix_cells;
mod matrix_key;
pub mod palette;
pub mod png;
pub mod rows;
pub mod scale;
pub mod scaling;
mod shapes;
pub mod story_time;
pub mod timeline;

use crate::report::escape::plain;
use canvas::{Anchor, Canvas, Stroke, letters_in};
use palette::{Color, Mode, Palette};
use scale::Log;

/// The width and height of most charts in their own units: readable on a page that shows them 800 pixels wide.
pub const WIDTH: f64 = 800.0;
/// See [`WIDTH`].
pub const HEIGHT: f64 = 420.0;

/// The extent of a chart, in its own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Size {
    /// That of most charts.
    pub const USUAL: Size = Size { width: WIDTH, height: HEIGHT };
}

/// Which screens a chart is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All, if there is no other form of it.
    Usual,
    /// Narrow ones: the same as another chart, whose text would be too small there.
    Narrow,
}

/// The heights of lines of a title and of a source, and the widths of their letters, on average.
const TITLE_LINE: f64 = 20.0;
const TITLE_LETTER: f64 = 9.4;
const SOURCE: f64 = 11.0;
const SOURCE_LINE: f64 = 14.0;
const SOURCE_LETTER: f64 = 6.1;

/// The distance of texts from the edges.
const EDGE: f64 = 16.0;

/// A speedup label on an axis: `1/4x`, `8x`.
fn tick(value: f64) -> String {
    if value < 1.0 { format!("1/{:.0}x", 1.0 / value) } else { format!("{value:.0}x") }
}

/// The colour of the grid line of a speedup: the baseline's stands out.
fn grid_color(speedup: f64) -> Color {
    if speedup == 1.0 { Color::Faint } else { Color::Grid }
}

/// Labelled grid lines of a vertical axis of speedups, from `left` to `right`.
fn speedup_grid(canvas: &Canvas<'_>, y: &Log, [left, right]: [f64; 2], size: f64) -> Markup {
    html! {
        @for value in y.ticks(9) {
            @let place = y.place(value);
            (canvas.line(&[(left, place), (right, place)], grid_color(value), Stroke::Thin))
            (canvas.text(left - 8.0, place + 4.0, Anchor::End, Color::Faint, size, &tick(value)))
        }
    }
}

/// The maximum length of a part of a file's name: systems take names of 255 bytes, endings included.
const LONGEST_PART: usize = 100;

/// `text` as a part of a file's name: a recording may hold any.
fn part_of_file_name(text: &str) -> String {
    let mut part = text.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_");
    part.truncate(LONGEST_PART);
    part
}

/// A chart that can be drawn in any mode.
pub struct Chart {
    /// Base name of its files.
    pub name: String,
    /// Its finding, or what it shows.
    pub title: String,
    /// Its extent without the further lines of a long title or source.
    pub size: Size,
    /// What it is for.
    pub form: Form,
    /// A text alternative for readers who can't see the chart.
    pub description: String,
    /// Machine, cores, date, commit, number of launches, interval.
    pub source: String,
    /// Draws it, without title and source.
    pub draw: Box<dyn Fn(&Canvas<'_>) -> Markup>,
}

impl Chart {
    /// Its whole extent.
    pub fn extent(&self) -> Size {
        let further = |lines: usize| lines.saturating_sub(1) as f64;
        let title = TITLE_LINE * further(self.lines_of(&self.title, TITLE_LETTER).len());
        let source = SOURCE_LINE * further(self.lines_of(&self.source, SOURCE_LETTER).len());
        Size { width: self.size.width, height: self.size.height + title + source }
    }

    /// A text in lines as wide as the chart, in letters of this width.
    fn lines_of<'a>(&self, text: &'a str, letter: f64) -> Vec<Cow<'a, str>> {
        textwrap::wrap(text, letters_in(self.size.width - 2.0 * EDGE, letter))
    }

    /// The chart as an SVG document.
    pub fn svg(&self, mode: Mode) -> String {
        let palette = Palette::of(mode);
        let canvas = Canvas::new(&palette);
        let Size { width, height } = self.extent();
        let title = self.lines_of(&self.title, TITLE_LETTER);
        let source = self.lines_of(&self.source, SOURCE_LETTER);
        let shift = TITLE_LINE * title.len().saturating_sub(1) as f64;
        let source_top = self.size.height + shift - 8.0;
        let drawn = (self.draw)(&canvas);
        let markup = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
                role="img" aria-labelledby={ (self.name) "-title " (self.name) "-about" }
                font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif" {
                title id={ (self.name) "-title" } { (plain(&self.title)) }
                desc id={ (self.name) "-about" } { (plain(&self.description)) }
                @if let Some(style) = palette.style(&drawn.0) { style { (maud::PreEscaped(style)) } }
                rect class="ground" width=(width) height=(height) fill=(palette.colour(Color::Ground)) {}
                @for (at, line) in title.iter().enumerate() {
                    (canvas.bold(EDGE, 24.0 + TITLE_LINE * at as f64, Anchor::Start, Color::Text, 15.0, line))
                }
                g transform={ "translate(0 " (shift) ")" } { (drawn) }
                @for (at, line) in source.iter().enumerate() {
                    (canvas.text(EDGE, source_top + SOURCE_LINE * at as f64, Anchor::Start, Color::Faint, SOURCE, line))
                }
            }
        };
        markup.into_string() + "\n"
    }

    /// The three files of the chart: their names and what is in them.
    pub fn files(&self) -> [(String, String); 3] {
        [self.file("", Mode::Auto), self.file("-light", Mode::Light), self.file("-dark", Mode::Dark)]
    }

    fn file(&self, suffix: &str, mode: Mode) -> (String, String) {
        (format!("{}{suffix}.svg", self.name), self.svg(mode))
    }
}

/// The number of `what` that did not fit, for the source line.
fn undrawn(count: usize, what: &str) -> String {
    if count > 0 { format!("; {count} more {what}") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_makes_a_short_part_of_a_file_name() {
        assert_eq!(part_of_file_name("3.13t"), "3.13t");
        assert_eq!(part_of_file_name("../caf\u{e9} x"), ".._caf__x");
        assert_eq!(part_of_file_name(&"t".repeat(300)).len(), LONGEST_PART);
    }
}
