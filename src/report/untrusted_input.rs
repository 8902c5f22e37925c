//! Tests that text in any field of a recording stays text in every format. Fields are found by trial, so that
//! new
//! fields are tested without changes here.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::post::charts::charts;
use crate::post::claims::tests::inside;
use crate::post::{chirpy, page, sections};
use crate::record::checksum::add_checksum;
use crate::record::read::parse;
use crate::record::schema::Recording;
use crate::report::chart::palette::Mode;
use crate::report::escape::tests::hostile;
use crate::report::export::Format;
use crate::report::section::render;

/// Calls `change` with each leaf of `value` and its path, without list indices.
fn leaves(value: &mut Value, path: &str, change: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                leaves(field, &format!("{path}/{name}"), change);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| leaves(item, path, change)),
        leaf => change(path, leaf),
    }
}

/// `recording` with `text` prepended in the fields with these paths, so that equal values stay equal.
pub(crate) fn with(recording: &Recording, fields: &BTreeSet<String>, text: &str) -> Option<Recording> {
    let mut value = serde_json::to_value(recording).unwrap();
    leaves(&mut value, "", &mut |path, leaf| {
        if fields.contains(path) {
            match leaf {
                Value::String(there) => there.insert_str(0, text),
                Value::Null => *leaf = text.into(),
                _ => {}
            }
        }
    });
    parse(add_checksum(&value.to_string()).as_bytes()).ok()
}

/// The fields of `recording` that accept any text; includes empty fields if `filled`.
pub(crate) fn fields(recording: &Recording, filled: bool) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    leaves(&mut serde_json::to_value(recording).unwrap(), "", &mut |path, leaf| {
        if leaf.is_string() || filled && leaf.is_null() {
            all.insert(path.to_owned());
        }
    });
    all.retain(|path| with(recording, &[path.clone()].into(), "any").is_some());
    all
}

/// The structure that a reader's program would see besides text, by format.
fn structure(recordings: &[Recording]) -> Vec<(&'static str, usize)> {
    let page = page::page(&vec!["a.json".into(); recordings.len()], recordings);
    let files = chirpy::files(recordings, Some("https://example.org/x")).unwrap();
    let post = String::from_utf8(files[0].1.clone()).unwrap();
    let [_, front, post] = post.splitn(3, "---\n").collect::<Vec<_>>().try_into().unwrap();
    let written = |format| recordings.iter().map(|it| render(it, &sections(), format)).collect::<String>();
    let (table, markdown, csv) = (written(Format::Table), written(Format::Markdown), written(Format::Csv));
    let svgs: Vec<String> = charts(recordings).into_iter().flatten().map(|it| it.svg(Mode::Auto)).collect();
    for text in
        [&page, front, post, &table, &markdown, &csv].into_iter().chain(svgs.iter().map(String::as_str))
    {
        let steers = |c: &char| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c);
        assert_eq!(text.chars().find(steers), None);
    }
    let nodes = |svg: &String| roxmltree::Document::parse(svg).unwrap().descendants().count();
    vec![
        ("nodes of charts", svgs.iter().map(nodes).sum()),
        ("tags of the page", page.matches('<').count()),
        ("lines before the post", front.lines().count()),
        ("cells, links and tags of the post", unescaped(post)),
        ("cells, links and tags of Markdown", unescaped(&markdown)),
        (
            "commas between values",
            csv.split('"').step_by(2).map(|outside| outside.matches(',').count()).sum(),
        ),
        ("lines of values", csv.lines().count()),
    ]
}

/// Characters that Markdown would not treat as text.
fn unescaped(text: &str) -> usize {
    let slashes = |at: usize| text[..at].chars().rev().take_while(|c| *c == '\\').count();
    text.char_indices().filter(|(at, c)| "[]<|{".contains(*c) && slashes(*at) % 2 == 0).count()
}

#[test]
fn untrusted_text_is_escaped_in_every_format() {
    let recordings = inside();
    for filled in [false, true] {
        let fields: Vec<BTreeSet<String>> = recordings.iter().map(|it| fields(it, filled)).collect();
        assert!(fields.iter().flatten().collect::<BTreeSet<_>>().len() >= if filled { 40 } else { 25 });
        let all_with = |text: &str| -> Vec<Recording> {
            recordings.iter().zip(&fields).map(|(it, fields)| with(it, fields, text).unwrap()).collect()
        };
        let harmless = structure(&all_with("harmless"));
        assert!(harmless.iter().all(|(_, count)| *count > 0), "{harmless:?}");
        for text in hostile() {
            assert_eq!(structure(&all_with(&text)), harmless, "{text:?}");
        }
    }
}
