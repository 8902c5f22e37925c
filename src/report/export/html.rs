//! HTML for the page.

use maud::{Markup, html};

use crate::report::block::{Block, Panel};
use crate::report::escape::{lines, plain};
use crate::report::{export::terminal, style::TerminalStyle, table::Table};

/// A table with sortable columns.
pub fn table(caption: &str, table: &Table) -> Markup {
    let caption = plain(caption);
    html! {
        div.wide tabindex="0" role="group" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr {
                    @for column in table.columns() { th scope="col" { button type="button" { (plain(&column.name)) } } }
                } }
                tbody {
                    @for row in table.texts() {
                        tr { @for (at, cell) in row.iter().enumerate() {
                            @if at == 0 { th scope="row" { (plain(cell)) } } @else { td { (plain(cell)) } }
                        } }
                    }
                }
            }
        }
    }
}

/// A part of a section.
pub fn panel(panel: &Panel) -> Markup {
    html! {
        @match panel {
            Panel::Open(blocks) => (self::blocks(blocks)),
            Panel::Folded(title, blocks) => details { summary { (title) } (self::blocks(blocks)) },
            Panel::Text(title, blocks) => details {
                summary { (title) }
                pre tabindex="0" role="group" aria-label=(title) { (lines(&terminal::blocks(blocks, TerminalStyle::UNLIMITED))) }
            },
        }
    }
}

fn blocks(blocks: &[Block]) -> Markup {
    html! { @for block in blocks { (self::block(block)) } }
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Paragraph(text) => p { (plain(text)) },
            Block::Notes(notes) => (paragraphs(notes)),
            Block::Table { title, table, notes } => {
                (self::table(title.as_deref().unwrap_or_default(), table))
                (paragraphs(notes))
            }
        }
    }
}

fn paragraphs(notes: &[String]) -> Markup {
    html! { @for note in notes { p { (plain(note)) } } }
}
