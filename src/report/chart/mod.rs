//! Charts as SVG: values in, text out. Each stands on its own, with its title, description and source, in three files: one
//! that follows the reader's light or dark mode, one for each of them.
//!
//! - [`palette`]: literal colours, since not every program that draws SVG knows variables
//! - [`pen`]: text, lines and markers
//! - [`scale`]: from values to places, with round ticks
//! - [`legend`]: which marker is which model; [`png`]: pixels, where the program was built with them
//! - one file a chart: [`best`], [`heat`], [`scaling`], [`cost`], [`break_even`], [`lanes`]; [`draw`]: which of
//!   them recordings have

use maud::{Markup, html};

pub mod best;
pub mod break_even;
pub mod cost;
pub mod draw;
pub mod heat;
pub mod lanes;
pub mod legend;
pub mod palette;
pub mod pen;
pub mod png;
pub mod scale;
pub mod scaling;

use crate::report::escape::plain;
use palette::{Color, Mode, Palette};
use pen::{Anchor, Canvas};

/// The width and the height of every chart, in its own units: readable where a page shows it 800 pixels wide.
pub const WIDTH: f64 = 800.0;
/// See [`WIDTH`].
pub const HEIGHT: f64 = 420.0;

/// A speedup at an axis: `1/4x`, `8x`.
fn tick(value: f64) -> String {
    if value < 1.0 { format!("1/{:.0}x", 1.0 / value) } else { format!("{value:.0}x") }
}

/// A chart that can be drawn in any mode.
pub struct Chart {
    /// Name of its files.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The same for those who can't see it.
    pub description: String,
    /// Machine, cores, date, commit, number of launches, interval.
    pub source: String,
    /// Draws it, without title and source.
    pub draw: Box<dyn Fn(&Canvas<'_>) -> Markup>,
}

impl Chart {
    /// The chart as an SVG document.
    pub fn svg(&self, mode: Mode) -> String {
        let palette = Palette::of(mode);
        let canvas = Canvas::new(&palette);
        let markup = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT)
                role="img" aria-labelledby={ (self.name) "-title " (self.name) "-about" }
                font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif" {
                title id={ (self.name) "-title" } { (plain(&self.title)) }
                desc id={ (self.name) "-about" } { (plain(&self.description)) }
                @if let Some(style) = palette.style() { style { (maud::PreEscaped(style)) } }
                rect class="ground" width=(WIDTH) height=(HEIGHT) fill=(palette.colour(Color::Ground)) {}
                (canvas.text(16.0, 24.0, Anchor::Start, Color::Text, 15.0, &self.title))
                ((self.draw)(&canvas))
                (canvas.text(16.0, HEIGHT - 8.0, Anchor::Start, Color::Faint, 10.0, &self.source))
            }
        };
        markup.into_string() + "\n"
    }

    /// The three files of the chart: their names and what is in them.
    pub fn files(&self) -> [(String, String); 3] {
        [(Mode::Auto, ""), (Mode::Light, "-light"), (Mode::Dark, "-dark")]
            .map(|(mode, suffix)| (format!("{}{suffix}.svg", self.name), self.svg(mode)))
    }
}

/// How many tasks and models had no room, to stand behind the source.
fn undrawn(tasks: usize, models: usize) -> String {
    let told = |count: usize, what: &str| (count > 0).then(|| format!("; {count} more {what}"));
    [told(tasks, "tasks"), told(models, "models")].into_iter().flatten().collect()
}
