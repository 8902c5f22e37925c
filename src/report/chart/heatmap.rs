//! A heatmap of every workload under every model.

use maud::{Markup, html};

use crate::analysis::summary::Row;
use crate::report::chart::canvas::{Anchor, Canvas, cut};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::{Chart, undrawn};
use crate::report::{chart::caption::source_of, chart::legend::MarkedModel, chart::palette::Color};
use crate::stats::units;

/// The chart of all cells of the native platform.
pub const KIND: Kind = Kind {
    charts: Charts::OfFirst(charts),
    missing: Some("heat: no recording has a study with speedups (bakeoff run)"),
};

/// The position of the cells.
const LEFT: f64 = 118.0;
const RIGHT: f64 = 788.0;
const TOP: f64 = 66.0;
const BOTTOM: f64 = 376.0;

/// The maximum number of rows and columns with readable numbers.
pub const MOST: usize = 15;

/// Colour indices for faster and slower than `sequential`: blue and vermilion, which most readers can
/// distinguish.
const FASTER: usize = 2;
const SLOWER: usize = 1;

/// A workload, and the speedup of each model at its better concurrency.
struct Line {
    name: String,
    speedups: Vec<Option<f64>>,
}

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let rows = &of.summary.rows;
    let mut models = of.marks.models(rows.iter().flat_map(Row::plain_models));
    let source = source_of(of)
        + &undrawn(rows.len().saturating_sub(MOST), "tasks")
        + &undrawn(models.len().saturating_sub(MOST), "models");
    models.truncate(MOST);
    let mut lines = Vec::new();
    for row in rows.iter().take(MOST) {
        let better = models.iter().map(|model| row.better_cell(&model.name));
        let speedups = better.map(|cell| Some(cell?.1.ratio)).collect();
        lines.push(Line { name: row.workload.name.clone(), speedups });
    }
    if lines.iter().flat_map(|line| &line.speedups).flatten().next().is_none() {
        return vec![];
    }
    vec![Chart {
        name: "heat".into(),
        title: "Every task under every model: speedup over one job after the other".into(),
        description: "A row for each workload and a column for each model; each cell has its speedup as a number, on blue where \
                      it is faster than sequential and on vermilion where it is slower, the deeper the more."
            .into(),
        source,
        draw: Box::new(move |canvas| draw(canvas, &models, &lines)),
    }]
}

fn draw(canvas: &Canvas<'_>, columns: &[MarkedModel], lines: &[Line]) -> Markup {
    let width = (RIGHT - LEFT) / columns.len() as f64;
    let height = (BOTTOM - TOP) / lines.len() as f64;
    // The letters that fit into the width of all columns.
    let letters = 104 / columns.len();
    html! {
        @for (at, model) in columns.iter().enumerate() {
            // Alternate headers are raised, so that long names have the width of two columns.
            @let y = TOP - 8.0 - 14.0 * (at % 2) as f64;
            (canvas.text(LEFT + width * (at as f64 + 0.5), y, Anchor::Middle, Color::Text, 11.0, &cut(&model.name, 2 * letters)))
        }
        @for (at, line) in lines.iter().enumerate() {
            @let y = TOP + height * at as f64;
            (canvas.text(LEFT - 8.0, y + height / 2.0 + 4.0, Anchor::End, Color::Text, 12.0, &cut(&line.name, 15)))
            @for (column, speedup) in line.speedups.iter().enumerate() {
                @let x = LEFT + width * column as f64;
                @if let Some(speedup) = speedup {
                    @let ink = Color::Model(if *speedup >= 1.0 { FASTER } else { SLOWER });
                    (canvas.rect(x + 1.0, y + 1.0, width - 2.0, height - 2.0, ink, depth(*speedup)))
                }
                (canvas.text(x + width / 2.0, y + height / 2.0 + 4.0, Anchor::Middle, Color::Text, 11.0, &shown(*speedup)))
            }
        }
        (canvas.text(LEFT, BOTTOM + 18.0, Anchor::Start, Color::Faint, 11.0,
            "blue: faster than sequential; vermilion: slower; deepest from 16 times on"))
    }
}

/// The colour intensity: none at 1, full from 16 times on. Numbers stay readable on it.
fn depth(speedup: f64) -> f64 {
    0.5 * (speedup.log2().abs() / 4.0).min(1.0)
}

fn shown(speedup: Option<f64>) -> String {
    match speedup {
        Some(speedup) => units::ratio(speedup),
        None => "-".into(),
    }
}
