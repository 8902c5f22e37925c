//! One file a format, each over the one [`Table`]: values in, text out.

use crate::report::{block::Block, style::TerminalStyle, table::Table};

pub mod csv;
mod fit;
pub mod html;
pub mod json;
pub mod markdown;
pub mod terminal;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal, with the machine, the warnings and how to read it
    Table,
    /// In Markdown, for a page
    Markdown,
    /// Comma-separated values with a header, for programs
    Csv,
    /// As JSON, for programs
    Json,
}

/// `values` in `format`; a terminal shows `blocks` instead.
pub fn write(format: Format, blocks: &[Block], values: &Table, style: TerminalStyle) -> String {
    match format {
        Format::Table => terminal::blocks(blocks, style),
        Format::Markdown => markdown::table(values),
        Format::Csv => csv::table(values),
        Format::Json => json::document(&json::rows(values)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_formats_show_values_and_unknowns() {
        let rows = [("a|b", Some(1.5)), ("=c", None)];
        let table = Table::of(&rows).left("model", |it| it.0).left("ns", |it| it.1).build();
        let of =
            |format| write(format, &[Block::Paragraph("table".into())], &table, TerminalStyle::UNLIMITED);
        assert_eq!(of(Format::Table), "table\n");
        assert_eq!(of(Format::Markdown), "| model | ns |\n| --- | --- |\n| a\\|b | 1.5 |\n| =c | - |\n");
        assert_eq!(of(Format::Csv), "model,ns\n\"a|b\",1.5\n\"'=c\",\n");
        assert_eq!(
            json::rows(&table),
            serde_json::json!([{"model": "a|b", "ns": 1.5}, {"model": "=c", "ns": null}])
        );
    }
}
