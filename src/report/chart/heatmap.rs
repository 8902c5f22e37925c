//! A heatmap of every workload under every model.

use maud::{Markup, html};

use crate::analysis::summary::{CellResult, Summary};
use crate::report::chart::canvas::{Anchor, Canvas, cut};
use crate::report::chart::legend::Models;
use crate::report::chart::palette::Color;
use crate::report::chart::{Chart, undrawn};
use crate::stats::units;

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

/// The chart of `findings`; `None` if no cell has a speedup.
pub fn chart(findings: &Summary, source: String) -> Option<Chart> {
    let models = Models::of(findings.rows.iter().flat_map(|row| row.cells.iter().map(CellResult::model)));
    let columns: Vec<String> = models.names().iter().take(MOST).cloned().collect();
    let best = |cells: &[CellResult], model: &str| {
        let ratios =
            cells.iter().filter(|cell| cell.model() == model).filter_map(|cell| Some(cell.speedup?.ratio));
        ratios.reduce(f64::max)
    };
    let rows: Vec<(String, Vec<Option<f64>>)> = findings
        .rows
        .iter()
        .take(MOST)
        .map(|row| (row.workload.name.clone(), columns.iter().map(|model| best(&row.cells, model)).collect()))
        .collect();
    rows.iter().any(|(_, cells)| cells.iter().any(Option::is_some)).then(|| Chart {
        name: "heat".into(),
        title: "Every task under every model: speedup over one job after the other".into(),
        description: "A row for each workload and a column for each model; each cell has its speedup as a number, on blue where \
                      it is faster than sequential and on vermilion where it is slower, the deeper the more."
            .into(),
        source: source + &undrawn(findings.rows.len().saturating_sub(MOST), models.names().len().saturating_sub(MOST)),
        draw: Box::new(move |canvas| draw(canvas, &columns, &rows)),
    })
}

fn draw(canvas: &Canvas<'_>, columns: &[String], rows: &[(String, Vec<Option<f64>>)]) -> Markup {
    let width = (RIGHT - LEFT) / columns.len() as f64;
    let height = (BOTTOM - TOP) / rows.len() as f64;
    // The letters that fit into the width of all columns.
    let letters = 104 / columns.len();
    html! {
        @for (at, name) in columns.iter().enumerate() {
            // Alternate headers are raised, so that long names have the width of two columns.
            @let y = TOP - 8.0 - 14.0 * (at % 2) as f64;
            (canvas.text(LEFT + width * (at as f64 + 0.5), y, Anchor::Middle, Color::Text, 11.0, &cut(name, 2 * letters)))
        }
        @for (line, (name, cells)) in rows.iter().enumerate() {
            @let y = TOP + height * line as f64;
            (canvas.text(LEFT - 8.0, y + height / 2.0 + 4.0, Anchor::End, Color::Text, 12.0, &cut(name, 15)))
            @for (column, speedup) in cells.iter().enumerate() {
                @let x = LEFT + width * column as f64;
                @if let Some(speedup) = speedup {
                    @let ink = Color::Model(if *speedup >= 1.0 { FASTER } else { SLOWER });
                    (canvas.rect(x + 1.0, y + 1.0, width - 2.0, height - 2.0, ink, depth(*speedup)))
                }
                (canvas.text(x + width / 2.0, y + height / 2.0 + 4.0, Anchor::Middle, Color::Text, 11.0,
                    &speedup.map_or("-".into(), units::ratio)))
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
