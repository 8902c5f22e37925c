//! A timeline of jobs: one row per job, waiting as a thin bar and computing as a thick one.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::engine::{Phase, Span};
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::{chart::Chart, chart::Form, chart::Size, chart::palette::Color, chart::scale::Linear};
use crate::stats::units;

/// The position of the rows.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 780.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 350.0;

/// The maximum number of readable rows, and of phases per job. Longer traces are drawn from their beginning.
pub const MOST_JOBS: usize = 30;
/// See [`MOST_JOBS`].
pub const MOST_PHASES: usize = 60;

/// Colour indices for computing and waiting.
const COMPUTES: usize = 1;
const WAITS: usize = 2;

/// The phases of a job in order of their start.
struct JobTrace {
    job: u32,
    bars: Vec<Bar>,
}

/// A phase, its start and end in nanoseconds since the trace began.
struct Bar {
    phase: Phase,
    start: f64,
    stop: f64,
}

/// The chart of `spans` under `title`; `None` if there are none.
pub fn chart(spans: &[Span], name: String, title: String, source: String) -> Option<Chart> {
    let began = spans.iter().map(|span| span.start).min()?;
    let mut jobs: BTreeMap<u32, Vec<Bar>> = BTreeMap::new();
    for span in spans {
        let start = (span.start - began).as_nanos() as f64;
        let stop = (span.stop - began).as_nanos() as f64;
        jobs.entry(span.job).or_default().push(Bar { phase: span.phase, start, stop });
    }
    let all = jobs.len();
    let mut traces = Vec::new();
    for (job, mut bars) in jobs.into_iter().take(MOST_JOBS) {
        bars.sort_by(|a, b| a.start.total_cmp(&b.start));
        bars.truncate(MOST_PHASES);
        traces.push(JobTrace { job, bars });
    }
    let description = format!(
        "A lane for each of {all} jobs over time: a thin bar where it waits, a thick one where it computes, nothing where it does \
         neither."
    );
    Some(Chart {
        name,
        title,
        size: Size::USUAL,
        form: Form::Usual,
        description,
        source,
        draw: Box::new(move |canvas| draw(canvas, &traces, all)),
    })
}

fn draw(canvas: &Canvas<'_>, traces: &[JobTrace], all: usize) -> Markup {
    let mut ends = Vec::new();
    for trace in traces {
        ends.extend(trace.bars.iter().map(|bar| bar.stop));
    }
    let x = Linear::of(&ends, LEFT, RIGHT);
    let height = (BOTTOM - TOP) / traces.len() as f64;
    html! {
        @for value in x.ticks() {
            (canvas.line(&[(x.place(value), TOP), (x.place(value), BOTTOM)], Color::Grid, Stroke::Thin))
            (canvas.text(x.place(value), BOTTOM + 15.0, Anchor::Middle, Color::Faint, 11.0, &time(value)))
        }
        @for (at, trace) in traces.iter().enumerate() {
            @let middle = TOP + height * (at as f64 + 0.5);
            (canvas.text(LEFT - 8.0, middle + 3.5, Anchor::End, Color::Text, height.clamp(7.0, 11.0), &trace.job.to_string()))
            @for bar in &trace.bars {
                @let (share, mark) = if bar.phase == Phase::Compute { (0.8, COMPUTES) } else { (0.25, WAITS) };
                @let width = (x.place(bar.stop) - x.place(bar.start)).max(0.6);
                (canvas.rect(x.place(bar.start), middle - height * share / 2.0, width, height * share, Color::Model(mark), 1.0))
            }
        }
        (canvas.rect(LEFT, BOTTOM + 30.0, 24.0, 4.0, Color::Model(WAITS), 1.0))
        (canvas.text(LEFT + 30.0, BOTTOM + 36.0, Anchor::Start, Color::Text, 11.0, "waits"))
        (canvas.rect(LEFT + 90.0, BOTTOM + 26.0, 24.0, 12.0, Color::Model(COMPUTES), 1.0))
        (canvas.text(LEFT + 120.0, BOTTOM + 36.0, Anchor::Start, Color::Text, 11.0, "computes"))
        @if all > traces.len() {
            (canvas.text(RIGHT, BOTTOM + 36.0, Anchor::End, Color::Faint, 11.0, &format!("and {} more jobs", all - traces.len())))
        }
    }
}

/// A time label on an axis; the origin has none.
fn time(ns: f64) -> String {
    if ns == 0.0 { "0".into() } else { units::nanoseconds(ns) }
}
