//! Rows of plain values for programs and pages: the output of every command besides its terminal table.

use serde_json::Value;

use crate::report::formats::Format;
use crate::report::{escape, table};

/// A table of values; unknown is null.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// Rows with one value per column.
    pub fn new<const N: usize>(columns: [&str; N], rows: impl IntoIterator<Item = [Value; N]>) -> Self {
        Table { columns: columns.map(str::to_owned).into(), rows: rows.into_iter().map(Vec::from).collect() }
    }

    /// Writes it in `format`; `table` renders it for a terminal.
    pub fn write(&self, format: Format, table: impl FnOnce() -> String) -> String {
        match format {
            Format::Table => table(),
            Format::Markdown => self.markdown(),
            Format::Csv => self.csv(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    /// A table in Markdown.
    pub fn markdown(&self) -> String {
        let header: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let text = |value: &Value| match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        table::markdown(&header, &[], self.rows.iter().map(|row| row.iter().map(text).collect()))
    }

    /// Comma-separated values with a header.
    pub fn csv(&self) -> String {
        let text = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => escape::csv(text),
            number => number.to_string(),
        };
        let rows = self.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(","));
        std::iter::once(self.columns.join(",")).chain(rows).map(|line| line + "\n").collect()
    }

    /// An object for each row.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Value>| -> serde_json::Map<String, Value> {
            self.columns.iter().cloned().zip(row.iter().cloned()).collect()
        };
        self.rows.iter().map(object).map(Value::Object).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_formats_show_values_and_unknowns() {
        let sheet = Table::new(["model", "ns"], [["a|b".into(), 1.5.into()], ["=c".into(), Value::Null]]);
        let of = |format| sheet.write(format, || "table".into());
        assert_eq!(of(Format::Table), "table");
        assert_eq!(of(Format::Markdown), "| model | ns |\n| --- | --- |\n| a\\|b | 1.5 |\n| =c | - |\n");
        assert_eq!(of(Format::Csv), "model,ns\n\"a|b\",1.5\n\"'=c\",\n");
        assert_eq!(
            sheet.json(),
            serde_json::json!([{"model": "a|b", "ns": 1.5}, {"model": "=c", "ns": null}])
        );
    }
}
