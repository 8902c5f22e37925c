//! The best tools for each task: speedups by workload and model, with whiskers. Models within 5 % are filled.

use maud::{Markup, html};

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut};
use crate::report::chart::legend::{Models, legend};
use crate::report::chart::palette::Color;
use crate::report::chart::scale::Log;
use crate::report::chart::{Chart, tick, undrawn};
use crate::stats::units;
use crate::stats::verdict::Verdict;

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
    cells: Vec<Mark>,
    best: String,
}

struct Mark {
    model: usize,
    speedup: f64,
    bounds: Option<(f64, f64)>,
    is_best: bool,
}

/// The chart of the native platform; `None` if no cell has a speedup.
pub fn chart(findings: &Summary, source: String) -> Option<Chart> {
    let title = "Which tool is best for which task: speedup over one job after the other";
    of_rows(&findings.rows, "best-tool".into(), title.into(), "sequential", source)
}

/// The chart of each interpreter.
pub fn charts_of_platforms(findings: &Summary, source: &str) -> Vec<Chart> {
    let chart = |(tag, rows): (&str, &[Row])| {
        let name: String =
            tag.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect();
        let title = format!("CPython {tag}: speedup over one job after the other in Python");
        of_rows(rows, format!("best-tool-python-{name}"), title, "py-loop", source.to_owned())
    };
    findings.platforms().filter_map(chart).collect()
}

fn of_rows(rows: &[Row], name: String, title: String, baseline: &str, source: String) -> Option<Chart> {
    let models = Models::of(rows.iter().flat_map(|row| row.cells.iter().map(CellResult::plain_model)));
    let mut lines: Vec<Line> = rows.iter().filter_map(|row| line(row, &models)).collect();
    let undrawn = undrawn(lines.len().saturating_sub(MOST_ROWS), 0);
    lines.truncate(MOST_ROWS);
    let told: Vec<String> = lines.iter().map(|line| format!("{}: {}", line.name, line.best)).collect();
    (!lines.is_empty()).then(|| Chart {
        name,
        title,
        description: format!(
            "A row for each workload, a marker for each model at its speedup over {baseline} on a logarithmic axis, with its 95 \
             percent interval. Best: {}.",
            told.join("; ")
        ),
        source: source + &undrawn,
        draw: Box::new(move |canvas| draw(canvas, &lines, &models)),
    })
}

/// The better concurrency of each model that has a speedup.
fn line(row: &Row, models: &Models) -> Option<Line> {
    let ratio = |cell: &CellResult| cell.speedup.map_or(f64::NEG_INFINITY, |speedup| speedup.ratio);
    let better = |name: &String| {
        let cells = row.cells.iter().filter(|cell| cell.plain_model() == name && cell.speedup.is_some());
        cells.max_by(|a, b| ratio(a).total_cmp(&ratio(b)))
    };
    let cells: Vec<(usize, &CellResult)> =
        models.names().iter().enumerate().filter_map(|(at, name)| Some((at, better(name)?))).collect();
    let (_, fastest) = cells.iter().max_by(|(_, a), (_, b)| ratio(a).total_cmp(&ratio(b)))?;
    let is_best =
        |cell: &CellResult| !row.withheld && matches!(cell.verdict, Verdict::Fastest | Verdict::AsGood(_));
    let others = cells.iter().filter(|(_, cell)| is_best(cell)).count().saturating_sub(1);
    let best = match others {
        _ if row.withheld => "verdict withheld".into(),
        0 => format!("{} {}", fastest.plain_model(), units::ratio(ratio(fastest))),
        others => format!("{} {}, {others} as good", fastest.plain_model(), units::ratio(ratio(fastest))),
    };
    let mark = |&(model, cell): &(usize, &CellResult)| Mark {
        model,
        speedup: ratio(cell),
        bounds: cell.speedup.and_then(|speedup| speedup.interval.ok()).map(|it| (it.low, it.high)),
        is_best: is_best(cell),
    };
    Some(Line { name: row.workload.name.clone(), cells: cells.iter().map(mark).collect(), best })
}

fn draw(canvas: &Canvas<'_>, lines: &[Line], models: &Models) -> Markup {
    let marks = || lines.iter().flat_map(|line| &line.cells);
    let bounds = marks().filter_map(|mark| mark.bounds).flat_map(|(low, high)| [low, high]);
    let values = marks().map(|mark| mark.speedup).chain(bounds).map(|speedup| speedup.max(LEAST));
    let scale = Log::of(values, true, 2.0, LEFT, RIGHT);
    let is_cut = marks().any(|mark| mark.speedup < LEAST);
    let height = (BOTTOM - TOP) / lines.len() as f64;
    html! {
        @for value in scale.ticks(2.0, 10) {
            @let x = scale.place(value);
            (canvas.line(&[(x, TOP), (x, BOTTOM)], if value == 1.0 { Color::Faint } else { Color::Grid }, Stroke::Thin))
            (canvas.text(x, BOTTOM + 14.0, Anchor::Middle, Color::Faint, 11.0, &tick(value)))
        }
        @for (at, line) in lines.iter().enumerate() {
            @let top = TOP + height * at as f64;
            @if at > 0 { (canvas.line(&[(16.0, top), (784.0, top)], Color::Grid, Stroke::Thin)) }
            (canvas.text(LEFT - 10.0, top + height / 2.0 + 4.0, Anchor::End, Color::Text, 12.0, &cut(&line.name, 17)))
            (canvas.text(RIGHT + 10.0, top + height / 2.0 + 4.0, Anchor::Start, Color::Text, 11.0, &cut(&line.best, 27)))
            @for mark in &line.cells {
                @let y = top + EDGE + (height - 2.0 * EDGE) * (mark.model as f64 + 0.5) / models.names().len() as f64;
                @let of_model = models.mark(mark.model);
                @if let Some((low, high)) = mark.bounds {
                    (canvas.line(&[(scale.place(low), y), (scale.place(high), y)], Color::Model(of_model), Stroke::Thin))
                }
                (canvas.marker(scale.place(mark.speedup), y, of_model, mark.is_best))
            }
        }
        @if is_cut {
            (canvas.text(784.0, BOTTOM + 14.0, Anchor::End, Color::Faint, 10.0, "left edge: 1/64x or slower"))
        }
        (legend(canvas, models, BOTTOM + 32.0))
    }
}
