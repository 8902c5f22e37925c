//! The output formats of a study.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::post::stories;
use crate::record::schema::Recording;
use crate::report::best;
use crate::report::best::{HEADER, RIGHT};
use crate::report::escape;
use crate::report::footnotes::footnotes;
use crate::report::sheet::Table;
use crate::report::terminal::{Medians, terminal};
use crate::report::{costs, evidence, platforms, table};
use crate::stats::ratio::Ratio;
use serde_json::Value;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal, with the machine, the stamps and how to read it
    Table,
    /// In Markdown, for a page
    Markdown,
    /// Comma-separated values with a header, for programs
    Csv,
    /// As JSON, for programs
    Json,
}

/// `recording` in `format`.
pub fn render(recording: &Recording, format: Format) -> String {
    match format {
        Format::Table => {
            let study = recording.study.as_ref().map(|_| terminal(recording, &Medians::new()));
            let traced = [evidence::terminal(recording), stories::terminal(recording)];
            escape::lines(&sections([study].into_iter().chain(traced).chain([costs::terminal(recording)])))
        }
        Format::Markdown => {
            let study = recording.study.as_ref().map(|_| markdown(recording));
            let story_runs = stories::sheet(recording).map(|sheet| sheet.markdown());
            sections([study, evidence::markdown(recording), story_runs, costs::markdown(recording)])
        }
        Format::Csv => csv(recording),
        Format::Json => json(recording),
    }
}

/// The sections that a recording has.
fn sections(sections: impl IntoIterator<Item = Option<String>>) -> String {
    sections.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The best-tool tables of all platforms and their footnotes.
pub(crate) fn markdown(recording: &Recording) -> String {
    let platforms = platforms::markdown(recording, &Summary::of(recording));
    let platforms =
        if platforms.is_empty() { platforms } else { format!("\n{}\n", platforms.trim_end_matches('\n')) };
    native_markdown(recording, &platforms)
}

/// The native best-tool table, `more`, and their footnotes.
pub(crate) fn native_markdown(recording: &Recording, more: &str) -> String {
    let findings = Summary::of(recording);
    let notes = footnotes(recording, &findings);
    let notes: String = notes.iter().map(|note| format!("\n{}  ", escape::markdown(note))).collect();
    format!("{}{more}{notes}\n", table::markdown(&HEADER, RIGHT, best::lines(&findings)))
}

/// Every cell as plain values.
fn cells(findings: &Summary) -> Table {
    let columns = [
        "workload",
        "cell",
        "in_flight",
        "wall_ns",
        "speedup",
        "speedup_low",
        "speedup_high",
        "launches",
        "cpu_ratio",
        "verdict",
    ];
    let of = |row: &Row, cell: &CellResult| {
        let [speedup, low, high] = bounds(cell.speedup.as_ref());
        [
            row.workload.name.clone().into(),
            cell.name.clone().into(),
            cell.in_flight.into(),
            cell.wall_ns.into(),
            speedup,
            low,
            high,
            cell.speedup.map(|speedup| speedup.launches).into(),
            cell.cpu_ratio.into(),
            best::verdict(row, cell).into(),
        ]
    };
    Table::new(columns, findings.all_rows().flat_map(|row| row.cells.iter().map(move |cell| of(row, cell))))
}

/// A ratio and the bounds of its interval.
pub(crate) fn bounds(ratio: Option<&Ratio>) -> [Value; 3] {
    let interval = ratio.and_then(|ratio| ratio.interval.ok());
    [ratio.map(|it| it.ratio), interval.map(|it| it.low), interval.map(|it| it.high)].map(Value::from)
}

/// Rows of the first section of `recording`: a file of comma-separated values has one header.
fn csv(recording: &Recording) -> String {
    let study = || recording.study.as_ref().map(|_| cells(&Summary::of(recording)));
    let sheet = study()
        .or_else(|| costs::sheet(recording))
        .or_else(|| evidence::sheet(recording))
        .or_else(|| stories::sheet(recording));
    sheet.map_or_else(String::new, |sheet| sheet.csv())
}

/// Every section of `recording`.
fn json(recording: &Recording) -> String {
    let findings = Summary::of(recording);
    let withheld: Vec<_> =
        findings.all_rows().filter(|row| row.withheld).map(|row| row.workload.called()).collect();
    let warnings: Vec<_> = findings.warnings.iter().map(ToString::to_string).collect();
    let mut document =
        serde_json::json!({ "withheld": withheld, "stamps": warnings, "cells": cells(&findings).json() });
    let sections = [
        ("costs", costs::sheet(recording)),
        ("evidence", evidence::sheet(recording)),
        ("stories", stories::sheet(recording)),
    ];
    for (name, sheet) in sections {
        if let Some(sheet) = sheet {
            document[name] = sheet.json();
        }
    }
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::Role;

    #[test]
    fn renders_verdicts_in_each_format() {
        let recording = recording(16, 50);
        for (name, format) in [
            ("table", Format::Table),
            ("markdown", Format::Markdown),
            ("csv", Format::Csv),
            ("json", Format::Json),
        ] {
            insta::assert_snapshot!(format!("verdicts-{name}"), render(&recording, format));
        }
    }

    #[test]
    fn blocking_warning_keeps_numbers_without_verdicts() {
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        let text = render(&busy, Format::Table);
        assert!(text.contains("2.00x") && text.contains("VERDICTS WITHHELD: a CPU quota"), "{text}");
        assert!(!text.contains("slower\n") && !text.contains("  fastest\n"), "{text}");
    }

    #[test]
    fn too_few_processes_report_required_number() {
        let text = render(&recording(3, 50), Format::Table);
        assert!(
            text.contains("too few launches; fastest here: rayon/cores")
                && text.contains("range 2.00x .. 2.00x"),
            "{text}"
        );
    }

    #[test]
    fn criterion_drift_is_reported() {
        let mut recording = recording(16, 50);
        let study = recording.study.as_mut().unwrap();
        let control = crate::record::schema::Arm { role: Role::Control, ..study.arms[0].clone() };
        study.arms.push(control);
        for round in study.launches.iter_mut().flat_map(|launch| &mut launch.rounds) {
            let wall_ns = 101_000_000.try_into().unwrap();
            round.samples.push(crate::record::schema::Sample { arm: 2, wall_ns, ..round.samples[0] });
        }
        let table = |rayon: f64| {
            let medians = [("hash/sequential/one".to_owned(), 1e8), ("hash/rayon/cores".to_owned(), rayon)];
            terminal(&recording, &Medians::from(medians))
        };
        assert!(!table(5e7).contains("drift") && table(5e7).contains("criterion"));
        assert!(table(6e7).contains("60.0 ms  drift"), "{}", table(6e7));
    }
}
