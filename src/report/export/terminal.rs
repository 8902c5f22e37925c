//! Plain text for a terminal of any width.

use comfy_table::CellAlignment;
use comfy_table::presets::NOTHING;

use crate::report::block::Block;
use crate::report::export::fit::{Fitted, GAP, cell_lines, header_lines};
use crate::report::style::TerminalStyle;
use crate::report::table::{Align, Table};

/// The indent of the further lines of a note.
const INDENT: &str = "  ";

/// A table without lines, and the names of the columns that have no room.
pub fn table(table: &Table, style: TerminalStyle) -> String {
    let drawn = Drawn::of(table, style);
    match &drawn.left_out {
        None => drawn.text,
        Some(left_out) => drawn.text + &left_out.note(style),
    }
}

/// `blocks` with an empty line between them; text of recordings can't control the terminal. Where tables lack the same
/// columns, the line that names them stands beneath the last of them.
pub fn blocks(blocks: &[Block], style: TerminalStyle) -> String {
    let mut drawn: Vec<(String, Option<LeftOut>)> = blocks.iter().map(|it| block(it, style)).collect();
    let mut later: Option<LeftOut> = None;
    for (text, left_out) in drawn.iter_mut().rev() {
        let Some(mut left_out) = left_out.take() else { continue };
        match &mut later {
            Some(later) if later.names == left_out.names => later.needed = later.needed.max(left_out.needed),
            _ => {
                left_out.needed = left_out.needed.max(style.width + 1);
                *text += &left_out.note(style);
                later = Some(left_out);
            }
        }
    }
    let texts: Vec<String> = drawn.into_iter().map(|(text, _)| text).collect();
    texts.join("\n")
}

fn block(block: &Block, style: TerminalStyle) -> (String, Option<LeftOut>) {
    match block {
        Block::Paragraph(text) => (joined(style.wrapped(text, "")), None),
        Block::Notes(lines) => (notes(lines, style), None),
        Block::Table { title, table, notes: below } => {
            let drawn = Drawn::of(table, style);
            let mut text = String::new();
            for line in style.wrapped(title.as_deref().unwrap_or_default(), INDENT) {
                text += &(style.bold(&line) + "\n");
            }
            text += &drawn.text;
            text += &notes(below, style);
            (text, drawn.left_out)
        }
    }
}

/// Lines of their own; warnings are not dim.
fn notes(notes: &[String], style: TerminalStyle) -> String {
    let mut text = String::new();
    for note in notes {
        text += &joined(style.wrapped(note, INDENT));
    }
    text
}

fn joined(lines: Vec<String>) -> String {
    let mut text = String::new();
    for line in lines {
        text += &line;
        text.push('\n');
    }
    text
}

/// A table in lines.
struct Drawn {
    text: String,
    left_out: Option<LeftOut>,
}

/// The columns that have no room.
struct LeftOut {
    names: Vec<String>,
    /// The width at which they have.
    needed: usize,
}

impl LeftOut {
    fn note(&self, style: TerminalStyle) -> String {
        let note = format!(
            "Left out at {} columns: {}. A wider terminal or COLUMNS={} shows them.",
            style.width,
            self.names.join(", "),
            self.needed
        );
        let mut text = String::new();
        for line in style.wrapped(&note, INDENT) {
            text += &(style.dim(&line) + "\n");
        }
        text
    }
}

impl Drawn {
    fn of(table: &Table, style: TerminalStyle) -> Self {
        let mut texts = table.texts();
        for cell in texts.iter_mut().flatten() {
            *cell = style.text(cell).replace('\n', " ");
        }
        let fitted = Fitted::of(table, &texts, style.width);
        let mut names = Vec::new();
        for &at in &fitted.left_out {
            let name = name_of(table, at, &fitted);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let left_out = if names.is_empty() { None } else { Some(LeftOut { names, needed: fitted.needed }) };
        Drawn { text: lines(table, &texts, &fitted, style), left_out }
    }
}

/// The name of a column that has no room: of what it is the interval, if others are shown.
fn name_of(table: &Table, at: usize, fitted: &Fitted) -> String {
    let columns = table.columns();
    let is_of_its_own = fitted.shown.iter().all(|(shown, _)| columns[*shown].name != columns[at].name);
    match at.checked_sub(1) {
        Some(before) if !is_of_its_own => format!("{} of {}", columns[at].name, columns[before].name),
        _ => columns[at].name.clone(),
    }
}

fn lines(table: &Table, texts: &[Vec<String>], fitted: &Fitted, style: TerminalStyle) -> String {
    let (mut header, mut height) = (Vec::new(), 0);
    for &(at, width) in &fitted.shown {
        let lines = header_lines(&style.text(&table.columns()[at].name), width);
        height = height.max(lines.len());
        header.push(lines);
    }
    // The last line of each header is next to its column.
    let bottom = header.into_iter().map(|lines| "\n".repeat(height - lines.len()) + &lines.join("\n"));
    let mut shown = comfy_table::Table::new();
    shown.load_style(NOTHING).set_header(bottom);
    for row in texts {
        shown.add_row(fitted.shown.iter().map(|&(at, width)| cell_lines(&row[at], width).join("\n")));
    }
    for (&(at, _), column) in fitted.shown.iter().zip(shown.column_iter_mut()) {
        let alignment = match table.columns()[at].align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        };
        column.set_cell_alignment(alignment);
        column.set_padding((0, GAP));
    }
    let mut text = String::new();
    for (at, line) in shown.lines().enumerate() {
        let line = line.trim_end();
        text += &if at < height { style.bold(line) } else { line.to_owned() };
        text.push('\n');
    }
    text
}
