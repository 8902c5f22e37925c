//! The parts of a verdict matrix: where they stand, its tools, its tasks and their cells.

use maud::{Markup, html};

use crate::report::chart::canvas::{Anchor, Canvas, Rectangle, Stroke, cut, letters_in};
use crate::report::chart::palette::Color;
use crate::report::matrix::{Cell, State, in_short};

/// Where things stand in a matrix for a screen, and in one for a phone, where a task's title is above its cells.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub(super) width: f64,
    /// The left edge of the cells.
    pub(super) left: f64,
    /// The upper edge of the first heading.
    pub(super) top: f64,
    /// The height of a row, and of the part above its cells.
    pub(super) row: f64,
    pub(super) above: f64,
    pub(super) heading: f64,
    /// The heights of letters.
    pub(super) number: f64,
    pub(super) label: f64,
    pub(super) tool: f64,
    /// Whether names of tools read upwards.
    pub(super) upright: bool,
}

pub(super) const SCREEN: Layout = Layout {
    width: 800.0,
    left: 206.0,
    top: 114.0,
    row: 40.0,
    above: 0.0,
    heading: 30.0,
    number: 15.0,
    label: 15.0,
    tool: 10.0,
    upright: false,
};

pub(super) const PHONE: Layout = Layout {
    width: 400.0,
    left: 8.0,
    top: 178.0,
    row: 56.0,
    above: 21.0,
    heading: 30.0,
    number: 12.5,
    label: 14.0,
    tool: 11.0,
    upright: true,
};

/// The height of a cell.
const CELL: f64 = 30.0;

#[derive(Clone)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) family: &'static str,
}

#[derive(Clone)]
pub(super) struct Task {
    pub(super) title: String,
    pub(super) about: String,
    pub(super) cells: Vec<Option<Cell>>,
}

impl Tool {
    /// Its name above its column, in two lines where it has two words.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, layout: &Layout, x: f64, width: f64) -> Markup {
        let lines: Vec<&str> = self.name.splitn(2, '-').collect();
        // A name may reach over the edges of its column, not to those of its neighbours.
        let letters = letters_in(1.2 * width, 0.62 * layout.tool);
        html! {
            @for (line, text) in lines.iter().enumerate() {
                @let y = layout.top - 12.0 - 13.0 * (lines.len() - 1 - line) as f64;
                (canvas.bold(x, y, Anchor::Middle, Color::Text, layout.tool, &cut(text, letters)))
            }
        }
    }
}

impl Task {
    pub(super) fn draw(&self, canvas: &Canvas<'_>, layout: &Layout, top: f64, width: f64) -> Markup {
        let is_above = layout.above > 0.0;
        let letters = if is_above { 28 } else { 24 };
        html! {
            (canvas.text(14.0, top + 15.0, Anchor::Start, Color::Text, layout.label, &cut(&self.title, letters)))
            @if is_above {
                (canvas.text(layout.width - 12.0, top + 15.0, Anchor::End, Color::Faint, 11.0, &cut(&self.about, 28)))
            } @else {
                (canvas.text(14.0, top + 30.0, Anchor::Start, Color::Faint, 11.0, &cut(&self.about, 31)))
            }
            @for (at, cell) in self.cells.iter().enumerate() {
                @let x = layout.left + width * at as f64;
                @let at = Rectangle { x: x + 2.0, y: top + layout.above + 3.0, width: width - 4.0, height: CELL };
                (draw_cell(canvas, layout, at, *cell))
            }
        }
    }
}

fn draw_cell(canvas: &Canvas<'_>, layout: &Layout, at: Rectangle, cell: Option<Cell>) -> Markup {
    let (x, y) = (at.x + at.width / 2.0, at.y + at.height / 2.0 + layout.number * 0.36);
    let Some(Cell { speedup, state, is_advised }) = cell else {
        return canvas.text(x, y, Anchor::Middle, Color::Faint, layout.number, "-");
    };
    let text = in_short(speedup);
    html! {
        (ground(canvas, at, state))
        @match state {
            State::Best => (canvas.bold(x, y, Anchor::Middle, Color::OnBest, layout.number, &text)),
            State::Undecided => (canvas.bold(x, y, Anchor::Middle, Color::Text, layout.number, &text)),
            State::Slower => (canvas.text(x, y, Anchor::Middle, Color::Text, layout.number, &text)),
            State::SlowerThanBaseline => (canvas.text(x, y, Anchor::Middle, Color::OnWorse, layout.number, &text)),
            State::NoVerdict => (canvas.text(x, y, Anchor::Middle, Color::Faint, layout.number, &text)),
        }
        @if is_advised { (canvas.bookmark(at.x + at.width - 8.0, at.y)) }
    }
}

/// What is below the number of a cell.
pub(super) fn ground(canvas: &Canvas<'_>, at: Rectangle, state: State) -> Markup {
    match state {
        State::Best => canvas.round_box(at, Color::Best, None),
        State::Undecided => canvas.round_box(at, Color::MayBeBest, Some(Color::Best)),
        State::SlowerThanBaseline => {
            // Told without colour: by the line at its foot.
            let (left, right, foot) = (at.x + 3.0, at.x + at.width - 3.0, at.y + at.height - 1.5);
            html! {
                (canvas.round_box(at, Color::Worse, None))
                (canvas.line(&[(left, foot), (right, foot)], Color::OnWorse, Stroke::Thick))
            }
        }
        State::NoVerdict => canvas.round_box(at, Color::Ground, Some(Color::Grid)),
        State::Slower => html! {},
    }
}
