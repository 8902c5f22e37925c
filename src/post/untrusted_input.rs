//! Tests that text in any field of a recording stays text in every format. Fields are found by trial, so that
//! new fields are tested without changes here.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::analysis::analysed::Analysed;
use crate::analysis::arrivals::tests::{Served, arrivals_of};
use crate::post::{charts::charts, chirpy, claims::tests::inside, page, sections};
use crate::record::{checksum::add_checksum, read::parse, schema::Failure, schema::Recording};
use crate::report::style::TerminalStyle;
use crate::report::{
    chart::{Chart, palette::Mode},
    escape::tests::hostile,
    export::Format,
    render::render_analysed,
};

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
    parse(add_checksum(&json_with(recording, fields, text).to_string()).as_bytes()).ok()
}

fn json_with(recording: &Recording, fields: &BTreeSet<String>, text: &str) -> Value {
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
    value
}

/// The fields of `recording` whose types accept any text; includes empty fields if `filled`. Names that refer to others are
/// accepted only if all of them are changed.
pub(crate) fn fields(recording: &Recording, filled: bool) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    leaves(&mut serde_json::to_value(recording).unwrap(), "", &mut |path, leaf| {
        if leaf.is_string() || filled && leaf.is_null() {
            all.insert(path.to_owned());
        }
    });
    all.remove("/schema");
    all.retain(|path| {
        let changed = json_with(recording, &[path.clone()].into(), "any");
        serde_json::from_value::<Recording>(changed).is_ok()
    });
    all
}

/// The structure that a reader's program would see besides text, by format.
fn structure(recordings: &[Recording]) -> Vec<(&'static str, usize)> {
    let analysed = Analysed::all(recordings);
    let page = page::of_analysed(&vec!["a.json".into(); recordings.len()], &analysed);
    let charts: Vec<Chart> = charts(&analysed).into_iter().flatten().collect();
    let post = chirpy::post(&analysed, &charts, Some("https://example.org/x"));
    let [_, front, post] = post.splitn(3, "---\n").collect::<Vec<_>>().try_into().unwrap();
    let [table, markdown, csv] =
        [Format::Table, Format::Markdown, Format::Csv].map(|format| written(&analysed, format));
    for text in [&page, front, post, &table, &markdown, &csv] {
        assert_plain(text);
    }
    let mut nodes = 0;
    for chart in charts {
        let svg = chart.svg(Mode::Auto);
        assert_plain(&svg);
        nodes += elements(&svg);
    }
    let mut commas = 0;
    for outside in csv.split('"').step_by(2) {
        commas += outside.matches(',').count();
    }
    vec![
        ("nodes of charts", nodes),
        ("tags of the page", page.matches('<').count() - lines_of_charts(&page)),
        ("lines before the post", front.lines().count()),
        ("cells, links and tags of the post", unescaped(post)),
        ("cells, links and tags of Markdown", unescaped(&markdown)),
        ("commas between values", commas),
        ("lines of values", csv.lines().count()),
    ]
}

/// The elements of a chart but its lines of text: a long text has several.
fn elements(svg: &str) -> usize {
    let document = roxmltree::Document::parse(svg).unwrap();
    document.descendants().filter(|node| node.is_element() && node.tag_name().name() != "text").count()
}

/// The tags of lines of text in the charts of a page.
fn lines_of_charts(page: &str) -> usize {
    page.matches("<text ").count() + page.matches("</text>").count()
}

fn written(recordings: &[Analysed<'_>], format: Format) -> String {
    let sections = sections();
    recordings.iter().map(|it| render_analysed(it, &sections, format, TerminalStyle::UNLIMITED)).collect()
}

/// Nothing in `text` controls a terminal or reverses text.
fn assert_plain(text: &str) {
    for c in text.chars() {
        assert!(c == '\n' || !c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c), "{c:?}");
    }
}

/// Characters that Markdown would not treat as text.
fn unescaped(text: &str) -> usize {
    let (mut count, mut is_escaped) = (0, false);
    for c in text.chars() {
        count += usize::from("[]<|{".contains(c) && !is_escaped);
        is_escaped = c == '\\' && !is_escaped;
    }
    count
}

/// Each of `recordings` with `text` in its fields.
fn all_with(recordings: &[Recording], fields: &[BTreeSet<String>], text: &str) -> Vec<Recording> {
    recordings.iter().zip(fields).map(|(it, fields)| with(it, fields, text).unwrap()).collect()
}

/// Jobs that came over time to models, some of which failed.
fn arrived() -> Recording {
    let mut recording =
        arrivals_of(&[Served::new("rayon", 2, 200, 110), Served::new("prefork", 2, 100, 110)], &[20, 80]);
    let arrivals = recording.arrivals.as_mut().unwrap();
    // Names that refer to others are all there, or none of them.
    let tag = Some("3.13".to_owned());
    arrivals.workloads[0].platform.clone_from(&tag);
    for arm in &mut arrivals.arms {
        arm.platform.clone_from(&tag);
    }
    for launch in &mut arrivals.launches {
        launch.platform.clone_from(&tag);
    }
    arrivals.launches[0].failures.push(Failure { arm: 1, reason: "it broke".into(), unavailable: false });
    arrivals.launches[1].failure = Some("it hung".into());
    recording
}

/// Each hostile text changes no structure, in the fields that have text, and also in those that have none if `filled`.
fn assert_escaped(filled: bool, least_fields: usize) {
    let mut recordings = inside();
    recordings.push(arrived());
    let fields: Vec<BTreeSet<String>> = recordings.iter().map(|it| fields(it, filled)).collect();
    assert!(fields.iter().flatten().collect::<BTreeSet<_>>().len() >= least_fields);
    let harmless = structure(&all_with(&recordings, &fields, "harmless"));
    assert!(harmless.iter().all(|(_, count)| *count > 0), "{harmless:?}");
    for text in hostile() {
        assert_eq!(structure(&all_with(&recordings, &fields, &text)), harmless, "{text:?}");
    }
}

#[test]
fn untrusted_text_is_escaped_in_every_format() {
    assert_escaped(false, 25);
}

#[test]
fn untrusted_text_in_empty_fields_is_escaped() {
    assert_escaped(true, 40);
}
