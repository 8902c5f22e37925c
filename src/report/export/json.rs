//! JSON for programs.

use serde_json::{Map, Value};

use crate::record::plain;
use crate::report::table::Table;

/// An object for each row of a table.
pub fn rows(table: &Table) -> Value {
    let mut rows = Vec::new();
    for values in table.values() {
        let mut row = Map::new();
        for (column, value) in table.columns().iter().zip(values) {
            row.insert(column.name.clone(), value);
        }
        rows.push(Value::Object(row));
    }
    Value::Array(rows)
}

/// A document of its own, which controls no terminal that shows it.
pub fn document(value: &Value) -> String {
    plain::json(&format!("{value:#}\n"))
}
