//! Plain text for a terminal.

use comfy_table::CellAlignment;
use comfy_table::presets::NOTHING;

use crate::report::table::{Align, Table};
use crate::report::{block::Block, escape};

/// A table without lines.
pub fn table(table: &Table) -> String {
    let mut shown = comfy_table::Table::new();
    let header: Vec<&str> = table.columns().iter().map(|column| column.name.as_str()).collect();
    shown.load_style(NOTHING).set_header(header).add_rows(table.texts());
    for (column, shown) in table.columns().iter().zip(shown.column_iter_mut()) {
        shown.set_cell_alignment(match column.align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    let mut text = String::new();
    for line in shown.lines() {
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// `blocks` with an empty line between them; text of recordings can't control the terminal.
pub fn blocks(blocks: &[Block]) -> String {
    let texts: Vec<String> = blocks.iter().map(block).collect();
    escape::lines(&texts.join("\n"))
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(text) => format!("{text}\n"),
        Block::Notes(notes) => lines(notes),
        Block::Table { title: Some(title), table, notes } => {
            format!("{title}\n{}{}", self::table(table), lines(notes))
        }
        Block::Table { title: None, table, notes } => self::table(table) + &lines(notes),
    }
}

fn lines(notes: &[String]) -> String {
    let mut text = String::new();
    for note in notes {
        text += note;
        text.push('\n');
    }
    text
}
