//! A recording in each format, which walk over its sections.

use serde_json::{Value, json};

use crate::analysis::analysed::Analysed;
use crate::record::schema::Recording;
use crate::report::export::{Format, csv, json, markdown, terminal};
use crate::report::{arrivals, costs, evidence, map, section::Section, study, style::TerminalStyle};

/// The sections that this room shows; others are handed in by their rooms.
pub static SECTIONS: &[&Section] =
    &[&study::SECTION, &evidence::SECTION, &costs::SECTION, &arrivals::SECTION, &map::SECTION];

/// The sections of `recording` in `format`.
pub fn render(recording: &Recording, sections: &[&Section], format: Format, style: TerminalStyle) -> String {
    render_analysed(&Analysed::of(recording), sections, format, style)
}

/// The same of a recording that is analysed.
pub(crate) fn render_analysed(
    of: &Analysed<'_>,
    sections: &[&Section],
    format: Format,
    style: TerminalStyle,
) -> String {
    let mut blocks = Vec::new();
    for section in sections {
        blocks.extend(match format {
            Format::Table => (section.in_full)(of).unwrap_or_default(),
            Format::Markdown => (section.in_short)(of).unwrap_or_default(),
            Format::Csv | Format::Json => vec![],
        });
    }
    match format {
        Format::Table => terminal::blocks(&blocks, style),
        Format::Markdown => markdown::blocks(&blocks),
        // A file of comma-separated values has one header.
        Format::Csv => match sections.iter().find_map(|section| (section.values)(of)) {
            Some(values) => csv::table(&values),
            None => String::new(),
        },
        Format::Json => json::document(&document(of, sections)),
    }
}

/// The main results of the sections of `recording`, for a terminal.
pub fn main_results(recording: &Recording, sections: &[&Section], style: TerminalStyle) -> String {
    let of = Analysed::of(recording);
    let mut blocks = Vec::new();
    for section in sections {
        blocks.extend((section.in_short)(&of).unwrap_or_default());
    }
    terminal::blocks(&blocks, style)
}

/// The warnings on a recording, and the values of every section.
fn document(of: &Analysed<'_>, sections: &[&Section]) -> Value {
    let mut without_verdict = Vec::new();
    for row in of.summary.all_rows() {
        if row.has_no_verdict() {
            without_verdict.push(row.workload.called());
        }
    }
    let warnings: Vec<String> = of.summary.all_warnings().iter().map(ToString::to_string).collect();
    let mut document = json!({ "no_verdict": without_verdict, "warnings": warnings, study::SECTION.key: [] });
    for section in sections {
        if let Some(values) = (section.values)(of) {
            document[section.key] = json::rows(&values);
        }
    }
    document
}
