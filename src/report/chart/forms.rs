//! One picture in two forms: for wide screens and for phones.

use std::rc::Rc;

use maud::{Markup, html};

use crate::report::chart::canvas::{Anchor, Canvas, letters_in};
use crate::report::chart::{Chart, EDGE, Form, Size, palette::Color};

/// Where a picture stands, and how large its letters are. Phones show it about as wide as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Which screens it is for.
    pub form: Form,
    /// Its width.
    pub width: f64,
    /// The height of names and of numbers that count.
    pub label: f64,
    /// The height of all other letters.
    pub small: f64,
}

/// Wide screens.
pub const SCREEN: Layout = Layout { form: Form::Usual, width: 800.0, label: 15.0, small: 13.0 };

/// Phones.
pub const PHONE: Layout = Layout { form: Form::Narrow, width: 380.0, label: 13.0, small: 11.0 };

/// The width of a letter, of its height, on average.
pub const LETTER: f64 = 0.55;

impl Layout {
    /// Whether it is for phones.
    pub fn is_narrow(&self) -> bool {
        self.form == Form::Narrow
    }

    /// The right edge of what is drawn.
    pub fn right(&self) -> f64 {
        self.width - EDGE
    }

    /// One of two lengths, by the form.
    pub fn either(&self, on_screen: f64, on_phone: f64) -> f64 {
        if self.is_narrow() { on_phone } else { on_screen }
    }
}

/// The width of a text in letters of this height, on average.
pub fn width_of(text: &str, size: f64) -> f64 {
    LETTER * size * text.chars().count() as f64
}

/// What a chart says in words.
pub struct Words {
    /// Base name of its files; that of the narrow form ends in `-narrow`.
    pub name: String,
    /// Its finding.
    pub title: String,
    /// What is drawn, below the title.
    pub about: String,
    /// A text alternative.
    pub description: String,
    /// Where the numbers come from.
    pub source: String,
}

/// What is below title and subtitle; its upper edge is at 0.
pub trait Picture {
    /// Its height.
    fn height(&self, layout: &Layout) -> f64;
    /// Draws it.
    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup;
}

/// The base line of the first line of a subtitle, and what is between subtitle and picture, and below it.
const SUBTITLE: f64 = 45.0;
const GAP: f64 = 12.0;
const BELOW: f64 = 30.0;

/// `picture` for wide screens and for phones.
pub fn in_both_forms(words: Words, picture: impl Picture + 'static) -> Vec<Chart> {
    let picture = Rc::new(picture);
    let mut charts = Vec::new();
    for (layout, suffix) in [(SCREEN, ""), (PHONE, "-narrow")] {
        let picture = picture.clone();
        let about = lines(&words.about, &layout);
        let top = SUBTITLE + line_height(&layout) * (about.len() as f64 - 1.0) + GAP;
        charts.push(Chart {
            name: format!("{}{suffix}", words.name),
            title: words.title.clone(),
            size: Size { width: layout.width, height: top + picture.height(&layout) + BELOW },
            form: layout.form,
            description: words.description.clone(),
            source: words.source.clone(),
            draw: Box::new(move |canvas| {
                html! {
                    @for (at, line) in about.iter().enumerate() {
                        @let y = SUBTITLE + line_height(&layout) * at as f64;
                        (canvas.text(EDGE, y, Anchor::Start, Color::Faint, layout.small, line))
                    }
                    g transform={ "translate(0 " (top) ")" } { (picture.draw(canvas, &layout)) }
                }
            }),
        });
    }
    charts
}

fn line_height(layout: &Layout) -> f64 {
    (layout.small * 1.3).round()
}

/// `text` in small letters, in lines as wide as the chart.
fn lines(text: &str, layout: &Layout) -> Vec<String> {
    let letters = letters_in(layout.right() - EDGE, LETTER * layout.small);
    textwrap::wrap(text, letters).into_iter().map(Into::into).collect()
}
