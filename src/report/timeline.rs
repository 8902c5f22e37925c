//! A timeline in characters: a row for each job.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::engine::{Phase, Span};
use crate::report::chart::timeline::Phases;
use crate::report::style::TerminalStyle;
use crate::stats::units;

/// The maximum number of rows.
const ROWS: usize = 24;

/// The maximum number of phases of each job that is shown: with more, columns would show an arbitrary selection.
const PHASES: usize = 8;

/// The maximum number of columns of a row.
const COLUMNS: usize = 100;

/// The states of a column.
struct Signs {
    computes: char,
    waits: char,
}

impl Signs {
    fn of(style: TerminalStyle) -> Self {
        if style.ascii {
            Signs { computes: '#', waits: '.' }
        } else {
            Signs { computes: '█', waits: '░' }
        }
    }
}

/// What is shown of the time: its beginning and end, in nanoseconds.
struct Window {
    start: u64,
    stop: u64,
    columns: usize,
}

/// What jobs are called, and how long a second is.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// The name of a job.
    pub job: &'a dyn Fn(u32) -> String,
    /// What it does.
    pub phases: Phases,
    /// The length of a second, in nanoseconds.
    pub second_ns: u64,
}

/// `spans` in rows that fit the terminal; empty if there are none. Of long ones it is the beginning, in which every job has its
/// first phases.
pub fn timeline(spans: &[Span], words: Words<'_>, style: TerminalStyle) -> String {
    let (mut start, mut end, mut stop) = (u64::MAX, 0, 0);
    let mut jobs: BTreeMap<u32, Vec<&Span>> = BTreeMap::new();
    for span in spans {
        start = start.min(span.start.ns());
        end = end.max(span.stop.ns());
        jobs.entry(span.job).or_default().push(span);
    }
    for spans in jobs.values_mut() {
        spans.sort_by_key(|span| span.start);
        stop = stop.max(spans[spans.len().min(PHASES) - 1].stop.ns());
    }
    if start >= stop {
        return String::new();
    }
    let mut label = 0;
    for job in jobs.keys().take(ROWS) {
        label = label.max((words.job)(*job).chars().count());
    }
    let columns = style.width.saturating_sub(label + 2).clamp(1, COLUMNS);
    let (window, signs) = (Window { start, stop, columns }, Signs::of(style));
    let mut text = String::new();
    for (job, spans) in jobs.iter().take(ROWS) {
        let name = style.text(&(words.job)(*job));
        let _ = writeln!(text, "{name:>label$} {}", row(spans, &window, &signs).trim_end());
    }
    if jobs.len() > ROWS {
        let _ = writeln!(text, "{:label$} and {} more", "", jobs.len() - ROWS);
    }
    let [shown, all] = [stop, end].map(|it| seconds(it - start, words.second_ns));
    let rest = columns.saturating_sub(1);
    let _ = writeln!(text, "{:label$} 0{shown:>rest$}", "");
    let of_all = if stop < end { format!("; the beginning of {all}") } else { String::new() };
    let Phases { computes, waits } = words.phases;
    let key = format!("{} {computes}, {} {waits}{of_all}", signs.computes, signs.waits);
    let _ = writeln!(text, "{:label$} {key}", "");
    text
}

/// A time in seconds that take `second_ns`: real ones as they are, those of a story as such.
fn seconds(ns: u64, second_ns: u64) -> String {
    match second_ns {
        REAL => units::nanoseconds(ns as f64),
        _ => format!("{} s", units::grouped(&format!("{:.0}", ns as f64 / second_ns.max(1) as f64))),
    }
}

/// A second that takes as long as it is.
const REAL: u64 = 1_000_000_000;

fn row(spans: &[&Span], window: &Window, signs: &Signs) -> String {
    let column_ns = (window.stop - window.start) as f64 / window.columns as f64;
    let mut shares = vec![[0.0; 2]; window.columns];
    for span in spans {
        let [from, to] = [span.start, span.stop].map(|it| (it.ns() - window.start) as f64 / column_ns);
        let phase = usize::from(span.phase == Phase::Wait);
        for (column, shares) in shares.iter_mut().enumerate() {
            let (left, right) = (column as f64, column as f64 + 1.0);
            shares[phase] += (to.min(right) - from.max(left)).max(0.0);
        }
    }
    let mut row = String::new();
    for [computes, waits] in shares {
        let neither = 1.0 - computes - waits;
        // Computing is rare and short in most stories: a quarter of a column makes it visible.
        row.push(if computes >= 0.25 {
            signs.computes
        } else if waits >= neither {
            signs.waits
        } else {
            ' '
        });
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::trace::overlap::tests::span;

    const WORDS: Words<'_> = Words {
        job: &|job| format!("job {job}"),
        phases: Phases { computes: "computes", waits: "waits" },
        second_ns: REAL,
    };

    const STYLE: TerminalStyle = TerminalStyle { width: 31, ascii: false, coloured: false };

    #[test]
    fn timeline_shows_one_row_per_job() {
        let spans = [
            span(0, Phase::Wait, 0..600),
            span(0, Phase::Compute, 600..660),
            span(1, Phase::Wait, 0..600),
            span(1, Phase::Compute, 660..720),
            span(2, Phase::Wait, 120..360),
        ];
        insta::assert_snapshot!(timeline(&spans, WORDS, STYLE));
        assert_eq!(timeline(&[], WORDS, STYLE), "");
    }

    #[test]
    fn omitted_rows_are_counted() {
        let spans: Vec<_> = (0..30).map(|job| span(job, Phase::Wait, 0..10)).collect();
        assert!(timeline(&spans, WORDS, STYLE).contains("and 6 more"));
    }

    #[test]
    fn long_jobs_in_turn_are_all_visible() {
        let mut spans = Vec::new();
        for job in 0..3 {
            for pair in 0..30 {
                let at = u64::from(job) * 18_000 + pair * 600;
                spans.push(span(job, Phase::Compute, at..at + 50));
                spans.push(span(job, Phase::Wait, at + 50..at + 600));
            }
        }
        let text = timeline(&spans, Words { second_ns: 1, ..WORDS }, TerminalStyle { ascii: true, ..STYLE });
        let rows: Vec<&str> = text.lines().take(3).collect();
        assert_eq!(
            rows,
            ["job 0 ...........", "job 1            ...........", "job 2                        ."]
        );
        assert!(text.contains("38,400 s\n") && text.ends_with("; the beginning of 54,000 s\n"), "{text}");
    }
}
