//! The best-tool table: what a study says, workload by workload.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::findings::{Finding, Findings, Row};
use super::{table, units};
use crate::record::schema::Recording;
use crate::stats::interval::Interval;
use crate::stats::ratio::Ratio;
use crate::stats::verdict::{MARGIN, Verdict};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal, with the machine, the stamps and how to read it
    Table,
    /// The best-tool table alone, in Markdown
    Markdown,
    /// Every cell, comma-separated
    Csv,
    /// Every cell, as JSON
    Json,
}

/// The table of `recording`. `criterion` has the median of a run under criterion, in nanoseconds, of the cells that it
/// measured too: it stands beside, in the table for terminals.
pub fn render(recording: &Recording, format: Format, criterion: &Medians) -> String {
    let findings = Findings::of(recording);
    match format {
        Format::Table => terminal(recording, &findings, criterion),
        Format::Markdown => markdown(&findings),
        Format::Csv => csv(&findings),
        Format::Json => json(&findings),
    }
}

/// Medians in nanoseconds, by the id of the cell.
pub type Medians = BTreeMap<String, f64>;

const HEADER: &[&str] = &[
    "workload",
    "best tool",
    "in flight",
    "speedup",
    "95 %",
    "time",
    "CPU",
    "as good",
    "not separated",
    "the post says",
];
const RIGHT: &[&str] = &["in flight", "speedup", "time", "CPU", "criterion"];

fn terminal(recording: &Recording, findings: &Findings, criterion: &Medians) -> String {
    let rows = findings.rows.iter().map(|row| best_line(row, findings.withheld()));
    let mut text = table::plain(HEADER, RIGHT, rows);
    for row in &findings.rows {
        let _ = write!(text, "\n{}\n{}", title(row), cells(row, findings, criterion));
    }
    text + &footer(recording, findings)
}

/// A row of the best-tool table: the fastest, and which others are as good or may be.
fn best_line(row: &Row, withheld: bool) -> Vec<String> {
    let name = row.workload.name.clone();
    let Some(best) = row.cells.iter().find(|cell| cell.verdict == Verdict::Fastest) else {
        let why = row.cells.iter().find_map(|cell| cell.trouble.clone()).unwrap_or("no samples".into());
        return vec![name, format!("not measured: {why}")];
    };
    let few = row.cells.iter().any(|cell| matches!(cell.verdict, Verdict::TooFew(_)));
    let said = |is: fn(&Verdict) -> bool| if withheld || few { "-".into() } else { models(row, best, is) };
    let tool = match (withheld, few) {
        (true, _) => format!("(withheld; fastest here: {})", best.name),
        (false, true) => format!("(too few launches; fastest here: {})", best.name),
        (false, false) => best.name.clone(),
    };
    let (ratio, interval) = best.speedup.as_ref().map_or(("-".into(), "-".into()), ratio_and_interval);
    vec![
        name,
        tool,
        best.in_flight.to_string(),
        ratio,
        interval,
        best.wall_ns.map_or("-".into(), units::nanoseconds),
        best.cpu_ratio.map_or("-".into(), units::ratio),
        said(|verdict| matches!(verdict, Verdict::AsGood(_))),
        said(|verdict| matches!(verdict, Verdict::NotSeparated(_))),
        row.workload.post_says.clone(),
    ]
}

/// The models of the cells that `is` says yes to, each once, and without that of `best`.
fn models(row: &Row, best: &Finding, is: fn(&Verdict) -> bool) -> String {
    let mut models: Vec<&str> = Vec::new();
    for cell in row.cells.iter().filter(|cell| is(&cell.verdict)) {
        if cell.model() != best.model() && !models.contains(&cell.model()) {
            models.push(cell.model());
        }
    }
    if models.is_empty() { "-".into() } else { models.join(", ") }
}

fn ratio_and_interval(found: &Ratio) -> (String, String) {
    let interval = match found.interval {
        Ok(Interval { low, high, .. }) => format!("{} .. {}", units::ratio(low), units::ratio(high)),
        Err(few) => format!("{} of {} launches", few.have, few.need),
    };
    (units::ratio(found.ratio), interval)
}

fn title(row: &Row) -> String {
    let workload = &row.workload;
    let post =
        if workload.answers_to.is_empty() { String::new() } else { format!(" ({})", workload.answers_to) };
    format!("{}{post}: {} jobs, each {}", workload.name, workload.jobs, workload.about)
}

/// Every cell of a row, the fastest first.
fn cells(row: &Row, findings: &Findings, criterion: &Medians) -> String {
    let mut sorted: Vec<&Finding> = row.cells.iter().collect();
    let key = |cell: &Finding| cell.speedup.map_or(f64::NEG_INFINITY, |speedup| speedup.ratio);
    sorted.sort_by(|a, b| key(b).total_cmp(&key(a)));
    let line = |cell: &Finding| {
        let (ratio, interval) = cell.speedup.as_ref().map_or(("-".into(), "-".into()), ratio_and_interval);
        let mut line = vec![
            cell.name.clone(),
            cell.in_flight.to_string(),
            ratio,
            interval,
            cell.wall_ns.map_or("-".into(), units::nanoseconds),
            cell.cpu_ratio.map_or("-".into(), units::ratio),
            verdict(cell, findings.withheld()),
        ];
        if !criterion.is_empty() {
            line.extend(beside(row, cell, findings.noise_floor(), criterion));
        }
        line
    };
    let mut header = vec!["model/width", "in flight", "speedup", "95 %", "time", "CPU", "verdict"];
    if !criterion.is_empty() {
        header.extend(["criterion", ""]);
    }
    table::plain(&header, RIGHT, sorted.into_iter().map(line))
}

/// What criterion measured of a cell, and "drift" where its ratio to the baseline is farther from the study's interval
/// than the noise floor: criterion measures one cell after another, while the machine drifts.
fn beside(row: &Row, cell: &Finding, floor: Option<f64>, criterion: &Medians) -> [String; 2] {
    let of = |name: &str| criterion.get(&format!("{}/{name}", row.workload.name)).copied();
    let Some(median) = of(&cell.name) else { return ["-".into(), String::new()] };
    let drifts = || {
        let baseline = row.cells.iter().find(|cell| cell.name.ends_with("/one"))?;
        let ratio = (of(&baseline.name)? / median).ln();
        let interval = cell.speedup?.interval.ok()?;
        Some(ratio < interval.low.ln() - floor? || ratio > interval.high.ln() + floor?)
    };
    [units::nanoseconds(median), if drifts() == Some(true) { "drift".into() } else { String::new() }]
}

fn verdict(cell: &Finding, withheld: bool) -> String {
    let trouble = cell.trouble.as_ref().map(|why| format!("not measured: {why}"));
    match cell.verdict {
        Verdict::Unmeasured => trouble.unwrap_or("not measured".into()),
        _ if withheld => "withheld".into(),
        Verdict::Fastest => "fastest".into(),
        Verdict::Slower(_) => "slower".into(),
        Verdict::AsGood(_) => "as good".into(),
        Verdict::NotSeparated(_) => "not separated".into(),
        Verdict::TooFew(few) => format!("too few launches: {} of {}", few.have, few.need),
    }
}

fn footer(recording: &Recording, findings: &Findings) -> String {
    let environment = &recording.environment;
    let study = &recording.study;
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let mut text = String::new();
    let _ = writeln!(
        text,
        "\n{cpu}, {} cores, {} on {}; {}",
        environment.cores, environment.os, environment.arch, environment.sha256
    );
    let _ = writeln!(
        text,
        "{}: {} launches of {} rounds of each workload, seed {}; command: {}",
        study.profile,
        study.launches_asked,
        study.rounds_asked,
        study.seed,
        study.command.join(" ")
    );
    for stamp in &findings.stamps {
        let _ = writeln!(text, "{} {stamp}", if stamp.withholds() { "VERDICTS WITHHELD:" } else { "note:" });
    }
    let _ = match findings.noise_floor() {
        Some(floor) => writeln!(
            text,
            "A/A: the baseline against itself, its intervals reach {:.1} % from 1.",
            floor.exp_m1() * 100.0
        ),
        None => writeln!(text, "A/A: unknown, for want of launches or of the baseline."),
    };
    let _ = writeln!(
        text,
        "Speedups are over `sequential`, paired by round, with 95 % intervals over launches. As good: the whole interval\n\
         within {:.0} % of the fastest; slower: beyond it; not separated: it straddles. CPU: time of all cores over `sequential`'s.",
        MARGIN * 100.0
    );
    text
}

fn markdown(findings: &Findings) -> String {
    let line = |cells: Vec<String>| {
        let escaped: Vec<String> =
            cells.iter().map(|cell| cell.replace('|', "\\|").replace('<', "&lt;")).collect();
        format!("| {} |\n", escaped.join(" | "))
    };
    let rule: Vec<String> =
        HEADER.iter().map(|name| if RIGHT.contains(name) { "---:" } else { "---" }.to_owned()).collect();
    let rows = findings.rows.iter().map(|row| {
        let mut cells = best_line(row, findings.withheld());
        cells.resize(HEADER.len(), String::new());
        line(cells)
    });
    let header = line(HEADER.iter().map(|name| (*name).to_owned()).collect());
    std::iter::once(header).chain([line(rule)]).chain(rows).collect()
}

/// A cell of a row as plain values, for programs.
fn records(findings: &Findings) -> Vec<[(&'static str, serde_json::Value); 10]> {
    let withheld = findings.withheld();
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
            ("verdict", verdict(cell, withheld).into()),
        ]
    };
    findings.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| record(row, cell))).collect()
}

fn csv(findings: &Findings) -> String {
    let records = records(findings);
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        // Quoted, and no formula to a spreadsheet.
        serde_json::Value::String(text) => {
            let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
        }
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
    let stamps: Vec<_> = findings.stamps.iter().map(ToString::to_string).collect();
    let document = serde_json::json!({ "withheld": findings.withheld(), "stamps": stamps, "cells": cells });
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
            insta::assert_snapshot!(format!("verdicts-{name}"), render(&recording, format, &Medians::new()));
        }
    }

    #[test]
    fn a_stamp_that_withholds_leaves_the_numbers_and_takes_the_verdicts() {
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        let text = render(&busy, Format::Table, &Medians::new());
        assert!(text.contains("2.00x") && text.contains("VERDICTS WITHHELD: a CPU quota"), "{text}");
        assert!(!text.contains("slower\n") && !text.contains("  fastest\n"), "{text}");
    }

    #[test]
    fn too_few_launches_give_no_verdict_but_say_how_many_would() {
        let text = render(&recording(3, 50), Format::Table, &Medians::new());
        assert!(
            text.contains("too few launches; fastest here: rayon/cores") && text.contains("3 of 6"),
            "{text}"
        );
    }

    #[test]
    fn criterion_stands_beside_and_is_said_to_drift_where_its_ratio_is_another() {
        let mut recording = recording(16, 50);
        let control = crate::record::schema::Arm { role: Role::Control, ..recording.study.arms[0].clone() };
        recording.study.arms.push(control);
        for round in recording.study.launches.iter_mut().flat_map(|launch| &mut launch.rounds) {
            let wall_ns = 101_000_000.try_into().unwrap();
            round.samples.push(crate::record::schema::Sample { arm: 2, wall_ns, ..round.samples[0] });
        }
        let table = |rayon: f64| {
            let medians = [("hash/sequential/one".to_owned(), 1e8), ("hash/rayon/cores".to_owned(), rayon)];
            render(&recording, Format::Table, &Medians::from(medians))
        };
        assert!(!table(5e7).contains("drift") && table(5e7).contains("criterion"));
        assert!(table(6e7).contains("60.0 ms  drift"), "{}", table(6e7));
    }
}
