//! A study in a terminal: the best-tool table, every cell, and their context.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::Recording;
use crate::report::best;
use crate::report::best::{HEADER, RIGHT, ratio_and_interval};
use crate::report::footnotes::footnotes;
use crate::report::{platforms, table};
use crate::stats::units;

/// The median of a run under criterion, in nanoseconds, by the id of the cell.
pub type Medians = BTreeMap<String, f64>;

/// The tables of `recording`, with the `criterion` medians of their cells.
pub fn terminal(recording: &Recording, criterion: &Medians) -> String {
    let findings = Summary::of(recording);
    let mut text = String::new();
    if !findings.rows.is_empty() || findings.others.is_empty() {
        text = table::plain(&HEADER, RIGHT, best::lines(&findings));
    }
    let platforms = platforms::terminal(recording, &findings);
    if !platforms.is_empty() {
        let _ = write!(text, "\n{}", platforms.trim_end_matches('\n').to_owned() + "\n");
    }
    for row in findings.all_rows() {
        let _ = write!(text, "\n{}\n{}", title(row), cells(row, criterion));
    }
    let notes: String = footnotes(recording, &findings).iter().map(|note| format!("{note}\n")).collect();
    text + "\n" + &notes
}

fn title(row: &Row) -> String {
    let floor = row.noise_floor().map(|floor| format!("; A/A within {:.1} %", floor.exp_m1() * 100.0));
    let (task, workload) = (best::task(row), &row.workload);
    let task =
        workload.platform.as_ref().map_or(task.clone(), |platform| format!("{task}, in Python {platform}"));
    format!("{task}. {} jobs, each {}{}", workload.jobs, workload.about, floor.unwrap_or_default())
}

/// Every cell of a row, the fastest first.
fn cells(row: &Row, criterion: &Medians) -> String {
    let mut sorted: Vec<&CellResult> = row.cells.iter().collect();
    let key = |cell: &CellResult| cell.speedup.map_or(f64::NEG_INFINITY, |speedup| speedup.ratio);
    sorted.sort_by(|a, b| key(b).total_cmp(&key(a)));
    let line = |cell: &CellResult| {
        let (ratio, interval) = cell.speedup.as_ref().map_or(("-".into(), "-".into()), ratio_and_interval);
        let mut line = vec![
            cell.name.clone(),
            cell.in_flight.to_string(),
            ratio,
            interval,
            cell.wall_ns.map_or("-".into(), units::nanoseconds),
            cell.cpu_ratio.map_or("-".into(), units::times),
            best::verdict(row, cell),
        ];
        if !criterion.is_empty() {
            line.extend(beside(row, cell, criterion));
        }
        line
    };
    let mut header = vec!["model/width", "in flight", "speedup", "95 %", "time", "CPU", "verdict"];
    if !criterion.is_empty() {
        header.extend(["criterion", ""]);
    }
    table::plain(&header, RIGHT, sorted.into_iter().map(line))
}

/// Criterion's result for a cell, and "drift" if its ratio to the baseline is farther from the study's
/// interval than
/// the noise floor: criterion measures one cell after another, while the machine drifts.
fn beside(row: &Row, cell: &CellResult, criterion: &Medians) -> [String; 2] {
    let of = |name: &str| criterion.get(&format!("{}/{name}", row.workload.name)).copied();
    let Some(median) = of(&cell.name) else { return ["-".into(), String::new()] };
    let drifts = || {
        let baseline = row.cells.iter().find(|cell| cell.name.ends_with("/one"))?;
        let ratio = (of(&baseline.name)? / median).ln();
        let (interval, floor) = (cell.speedup?.interval.ok()?, row.noise_floor()?);
        Some(ratio < interval.low.ln() - floor || ratio > interval.high.ln() + floor)
    };
    [units::nanoseconds(median), if drifts() == Some(true) { "drift".into() } else { String::new() }]
}
