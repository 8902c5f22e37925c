//! The same work in other sizes: speedups by size and model, and the size from which a model pays.

use crate::analysis::metg::Metg;
use crate::analysis::sizes::{BreakEven, Side, SizeSeries};
use crate::analysis::warning::{Warning, WorkloadWarning};
use crate::model::plain_name;
use crate::record::schema::{Costs, Recording};
use crate::report::table::{Cell, Table, Unit};
use crate::report::{block::Block, cost_tables::no_verdict, footnotes::about_warnings};
use crate::stats::{interval::Interval, units};
use crate::workload::series::BREAK_EVEN;

/// A result for programs.
pub(crate) struct CostValue {
    pub(crate) model: String,
    pub(crate) what: String,
    /// The workload.
    pub(crate) of: Option<String>,
    pub(crate) unit: &'static str,
    pub(crate) value: Option<f64>,
    pub(crate) interval: Option<Interval>,
}

/// The evaluated sizes of `costs`.
pub fn all_size_series(recording: &Recording, costs: &Costs) -> Vec<SizeSeries> {
    costs.sizes.iter().map(|sizes| SizeSeries::of(recording, sizes)).collect()
}

/// What changes in a series: recordings hold its name only.
fn about(series: &SizeSeries) -> &str {
    if series.is_of_function() {
        return &series.series;
    }
    match series.plain_series() {
        BREAK_EVEN => "counting primes, by the size of a job",
        "pages" => "downloads, by the server's pause and the parsing after it",
        "files" => "reading files, by their size, warm and cold",
        "frames" => "frames of 1 MiB that jobs bring along, by how often they are hashed",
        _ => &series.series,
    }
}

/// Speedups by size and model.
pub(crate) fn block(series: &SizeSeries) -> Block {
    let baseline = series.baseline();
    let sizes: Vec<usize> = (0..series.rows.len()).collect();
    let mut columns = Table::of(&sizes).left("size", |&at| series.rows[at].workload.name.as_str()).right(
        "a job",
        Unit::Nanoseconds,
        |&at| series.job_ns(at),
    );
    for model in series.models().into_iter().skip(1) {
        // The title names the interpreter.
        let name = plain_name(model);
        columns = columns.right(name, Unit::Plain, |&at| speedup(series, at, model)).leaves(1);
    }
    let title = format!("Speedup over {baseline}: {}", about(series));
    Block::titled(title, columns.build(), notes(series))
}

/// A speedup, with a question mark if it is inconclusive.
fn speedup(series: &SizeSeries, size: usize, model: &str) -> Option<String> {
    let speedup = series.speedup(size, model)?;
    let mark = if series.side(size, model) == Side::Inconclusive { "?" } else { "" };
    Some(format!("{}{mark}", units::ratio(speedup.ratio)))
}

fn notes(series: &SizeSeries) -> Vec<String> {
    let baseline = series.baseline();
    let mut notes = vec![format!(
        "a job: as long as one takes under {baseline}. ?: the 95 % interval contains 1, or there is none, or no verdict."
    )];
    notes.extend(no_verdict(&series.warnings));
    let slow = |it: &&Warning| matches!(it, Warning::OfWorkload(_, WorkloadWarning::Slow(..)));
    notes.extend(about_warnings(series.warnings.iter().filter(slow)));
    if series.has_break_even() && !series.has_no_verdict() {
        for model in series.models().into_iter().skip(1) {
            let metg = metg_in_words(series, model).map_or(String::new(), |words| format!("; {words}"));
            notes.push(format!("{model}: {}{metg}", break_even(series, model)));
        }
    }
    notes
}

/// The break-even size of a model, in words.
pub fn break_even(series: &SizeSeries, model: &str) -> String {
    let baseline = series.baseline();
    match series.break_even(model) {
        BreakEven::From(size) => {
            let time = series.job_ns(size).map_or("-".into(), units::nanoseconds);
            format!("faster than {baseline} from jobs of {time} on")
        }
        BreakEven::Inconclusive => format!("inconclusive against {baseline} at the largest jobs"),
        BreakEven::Never => format!("slower than {baseline} up to the largest jobs"),
        BreakEven::Unknown => "not measured at every size".into(),
    }
}

/// The break-even size of a model, in short.
pub(crate) fn pays_from(series: &SizeSeries, model: &str) -> Cell {
    match series.break_even(model) {
        BreakEven::From(size) => series.job_ns(size).into(),
        _ if model == series.baseline() => Cell::Missing,
        BreakEven::Inconclusive => "inconclusive".into(),
        BreakEven::Never => "never".into(),
        BreakEven::Unknown => "not measured".into(),
    }
}

/// The smallest job at which a model keeps half of its efficiency, in short.
pub(crate) fn metg(series: &SizeSeries, model: &str) -> Cell {
    match series.metg(model) {
        _ if model == series.baseline() => Cell::Missing,
        Metg::At(found) => Some(found.value).into(),
        Metg::AtMost(ns) => format!("<= {}", units::nanoseconds(ns)).into(),
        Metg::Unknown => Cell::Missing,
    }
}

/// The same in words.
fn metg_in_words(series: &SizeSeries, model: &str) -> Option<String> {
    match series.metg(model) {
        Metg::At(found) => Some(format!(
            "keeps half of its largest speedup down to jobs of {}",
            found.shown(units::nanoseconds)
        )),
        Metg::AtMost(ns) => {
            Some(format!("keeps half of its largest speedup at jobs of {} too", units::nanoseconds(ns)))
        }
        Metg::Unknown => None,
    }
}

/// Every speedup, for programs.
pub(crate) fn values(series: &SizeSeries) -> Vec<CostValue> {
    let mut values = Vec::new();
    for (at, row) in series.rows.iter().enumerate() {
        for model in series.models() {
            let speedup = series.speedup(at, model);
            values.push(CostValue {
                model: model.to_owned(),
                what: "speedup".into(),
                of: Some(row.workload.name.clone()),
                unit: "x",
                value: speedup.map(|it| it.ratio),
                interval: speedup.and_then(|it| it.interval.ok()),
            });
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sizes::tests::size_series;
    use crate::report::export::terminal;
    use crate::report::style::TerminalStyle;

    #[test]
    fn sizes_are_rows_with_break_even_text() {
        insta::assert_snapshot!(terminal::blocks(
            &[block(&size_series(&[300, 100, 50]))],
            TerminalStyle::UNLIMITED
        ));
    }
}
