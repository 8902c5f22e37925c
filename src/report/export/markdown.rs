//! Markdown for a page.

use crate::report::table::{Align, Table};
use crate::report::{block::Block, escape::markdown as escape};

/// A table; text of recordings stays text in its cell.
pub fn table(table: &Table) -> String {
    let (mut names, mut rules) = (Vec::new(), Vec::new());
    for column in table.columns() {
        names.push(escape(&column.name));
        rules.push(match column.align {
            Align::Left => "---".to_owned(),
            Align::Right => "---:".to_owned(),
        });
    }
    let mut text = line(&names) + &line(&rules);
    for row in table.texts() {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        text += &line(&cells);
    }
    text
}

/// `blocks` with an empty line between them.
pub fn blocks(blocks: &[Block]) -> String {
    let texts: Vec<String> = blocks.iter().map(block).collect();
    texts.join("\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(text) => escape(text) + "\n",
        Block::Notes(notes) => lines(notes),
        Block::Table { title, table, notes } => {
            let mut text = String::new();
            if let Some(title) = title {
                text = escape(title) + ":\n\n";
            }
            text += &self::table(table);
            if !notes.is_empty() {
                text = text + "\n" + &lines(notes);
            }
            text
        }
    }
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Two spaces at the end of a line keep the next from being joined to it.
fn lines(notes: &[String]) -> String {
    let mut text = String::new();
    for note in notes {
        text += &escape(note);
        text += "  \n";
    }
    text
}
