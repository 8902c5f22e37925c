//! Plain tables for a terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// A table without lines: columns named in `right` are aligned right, the others left.
pub fn plain(header: &[&str], right: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header.iter().copied()).add_rows(rows);
    for column in table.column_iter_mut() {
        let name = header[column.index];
        column.set_cell_alignment(if right.contains(&name) {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        });
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
