//! Tables: plain for a terminal, and in Markdown.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::report::escape;

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

/// The same in Markdown.
pub fn markdown(header: &[&str], right: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = header.iter().map(|name| if right.contains(name) { "---:" } else { "---" }.to_owned());
    let head = line(&header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let rows = rows.into_iter().map(|mut cells| {
        cells.resize(header.len(), String::new());
        line(&cells.iter().map(|cell| escape::markdown(cell)).collect::<Vec<_>>())
    });
    [head, line(&rule.collect::<Vec<_>>())].into_iter().chain(rows).collect()
}
