//! The cost of a waiting job, and of a job that does nothing, under each model.

use maud::{Markup, html};

use crate::analysis::costs::CostSummary;
use crate::record::schema::Recording;
use crate::report::chart::Chart;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut};
use crate::report::chart::legend::Models;
use crate::report::chart::palette::Color;
use crate::report::chart::scale::Log;
use crate::stats::units;

/// The position of the rows and of the two plots.
const TOP: f64 = 66.0;
const BOTTOM: f64 = 356.0;
const MEMORY: (f64, f64) = (130.0, 430.0);
const DISPATCH: (f64, f64) = (480.0, 770.0);

/// The maximum number of models with readable rows.
pub const MOST: usize = 20;

/// The drawing of one model.
struct Line {
    name: String,
    bytes: Option<f64>,
    dispatch_ns: Option<f64>,
}

/// The chart of the costs in `recording`; `None` if it has none.
pub fn chart(recording: &Recording, source: String) -> Option<Chart> {
    let bills = CostSummary::all(&recording.costs.as_ref()?.probes);
    let line = |bill: &CostSummary<'_>| Line {
        name: bill.model().to_owned(),
        bytes: bill.memory().map(|memory| memory.bytes + memory.kernel_bytes.unwrap_or(0.0)),
        dispatch_ns: bill.dispatch_ns(),
    };
    let lines: Vec<Line> = bills.iter().map(line).take(MOST).collect();
    let told = lines.iter().filter_map(|line| Some(format!("{} {}", line.name, units::bytes(line.bytes?))));
    let description = format!(
        "Two plots with a row for each model, on logarithmic axes: memory of a waiting job, the kernel's included, and what handing \
         out a job takes. Memory: {}.",
        told.collect::<Vec<_>>().join(", ")
    );
    (!lines.is_empty()).then(|| Chart {
        name: "cost".into(),
        title: "What a job costs: memory while it waits, time to hand it out".into(),
        description,
        source,
        draw: Box::new(move |canvas| draw(canvas, &lines)),
    })
}

fn draw(canvas: &Canvas<'_>, lines: &[Line]) -> Markup {
    let models = Models::of(lines.iter().map(|line| line.name.as_str()));
    let height = (BOTTOM - TOP) / lines.len() as f64;
    let middle = |at: usize| TOP + height * (at as f64 + 0.5);
    let memory: Vec<Option<f64>> = lines.iter().map(|line| line.bytes).collect();
    let dispatch: Vec<Option<f64>> = lines.iter().map(|line| line.dispatch_ns).collect();
    html! {
        @for (at, line) in lines.iter().enumerate() {
            (canvas.text(MEMORY.0 - 10.0, middle(at) + 4.0, Anchor::End, Color::Text, 12.0, &cut(&line.name, 17)))
        }
        (plot(canvas, &models, MEMORY, "memory of a waiting job", &memory, units::bytes, &middle))
        (plot(canvas, &models, DISPATCH, "handing out a job", &dispatch, units::nanoseconds, &middle))
    }
}

/// A marker and its number for each model, on an axis of its own.
fn plot(
    canvas: &Canvas<'_>,
    models: &Models,
    (from, to): (f64, f64),
    title: &str,
    values: &[Option<f64>],
    shown: fn(f64) -> String,
    middle: &dyn Fn(usize) -> f64,
) -> Markup {
    // The numbers are to the right of their markers.
    let scale = Log::of(values.iter().flatten().copied(), false, 10.0, from, to - 60.0);
    html! {
        (canvas.text(from, TOP - 18.0, Anchor::Start, Color::Text, 12.0, title))
        @for value in scale.ticks(10.0, 7) {
            (canvas.line(&[(scale.place(value), TOP - 8.0), (scale.place(value), BOTTOM)], Color::Grid, Stroke::Thin))
        }
        @for (at, value) in values.iter().enumerate() {
            @let y = middle(at);
            @if let Some(value) = value {
                (canvas.line(&[(from, y), (scale.place(*value), y)], Color::Grid, Stroke::Thin))
                (canvas.marker(scale.place(*value), y, models.mark(at), true))
                (canvas.text(scale.place(*value) + 10.0, y + 4.0, Anchor::Start, Color::Text, 11.0, &shown(*value)))
            } @else {
                (canvas.text(from + 4.0, y + 4.0, Anchor::Start, Color::Faint, 11.0, "not measured"))
            }
        }
        (canvas.text(from, BOTTOM + 16.0, Anchor::Start, Color::Faint, 11.0, "logarithmic; lines at powers of ten"))
    }
}
