//! Draws latencies by load: a panel for each percentile, with labels at the ends of its lines, and above them a row for each model
//! that can't keep up.

use maud::{Markup, html};

use crate::report::chart::arrivals_frame::{Frame, Marks};
use crate::report::chart::axis::{self, Tick, thinned};
use crate::report::chart::canvas::{Anchor, Canvas, cut};
use crate::report::chart::forms::{Layout, Picture, width_of};
use crate::report::chart::legend::MarkedModel;
use crate::report::chart::{EDGE, palette::Color, scale::Log};

/// Panels over the same loads.
pub(super) struct Latencies {
    /// In percent, ascending.
    pub(super) loads: Vec<f64>,
    /// At least one.
    pub(super) panels: Vec<Panel>,
}

/// A percentile of all models.
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) lines: Vec<Line>,
    /// What an ideal machine needs at each load, in nanoseconds.
    pub(super) ideal: Vec<Option<f64>>,
}

/// The latencies of a model at each load.
pub(super) struct Line {
    pub(super) model: MarkedModel,
    pub(super) places: Vec<Place>,
}

/// Where a line is at a load.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// At this time in nanoseconds, with its interval.
    At { ns: f64, bounds: Option<[f64; 2]> },
    /// Above all: the model can't keep up.
    Over,
    /// A gap.
    Nowhere,
}

impl Place {
    pub(super) fn ns(self) -> Option<f64> {
        match self {
            Place::At { ns, .. } => Some(ns),
            Place::Over | Place::Nowhere => None,
        }
    }
}

impl Line {
    pub(super) fn is_over(&self) -> bool {
        self.places.iter().any(|place| matches!(place, Place::Over))
    }

    /// The last load at which it has a time, and the time.
    pub(super) fn end(&self) -> Option<(usize, f64)> {
        last(self.places.iter().map(|place| place.ns()))
    }
}

/// The last of `values` that is there, and its place.
pub(super) fn last(values: impl Iterator<Item = Option<f64>>) -> Option<(usize, f64)> {
    let mut last = None;
    for (at, value) in values.enumerate() {
        if let Some(value) = value {
            last = Some((at, value));
        }
    }
    last
}

/// The least height of a plot, the height of a row of a model that can't keep up, and what is between two panels.
const PLOT: f64 = 190.0;
const ROW: f64 = 17.0;
const GAP: f64 = 16.0;

/// The longest name that is not cut.
pub(super) const LETTERS: usize = 18;

/// What is between the plot and the labels: room for lines that lead there.
pub(super) const LEAD: f64 = 22.0;

/// The name of what has no model.
pub(super) const IDEAL: &str = "ideal";

impl Panel {
    /// Whether some model has a time.
    pub(super) fn has_points(&self) -> bool {
        self.lines.iter().any(|line| line.end().is_some())
    }

    fn over(&self) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.is_over()).collect()
    }

    fn title_height(layout: &Layout) -> f64 {
        layout.small + 10.0
    }

    /// The height of the rows of models that can't keep up, and their heading.
    fn over_height(&self) -> f64 {
        let rows = self.over().len() as f64;
        if rows > 0.0 { ROW * (rows + 1.0) } else { 0.0 }
    }

    fn plot_height(&self, layout: &Layout) -> f64 {
        // The ideal has a label too.
        PLOT.max(line_height(layout) * (self.lines.len() + 1) as f64)
    }

    fn height(&self, layout: &Layout) -> f64 {
        Self::title_height(layout) + self.over_height() + self.plot_height(layout) + axis::HEIGHT
    }

    /// An axis of all times.
    fn scale(&self, bottom: f64, top: f64) -> Log {
        let mut times = Vec::new();
        for line in &self.lines {
            for place in &line.places {
                if let Place::At { ns, bounds } = place {
                    times.push(*ns);
                    times.extend(bounds.iter().flatten());
                }
            }
        }
        times.extend(self.ideal.iter().flatten());
        Log::beyond(&times, 1.15, 10.0, bottom, top)
    }
}

pub(super) fn line_height(layout: &Layout) -> f64 {
    layout.small + 4.0
}

impl Picture for Latencies {
    fn height(&self, layout: &Layout) -> f64 {
        let mut height = layout.small + 6.0;
        for panel in &self.panels {
            height += panel.height(layout) + GAP;
        }
        height - GAP
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let [left, right] = self.sides(layout);
        let mut top = 0.0;
        let mut tops = Vec::new();
        for panel in &self.panels {
            tops.push(top);
            top += panel.height(layout) + GAP;
        }
        html! {
            @for (panel, top) in self.panels.iter().zip(tops) {
                (self.draw_panel(canvas, layout, panel, top))
            }
            (canvas.text(f64::midpoint(left, right), self.height(layout), Anchor::Middle, Color::Text, layout.small, "load in %"))
        }
    }
}

impl Latencies {
    /// The edges of the plots.
    fn sides(&self, layout: &Layout) -> [f64; 2] {
        let mut names = width_of(IDEAL, layout.small);
        for line in self.panels.iter().flat_map(|panel| &panel.lines) {
            names = names.max(width_of(&cut(&line.model.name, LETTERS), layout.small));
        }
        let value = layout.either(width_of(" 00.0 ms", layout.small), 0.0);
        [EDGE + width_of("000 ms", layout.small) + 8.0, layout.right() - names - value - 14.0 - LEAD]
    }

    /// The coordinates of the loads between two edges.
    fn places(&self, left: f64, right: f64) -> Vec<f64> {
        let (first, last) = (self.loads[0], self.loads[self.loads.len() - 1]);
        let mut places = Vec::new();
        for load in &self.loads {
            let share = if last > first { (load - first) / (last - first) } else { 0.5 };
            places.push(left + share * (right - left));
        }
        places
    }

    fn draw_panel(&self, canvas: &Canvas<'_>, layout: &Layout, panel: &Panel, top: f64) -> Markup {
        let [left, right] = self.sides(layout);
        let rows = top + Panel::title_height(layout);
        let plot = rows + panel.over_height();
        let bottom = plot + panel.plot_height(layout);
        let frame = Frame {
            canvas,
            layout,
            x: self.places(left + 10.0, right - 8.0),
            y: panel.scale(bottom, plot),
            left,
            right,
            top: plot,
            bottom,
        };
        let mut ticks = Vec::new();
        for (load, x) in self.loads.iter().zip(&frame.x) {
            ticks.push(Tick { x: *x, label: load.to_string() });
        }
        let mut marks = Marks::default();
        html! {
            (canvas.bold(EDGE, top + layout.small, Anchor::Start, Color::Text, layout.small, panel.title))
            (axis::grid(canvas, layout, &thinned(ticks, layout), [plot, bottom]))
            (frame.times())
            (frame.ideal(&panel.ideal))
            @for line in &panel.lines { (frame.line(line)) }
            @for line in &panel.lines { (frame.marks(line, &mut marks)) }
            @if panel.over_height() > 0.0 {
                (canvas.text(left, rows + layout.small - 1.0, Anchor::Start, Color::Faint, layout.small, "over capacity: the queue grows"))
                @for (row, line) in panel.over().iter().enumerate() {
                    (frame.over(line, rows + ROW * (row as f64 + 1.5), &mut marks))
                }
            }
            (frame.labels(panel))
        }
    }
}
