//! The best tools for each task: speedups by workload and model, with whiskers. Models within 5 % are filled.

use maud::{Markup, html};

use crate::analysis::no_winner::NoWinner;
use crate::analysis::summary::{CellResult, Row};
use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::legend::{MarkedModel, legend};
use crate::report::chart::{Chart, grid_color, part_of_file_name, tick, undrawn};
use crate::report::{chart::caption::source_of, chart::palette::Color, chart::scale::Log};
use crate::stats::units;

/// The chart of the native platform.
pub const NATIVE: Kind = Kind {
    charts: Charts::OfFirst(native),
    missing: Some("best-tool: no recording has a study with speedups (bakeoff run)"),
};

/// A chart for each interpreter.
pub const INTERPRETED: Kind = Kind { charts: Charts::OfFirst(interpreted), missing: None };

/// The position of the plot.
const LEFT: f64 = 130.0;
const RIGHT: f64 = 620.0;
const TOP: f64 = 38.0;
const BOTTOM: f64 = 338.0;

/// Speedups below this are drawn at the left edge: a process per `noop` job would leave no room for the
/// others.
const LEAST: f64 = 1.0 / 64.0;

/// The maximum number of workloads with a row: more rows would be too low to read.
pub const MOST_ROWS: usize = 15;

/// The distance of a marker's centre from the line between rows.
const EDGE: f64 = 4.0;

/// The drawing of one workload.
struct Line {
    name: String,
    marks: Vec<Mark>,
    best: String,
}

/// A model at its better concurrency.
struct Mark {
    /// The place of the model in the legend.
    place: usize,
    speedup: f64,
    bounds: Option<(f64, f64)>,
    is_best: bool,
}

fn native(of: &Evaluated<'_>) -> Vec<Chart> {
    let title = "Which tool is best for which task: speedup over one job after the other";
    of_rows(of, &of.summary.rows, "best-tool".into(), title.into()).into_iter().collect()
}

fn interpreted(of: &Evaluated<'_>) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (tag, rows) in of.summary.platforms() {
        let name = part_of_file_name(tag);
        let title = format!("CPython {tag}: speedup over one job after the other in Python");
        charts.extend(of_rows(of, rows, format!("best-tool-python-{name}"), title));
    }
    charts
}

/// The chart of `rows`; `None` if no cell has a speedup.
fn of_rows(of: &Evaluated<'_>, rows: &[Row], name: String, title: String) -> Option<Chart> {
    let models = of.marks.models(rows.iter().flat_map(Row::plain_models));
    let mut lines = Vec::new();
    let mut best = Vec::new();
    for row in rows {
        let Some(line) = line(row, &models) else { continue };
        best.push(format!("{}: {}", line.name, line.best));
        lines.push(line);
    }
    // Without a baseline there are no speedups, and no lines.
    let baseline = rows.iter().find_map(Row::baseline)?.plain_model();
    let source = source_of(of) + &undrawn(lines.len().saturating_sub(MOST_ROWS), "tasks");
    lines.truncate(MOST_ROWS);
    best.truncate(MOST_ROWS);
    let description = format!(
        "A row for each workload, a marker for each model at its speedup over {baseline} on a logarithmic axis, with its 95 \
         percent interval. Best: {}.",
        best.join("; ")
    );
    if lines.is_empty() {
        return None;
    }
    let draw = Box::new(move |canvas: &Canvas<'_>| draw(canvas, &lines, &models));
    Some(Chart { name, title, description, source, draw })
}

/// The better concurrency of each model that has a speedup; `None` if none has.
fn line(row: &Row, models: &[MarkedModel]) -> Option<Line> {
    let no_winner = NoWinner::of(row);
    let mut marks = Vec::new();
    for (place, model) in models.iter().enumerate() {
        let Some((cell, speedup)) = row.better_cell(&model.name) else { continue };
        let is_best = no_winner.is_none() && cell.verdict.is_best();
        marks.push(Mark { place, speedup: speedup.ratio, bounds: speedup.bounds(), is_best });
    }
    let fastest = marks.iter().max_by(|a, b| a.speedup.total_cmp(&b.speedup))?;
    let (name, speedup) = (&models[fastest.place].name, units::ratio(fastest.speedup));
    let others = marks.iter().filter(|mark| mark.is_best).count().saturating_sub(1);
    let best = match others {
        _ if row.fastest().is_some_and(CellResult::has_no_verdict) => "no verdict".into(),
        _ if no_winner.is_some() => "no winner".into(),
        0 => format!("{name} {speedup}"),
        others => format!("{name} {speedup}, {others} within 5 %"),
    };
    Some(Line { name: row.workload.name.clone(), marks, best })
}

/// The axis of all lines, and whether a mark lies beyond its left edge.
fn axis(lines: &[Line]) -> (Log, bool) {
    let mut values = vec![1.0];
    let mut is_cut = false;
    for mark in lines.iter().flat_map(|line| &line.marks) {
        is_cut |= mark.speedup < LEAST;
        values.push(mark.speedup.max(LEAST));
        if let Some((low, high)) = mark.bounds {
            values.extend([low.max(LEAST), high.max(LEAST)]);
        }
    }
    (Log::of(&values, 2.0, LEFT, RIGHT), is_cut)
}

fn draw(canvas: &Canvas<'_>, lines: &[Line], models: &[MarkedModel]) -> Markup {
    let (scale, is_cut) = axis(lines);
    let height = (BOTTOM - TOP) / lines.len() as f64;
    html! {
        @for value in scale.ticks(10) {
            @let x = scale.place(value);
            (canvas.line(&[(x, TOP), (x, BOTTOM)], grid_color(value), Stroke::Thin))
            (canvas.text(x, BOTTOM + 14.0, Anchor::Middle, Color::Faint, 11.0, &tick(value)))
        }
        @for (at, line) in lines.iter().enumerate() {
            @let top = TOP + height * at as f64;
            @if at > 0 { (canvas.line(&[(16.0, top), (784.0, top)], Color::Grid, Stroke::Thin)) }
            (canvas.text(LEFT - 10.0, top + height / 2.0 + 4.0, Anchor::End, Color::Text, 12.0, &cut(&line.name, 17)))
            (canvas.text(RIGHT + 10.0, top + height / 2.0 + 4.0, Anchor::Start, Color::Text, 11.0, &cut(&line.best, 27)))
            @for mark in &line.marks {
                @let y = top + EDGE + (height - 2.0 * EDGE) * (mark.place as f64 + 0.5) / models.len() as f64;
                @let of_model = models[mark.place].mark;
                @if let Some((low, high)) = mark.bounds {
                    (canvas.line(&[(scale.place(low), y), (scale.place(high), y)], Color::Model(of_model), Stroke::Thin))
                }
                (canvas.marker(scale.place(mark.speedup), y, of_model, mark.is_best))
            }
        }
        @if is_cut {
            (canvas.text(784.0, BOTTOM + 14.0, Anchor::End, Color::Faint, 10.0, &format!("left edge: {} or slower", tick(LEAST))))
        }
        (legend(canvas, models, BOTTOM + 32.0))
    }
}
