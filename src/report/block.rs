//! What sections are made of: tables and lines, independent of a format.

use crate::report::table::Table;

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
