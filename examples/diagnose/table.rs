//! Rows of text as a table.

use bakeoff::internals::report::export::terminal;
use bakeoff::internals::report::style::TerminalStyle;
use bakeoff::internals::report::table::{Table, Unit};

/// A table for a terminal; the columns in `right` are aligned right.
pub(super) fn plain(header: &[&str], right: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let mut columns = Table::of(&rows);
    for (at, name) in header.iter().enumerate() {
        columns = if right.contains(name) {
            columns.right(*name, Unit::Plain, |row| row[at].as_str())
        } else {
            columns.left(*name, |row| row[at].as_str())
        };
    }
    terminal::table(&columns.build(), TerminalStyle::UNLIMITED)
}
