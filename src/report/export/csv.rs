//! Comma-separated values for programs.

use ::csv::{QuoteStyle, WriterBuilder};
use serde_json::Value;

use crate::report::{escape, table::Table};

/// A table with its header. Text is quoted and numbers are not, so that an unknown number differs from an empty text.
/// The writer has no such style: fields are quoted before they reach it.
pub fn table(table: &Table) -> String {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Never).from_writer(Vec::new());
    let header = table.columns().iter().map(|column| header(&column.name));
    writer.write_record(header).expect("memory can be written to");
    for row in table.values() {
        writer.write_record(row.iter().map(field)).expect("all rows of a table have its columns");
    }
    let bytes = writer.into_inner().expect("memory can be written to");
    String::from_utf8(bytes).expect("fields of text are text")
}

/// A name is quoted only if it is not a name of this program: one may be that of a file.
fn header(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " _-%./".contains(c);
    if name.starts_with(char::is_alphanumeric) && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        escape::csv(name)
    }
}

fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => escape::csv(text),
        number => number.to_string(),
    }
}
