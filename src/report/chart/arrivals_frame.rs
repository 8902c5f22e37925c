//! Draws the parts of a panel: grid, lines, marks, rows of models that can't keep up, and labels.

use maud::{Markup, html};

use crate::report::chart::apart::{MOST_COVERED, covered};
use crate::report::chart::arrivals_plot::{IDEAL, LEAD, LETTERS, Line, Panel, Place, last, line_height};
use crate::report::chart::axis::short;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut};
use crate::report::chart::forms::Layout;
use crate::report::chart::line_ends::spread;
use crate::report::chart::{palette::Color, scale::Log};
use crate::stats::units;

/// Half the width of a line through a single time.
const ALONE: f64 = 9.0;

/// Where a panel is drawn.
pub(super) struct Frame<'a, 'b> {
    pub(super) canvas: &'a Canvas<'b>,
    pub(super) layout: &'a Layout,
    /// The coordinate of each load.
    pub(super) x: Vec<f64>,
    pub(super) y: Log,
    /// The edges of the plot.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// The places of the marks of a panel.
#[derive(Default)]
pub(super) struct Marks(Vec<(f64, f64)>);

impl Marks {
    /// Whether a mark has room here; those that come later are not drawn on it.
    fn take(&mut self, place: (f64, f64)) -> bool {
        let is_free = self.0.iter().all(|other| covered(place, *other) <= MOST_COVERED);
        if is_free {
            self.0.push(place);
        }
        is_free
    }
}

impl Frame<'_, '_> {
    /// Grid lines of times, and their labels.
    pub(super) fn times(&self) -> Markup {
        let Frame { canvas, layout, .. } = self;
        html! {
            @for value in self.y.round_ticks(2.0 * layout.small) {
                @let y = self.y.place(value);
                (canvas.line(&[(self.left, y), (self.right, y)], Color::Grid, Stroke::Thin))
                (canvas.text(self.left - 8.0, y + 4.0, Anchor::End, Color::Faint, layout.small, &short(&units::nanoseconds(value))))
            }
        }
    }

    pub(super) fn ideal(&self, ideal: &[Option<f64>]) -> Markup {
        self.parts(ideal.iter().copied(), Color::Faint, Stroke::Dashed)
    }

    pub(super) fn line(&self, line: &Line) -> Markup {
        let ink = Color::Model(line.model.mark);
        html! {
            @for (x, place) in self.x.iter().zip(&line.places) {
                @if let Place::At { bounds: Some([low, high]), .. } = place {
                    (self.canvas.line(&[(*x, self.y.place(*low)), (*x, self.y.place(*high))], ink, Stroke::Thin))
                }
            }
            (self.parts(line.places.iter().map(|place| place.ns()), ink, Stroke::Thick))
        }
    }

    /// Lines through times at each load, with gaps where there is none.
    fn parts(&self, times: impl Iterator<Item = Option<f64>>, ink: Color, stroke: Stroke) -> Markup {
        let mut parts: Vec<Vec<(f64, f64)>> = vec![vec![]];
        for (x, time) in self.x.iter().zip(times) {
            match (time, parts.last_mut()) {
                (Some(ns), Some(part)) => part.push((*x, self.y.place(ns))),
                _ => parts.push(vec![]),
            }
        }
        html! {
            @for part in parts {
                @match part[..] {
                    [] => {},
                    [(x, y)] => (self.canvas.line(&[(x - ALONE, y), (x + ALONE, y)], ink, stroke)),
                    _ => (self.canvas.line(&part, ink, stroke)),
                }
            }
        }
    }

    pub(super) fn marks(&self, line: &Line, marks: &mut Marks) -> Markup {
        html! {
            @for (x, place) in self.x.iter().zip(&line.places) {
                @if let Some(ns) = place.ns() {
                    @let y = self.y.place(ns);
                    @if marks.take((*x, y)) { (self.canvas.marker(*x, y, line.model.mark, true)) }
                }
            }
        }
    }

    /// The row of a model that can't keep up: a mark at each such load, and dashes from the last load at which it could.
    pub(super) fn over(&self, line: &Line, y: f64, marks: &mut Marks) -> Markup {
        let ink = Color::Model(line.model.mark);
        let mut rises = Vec::new();
        let mut at = Vec::new();
        for (number, place) in line.places.iter().enumerate() {
            if !matches!(place, Place::Over) {
                continue;
            }
            if let Some(before) = number.checked_sub(1)
                && let Some(ns) = line.places[before].ns()
            {
                rises.push([(self.x[before], self.y.place(ns)), (self.x[number], y)]);
            }
            at.push(self.x[number]);
        }
        let to_label = [(at.first().copied().unwrap_or(self.right), y), (self.right + LEAD - 4.0, y)];
        html! {
            @for rise in &rises { (self.canvas.line(rise, ink, Stroke::Dashed)) }
            (self.canvas.line(&to_label, ink, Stroke::Thin))
            @for x in at { @if marks.take((x, y)) { (self.canvas.marker(x, y, line.model.mark, false)) } }
            (self.label(y, Some(line.model.mark), &cut(&line.model.name, LETTERS)))
        }
    }

    /// The labels of all lines that have no row above.
    pub(super) fn labels(&self, panel: &Panel) -> Markup {
        let (mut wanted, mut ends) = (Vec::new(), Vec::new());
        for line in &panel.lines {
            if let Some(end) = line.end()
                && !line.is_over()
            {
                ends.push((Some(line.model.mark), cut(&line.model.name, LETTERS), end));
            }
        }
        if let Some(end) = last(panel.ideal.iter().copied()) {
            ends.push((None, IDEAL.to_owned(), end));
        }
        for (_, _, (_, ns)) in &ends {
            wanted.push(self.y.place(*ns));
        }
        let half = line_height(self.layout) / 2.0;
        let places = spread(&wanted, line_height(self.layout), [self.top + half, self.bottom - half]);
        html! {
            @for ((mark, name, (number, ns)), y) in ends.iter().zip(places) {
                @let from = (self.x[*number] + 7.0, self.y.place(*ns));
                // Within the plot it is not to be taken for a line of times.
                (self.canvas.line(&[from, (self.right + 4.0, from.1)], Color::Grid, Stroke::Thin))
                (self.canvas.line(&[(self.right + 4.0, from.1), (self.right + LEAD - 4.0, y)], Color::Faint, Stroke::Thin))
                @let is_whole = *number + 1 == self.x.len() && !self.layout.is_narrow();
                @let value = if is_whole { format!(" {}", units::nanoseconds(*ns)) } else { String::new() };
                (self.label(y, *mark, &format!("{name}{value}")))
            }
        }
    }

    /// A name right of the plot, behind the mark of its model.
    fn label(&self, y: f64, mark: Option<usize>, name: &str) -> Markup {
        let (x, small) = (self.right + LEAD, self.layout.small);
        html! {
            @if let Some(mark) = mark { (self.canvas.marker(x + 4.0, y, mark, true)) }
            (self.canvas.text(x + 14.0, y + 0.35 * small, Anchor::Start, Color::Text, small, name))
        }
    }
}
