//! Traces in the Trace Event Format, which Perfetto and Chromium's tracing page open
//! (<https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>, "Complete Events" and "Metadata
//! Events").

use serde_json::{Value, json};

use crate::engine::trace::overlap::{processes, threads};
use crate::engine::{Phase, Span};

/// `spans` as a document in that format; times are in microseconds since the first span.
pub fn document(spans: &[Span]) -> Value {
    let begun = spans.iter().map(|span| span.start.ns()).min().unwrap_or(0);
    let mut events = names(spans);
    for span in spans {
        events.push(complete(span, begun));
    }
    json!({ "traceEvents": events, "displayTimeUnit": "ms" })
}

fn complete(span: &Span, begun: u64) -> Value {
    let what = match span.phase {
        Phase::Wait => "wait",
        Phase::Compute => "compute",
    };
    json!({
        "name": format!("job {} {what}s", span.job),
        "cat": what,
        "ph": "X",
        "ts": (span.start.ns() - begun) as f64 / 1e3,
        "dur": span.len_ns() as f64 / 1e3,
        "pid": span.process,
        "tid": span.thread,
        "args": { "job": span.job, "core": span.cpu },
    })
}

/// The names of processes and threads.
fn names(spans: &[Span]) -> Vec<Value> {
    let mut names = vec![];
    for process in processes(spans) {
        names.push(name("process", process, process, process));
    }
    for (process, threads) in threads(spans) {
        for thread in threads {
            names.push(name("thread", process, thread, thread));
        }
    }
    names
}

fn name(of: &str, process: u32, thread: u32, number: u32) -> Value {
    let name = format!("{of} {number}");
    json!({ "name": format!("{of}_name"), "ph": "M", "pid": process, "tid": thread, "args": { "name": name } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn every_event_has_required_fields() {
        let spans = [span(0, Phase::Wait, 5_000..7_500), span(1, Phase::Compute, 8_000..9_000)];
        let document = document(&spans);
        let events = document["traceEvents"].as_array().unwrap();
        for event in events {
            assert!(event["name"].is_string() && event["pid"].is_u64() && event["tid"].is_u64(), "{event}");
            match event["ph"].as_str().unwrap() {
                "X" => assert!(event["ts"].is_f64() && event["dur"].is_f64() && event["cat"].is_string()),
                "M" => assert!(event["args"]["name"].is_string()),
                other => panic!("{other} is no phase of ours"),
            }
        }
        let complete: Vec<_> = events.iter().filter(|event| event["ph"] == "X").collect();
        assert_eq!((&complete[0]["ts"], &complete[0]["dur"]), (&json!(0.0), &json!(2.5)));
        assert_eq!(complete[1]["ts"], json!(3.0));
    }
}
