//! Documents of JSON, and what is in them.

use serde_json::{Value, json};

/// Documents of about 200 KiB.
pub fn documents() -> Vec<String> {
    let mut documents = Vec::new();
    for number in 0..48 {
        let mut rows = Vec::new();
        for row in 0..1_500 {
            let name = format!("row {row} of {number}, with a \u{e9} and a \"quote\"");
            rows.push(json!({ "id": row * 7 + number, "name": name, "share": f64::from(row) / 7.0, "tags": ["a", null, true] }));
        }
        documents.push(Value::Array(rows).to_string());
    }
    documents
}

/// The value of a document.
///
/// # Errors
/// If it is no JSON.
pub fn parse(document: &str) -> serde_json::Result<Value> {
    serde_json::from_str(document)
}
