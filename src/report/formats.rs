//! The ways in which a study is written.

use super::best::{self, HEADER, RIGHT};
use super::escape::{self, markdown_row};
use super::findings::{Finding, Findings, Row};
use super::footnotes::footnotes;
use super::terminal::{Medians, terminal};
use super::{costs, evidence, stories};
use crate::record::schema::Recording;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal, with the machine, the stamps and how to read it
    Table,
    /// The best-tool table and its footnotes, in Markdown
    Markdown,
    /// Every cell, comma-separated
    Csv,
    /// Every cell, as JSON
    Json,
}

/// `recording` as `format` has it.
pub fn render(recording: &Recording, format: Format) -> String {
    match format {
        Format::Table => {
            let study = recording.study.as_ref().map(|_| terminal(recording, &Medians::new()));
            let traced = [evidence::terminal(recording), stories::terminal(recording)];
            escape::lines(&sections([study].into_iter().chain(traced).chain([costs::terminal(recording)])))
        }
        Format::Markdown => {
            let study = recording.study.as_ref().map(|_| markdown(recording));
            sections([study, evidence::markdown(recording)])
        }
        Format::Csv => csv(&Findings::of(recording)),
        Format::Json => json(&Findings::of(recording)),
    }
}

/// Those sections that a recording has.
fn sections(sections: impl IntoIterator<Item = Option<String>>) -> String {
    sections.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The best-tool table and its footnotes.
pub(super) fn markdown(recording: &Recording) -> String {
    let findings = Findings::of(recording);
    let header = markdown_row(&HEADER.map(str::to_owned));
    let rule = |name: &&str| if RIGHT.contains(name) { "---:" } else { "---" }.to_owned();
    let rule = markdown_row(&HEADER.iter().map(rule).collect::<Vec<_>>());
    let rows = best::lines(&findings).map(|mut cells| {
        cells.resize(HEADER.len(), String::new());
        markdown_row(&cells)
    });
    let notes = footnotes(recording, &findings);
    let notes = notes.iter().map(|note| format!("\n{}  ", escape::markdown(note)));
    [header, rule].into_iter().chain(rows).chain(notes).collect::<String>() + "\n"
}

/// A cell of a row as plain values, for programs.
fn records(findings: &Findings) -> Vec<[(&'static str, serde_json::Value); 10]> {
    let record = |row: &Row, cell: &Finding| {
        let interval = cell.speedup.and_then(|speedup| speedup.interval.ok());
        [
            ("workload", row.workload.name.clone().into()),
            ("cell", cell.name.clone().into()),
            ("in_flight", cell.in_flight.into()),
            ("wall_ns", cell.wall_ns.into()),
            ("speedup", cell.speedup.map(|speedup| speedup.ratio).into()),
            ("speedup_low", interval.map(|interval| interval.low).into()),
            ("speedup_high", interval.map(|interval| interval.high).into()),
            ("launches", cell.speedup.map(|speedup| speedup.launches).into()),
            ("cpu_ratio", cell.cpu_ratio.into()),
            ("verdict", best::verdict(row, cell).into()),
        ]
    };
    findings.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| record(row, cell))).collect()
}

fn csv(findings: &Findings) -> String {
    let records = records(findings);
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => escape::csv(text),
        number => number.to_string(),
    };
    let join = |fields: Vec<String>| fields.join(",") + "\n";
    let header =
        records.first().map(|record| join(record.iter().map(|(key, _)| (*key).to_owned()).collect()));
    let rows = records.iter().map(|record| join(record.iter().map(|(_, value)| text(value)).collect()));
    header.into_iter().chain(rows).collect()
}

fn json(findings: &Findings) -> String {
    let objects = records(findings).into_iter().map(|record| {
        record.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<serde_json::Map<_, _>>()
    });
    let cells: Vec<_> = objects.map(serde_json::Value::Object).collect();
    let withheld: Vec<_> =
        findings.rows.iter().filter(|row| row.withheld).map(|row| &row.workload.name).collect();
    let stamps: Vec<_> = findings.stamps.iter().map(ToString::to_string).collect();
    let document = serde_json::json!({ "withheld": withheld, "stamps": stamps, "cells": cells });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::Role;

    #[test]
    fn a_study_with_verdicts_in_each_format() {
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
    fn a_stamp_that_withholds_leaves_the_numbers_and_takes_the_verdicts() {
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        let text = render(&busy, Format::Table);
        assert!(text.contains("2.00x") && text.contains("VERDICTS WITHHELD: a CPU quota"), "{text}");
        assert!(!text.contains("slower\n") && !text.contains("  fastest\n"), "{text}");
    }

    #[test]
    fn too_few_launches_give_no_verdict_but_say_how_many_would() {
        let text = render(&recording(3, 50), Format::Table);
        assert!(
            text.contains("too few launches; fastest here: rayon/cores")
                && text.contains("range 2.00x .. 2.00x"),
            "{text}"
        );
    }

    #[test]
    fn criterion_stands_beside_and_is_said_to_drift_where_its_ratio_is_another() {
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
