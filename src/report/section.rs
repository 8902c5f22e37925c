//! The sections of a recording: each is one entry of [`SECTIONS`], and every format walks over them.

use serde_json::{Value, json};

use crate::analysis::summary::Summary;
use crate::record::schema::Recording;
use crate::report::export::{Format, csv, json, markdown, terminal};
use crate::report::table::Table;
use crate::report::{costs, evidence, study};

/// The sections that this room shows; others are handed in by their rooms.
pub static SECTIONS: &[&Section] = &[&study::SECTION, &evidence::SECTION, &costs::SECTION];

/// A section of recordings: what each format shows of it, if a recording has it.
pub struct Section {
    /// Its name in the summary of a recording.
    pub name: &'static str,
    /// The key of its values in JSON.
    pub key: &'static str,
    /// Its heading on the page.
    pub heading: &'static str,
    /// Whether a recording has it.
    pub is_in: fn(&Recording) -> bool,
    /// Everything, for a terminal.
    pub in_full: fn(&Analysed<'_>) -> Option<Vec<Block>>,
    /// The main results, for Markdown.
    pub in_short: fn(&Analysed<'_>) -> Option<Vec<Block>>,
    /// Its parts on the page; if absent, the text for a terminal.
    pub panels: Option<fn(&Analysed<'_>) -> Vec<Panel>>,
    /// Its values, for programs.
    pub values: fn(&Analysed<'_>) -> Option<Table>,
    /// The command lines in it, which disclose paths.
    pub commands: fn(&Recording) -> Vec<&[String]>,
}

impl Section {
    /// Its parts on the page.
    pub fn on_page(&self, of: &Analysed<'_>) -> Vec<Panel> {
        match (self.panels, (self.in_full)(of)) {
            (_, None) => vec![],
            (Some(panels), _) => panels(of),
            (None, Some(blocks)) => vec![Panel::Text(self.heading, blocks)],
        }
    }
}

/// A recording and its summary, which is computed once for everything that is shown of it.
#[derive(Clone, Debug)]
pub struct Analysed<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// Its statistics and verdicts.
    pub summary: Summary,
}

impl<'a> Analysed<'a> {
    /// Analyses `recording`.
    pub fn of(recording: &'a Recording) -> Self {
        Analysed { recording, summary: Summary::of(recording) }
    }
}

/// What is shown between two empty lines.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(String),
    /// Lines of their own.
    Notes(Vec<String>),
    /// A table, and how to read it.
    Table {
        /// The line above it.
        title: Option<String>,
        /// The table.
        table: Table,
        /// The lines below it.
        notes: Vec<String>,
    },
}

impl Block {
    /// A table alone.
    pub fn table(table: Table) -> Self {
        Block::Table { title: None, table, notes: vec![] }
    }

    /// A table with a title.
    pub fn titled(title: impl Into<String>, table: Table, notes: Vec<String>) -> Self {
        Block::Table { title: Some(title.into()), table, notes }
    }
}

/// A part of a section on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Open tables and paragraphs.
    Open(Vec<Block>),
    /// The same, folded under a title.
    Folded(&'static str, Vec<Block>),
    /// The text for a terminal, folded under a title.
    Text(&'static str, Vec<Block>),
}

/// The sections of `recording` in `format`.
pub fn render(recording: &Recording, sections: &[&Section], format: Format) -> String {
    let of = Analysed::of(recording);
    let mut blocks = Vec::new();
    for section in sections {
        blocks.extend(match format {
            Format::Table => (section.in_full)(&of).unwrap_or_default(),
            Format::Markdown => (section.in_short)(&of).unwrap_or_default(),
            Format::Csv | Format::Json => vec![],
        });
    }
    match format {
        Format::Table => terminal::blocks(&blocks),
        Format::Markdown => markdown::blocks(&blocks),
        // A file of comma-separated values has one header.
        Format::Csv => match sections.iter().find_map(|section| (section.values)(&of)) {
            Some(values) => csv::table(&values),
            None => String::new(),
        },
        Format::Json => json::document(&document(&of, sections)),
    }
}

/// The warnings on a recording, and the values of every section.
fn document(of: &Analysed<'_>, sections: &[&Section]) -> Value {
    let mut withheld = Vec::new();
    for row in of.summary.all_rows() {
        if row.withheld {
            withheld.push(row.workload.called());
        }
    }
    let warnings: Vec<String> = of.summary.warnings.iter().map(ToString::to_string).collect();
    let mut document = json!({ "withheld": withheld, "stamps": warnings, study::SECTION.key: [] });
    for section in sections {
        if let Some(values) = (section.values)(of) {
            document[section.key] = json::rows(&values);
        }
    }
    document
}
