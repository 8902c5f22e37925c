//! HTML for the page.

use maud::{Markup, html};

use crate::report::block::{Block, Panel};
use crate::report::escape::{lines, plain};
use crate::report::table::{Align, Table};
use crate::report::{export::terminal, style::TerminalStyle};

/// A table with sortable columns.
pub fn table(caption: &str, table: &Table) -> Markup {
    let name = plain(caption);
    in_frame(&name, html! { caption { (name) } }, table)
}

/// A table with its caption, in a frame of its own that scrolls.
fn in_frame(name: &str, caption: Markup, table: &Table) -> Markup {
    html! {
        div.wide tabindex="0" role="group" aria-label=(name) {
            table {
                (caption)
                thead { tr {
                    @for column in table.columns() { th.number[column.align == Align::Right] scope="col" { button type="button" { (plain(&column.name)) } } }
                } }
                tbody {
                    @for row in table.texts() {
                        tr { @for (at, (cell, column)) in row.iter().zip(table.columns()).enumerate() {
                            @let is_number = column.align == Align::Right;
                            @if at == 0 { th scope="row" { (plain(cell)) } } @else { td.number[is_number] { (plain(cell)) } }
                        } }
                    }
                }
            }
        }
    }
}

/// A part of a section, folded; an open one under `title`.
pub fn folded(panel: &Panel, title: &str) -> Markup {
    html! {
        @match panel {
            Panel::Open(blocks) => details { summary { (title) } (self::blocks(blocks, title)) },
            Panel::Folded(title, blocks) => details { summary { (title) } (self::blocks(blocks, title)) },
            Panel::Text(title, blocks) => details {
                summary { (title) }
                pre tabindex="0" role="group" aria-label=(title) { (lines(&terminal::blocks(blocks, TerminalStyle::UNLIMITED))) }
            },
        }
    }
}

/// Tables and paragraphs; a table without a title is called `heading` where it is not seen.
pub fn blocks(blocks: &[Block], heading: &str) -> Markup {
    html! { @for block in blocks { (self::block(block, heading)) } }
}

fn block(block: &Block, heading: &str) -> Markup {
    html! {
        @match block {
            Block::Paragraph(text) => p { (plain(text)) },
            Block::Notes(notes) => (paragraphs(notes)),
            Block::Table { title, table, notes } => {
                @match title {
                    Some(title) => (self::table(title, table)),
                    None => (in_frame(heading, html! { caption.said { (heading) } }, table)),
                }
                (paragraphs(notes))
            }
        }
    }
}

fn paragraphs(notes: &[String]) -> Markup {
    html! { @for note in notes { p { (plain(note)) } } }
}
