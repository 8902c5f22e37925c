//! A timeline in characters: a row for each job.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::engine::{Phase, Span};

use crate::stats::units;

/// The maximum number of rows.
const ROWS: usize = 24;

/// The states of a column.
const COMPUTES: char = '█';
const WAITS: char = '░';
const NEITHER: char = ' ';

/// The maximum number of phases per job: with more, columns would show an arbitrary selection.
const PHASES: usize = 8;

/// `spans` in rows of `width` columns, truncated to the beginning of long ones; empty if there are none.
pub fn timeline(spans: &[Span], width: usize) -> String {
    let (mut start, mut end, mut stop) = (u64::MAX, 0, 0);
    let mut jobs: BTreeMap<u32, Vec<&Span>> = BTreeMap::new();
    for span in spans {
        start = start.min(span.start.ns());
        end = end.max(span.stop.ns());
        jobs.entry(span.job).or_default().push(span);
    }
    for spans in jobs.values_mut() {
        spans.sort_by_key(|span| span.start);
        spans.truncate(PHASES);
        stop = stop.max(spans[spans.len() - 1].stop.ns());
    }
    if start >= stop {
        return String::new();
    }
    let column_ns = (stop - start) as f64 / width as f64;
    let mut text = String::new();
    for (job, spans) in jobs.iter().take(ROWS) {
        let _ = writeln!(text, "{job:>4} {}", row(spans, start, column_ns, width).trim_end());
    }
    if jobs.len() > ROWS {
        let _ = writeln!(text, "     and {} more", jobs.len() - ROWS);
    }
    let [shown, all] = [stop, end].map(|it| units::nanoseconds((it - start) as f64));
    let of_all = if stop < end { format!(", the beginning of {all}") } else { String::new() };
    let rest = width - 1;
    let _ = writeln!(text, "     0{shown:>rest$}   {COMPUTES} computes {WAITS} waits{of_all}");
    text
}

fn row(spans: &[&Span], start: u64, column_ns: f64, width: usize) -> String {
    let mut shares = vec![[0.0; 2]; width];
    for span in spans {
        let (from, to) =
            ((span.start.ns() - start) as f64 / column_ns, (span.stop.ns() - start) as f64 / column_ns);
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
            COMPUTES
        } else if waits >= neither {
            WAITS
        } else {
            NEITHER
        });
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn timeline_shows_one_row_per_job() {
        let spans = [
            span(0, Phase::Wait, 0..600),
            span(0, Phase::Compute, 600..660),
            span(1, Phase::Wait, 0..600),
            span(1, Phase::Compute, 660..720),
            span(2, Phase::Wait, 120..360),
        ];
        insta::assert_snapshot!(timeline(&spans, 24));
        assert_eq!(timeline(&[], 24), "");
    }

    #[test]
    fn omitted_rows_are_counted() {
        let spans: Vec<_> = (0..30).map(|job| span(job, Phase::Wait, 0..10)).collect();
        assert!(timeline(&spans, 10).contains("and 6 more"));
    }
}
