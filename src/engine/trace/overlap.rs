//! Evaluates spans by counting: pure functions without knowledge of models.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::engine::trace::{Phase, Span};

/// From the start of a job's first span to the end of its last, in nanoseconds, job by job.
pub fn lifetimes(spans: &[Span]) -> Vec<Range<u64>> {
    let mut jobs: BTreeMap<u32, Range<u64>> = BTreeMap::new();
    for span in spans {
        let life = jobs.entry(span.job).or_insert(span.start.ns()..span.stop.ns());
        *life = life.start.min(span.start.ns())..life.end.max(span.stop.ns());
    }
    jobs.into_values().collect()
}

/// The times of the spans of one phase, in nanoseconds.
pub fn times(spans: &[Span], phase: Phase) -> Vec<Range<u64>> {
    let mut times = vec![];
    for span in spans {
        if span.phase == phase {
            times.push(span.start.ns()..span.stop.ns());
        }
    }
    times
}

/// The lengths of `intervals` together, in nanoseconds.
pub fn sum_ns(intervals: &[Range<u64>]) -> u64 {
    let mut sum = 0;
    for interval in intervals {
        sum += interval.end - interval.start;
    }
    sum
}

/// The maximum number of `intervals` that overlap at any time. Adjacent intervals do not overlap.
pub fn most_at_once(intervals: &[Range<u64>]) -> u64 {
    let (mut now, mut most) = (0, 0);
    for (_, begins) in turns(intervals) {
        now = if begins { now + 1 } else { now - 1 };
        most = most.max(now);
    }
    most
}

/// The total time covered by at least one of `intervals`, in nanoseconds.
pub fn union_ns(intervals: &[Range<u64>]) -> u64 {
    let (mut union, mut open, mut since) = (0, 0_usize, 0);
    for (at, begins) in turns(intervals) {
        if begins && open == 0 {
            since = at;
        }
        open = if begins { open + 1 } else { open - 1 };
        if open == 0 {
            union += at - since;
        }
    }
    union
}

/// Every start (`true`) and end of a non-empty interval, in order; at equal times ends come first.
fn turns(intervals: &[Range<u64>]) -> Vec<(u64, bool)> {
    let mut turns = vec![];
    for interval in intervals {
        if !interval.is_empty() {
            turns.extend([(interval.start, true), (interval.end, false)]);
        }
    }
    turns.sort_unstable();
    turns
}

/// From the first start to the last end, in nanoseconds.
pub fn extent_ns(spans: &[Span]) -> u64 {
    let Some(first) = spans.first() else { return 0 };
    let mut extent = first.start.ns()..first.stop.ns();
    for span in spans {
        extent = extent.start.min(span.start.ns())..extent.end.max(span.stop.ns());
    }
    extent.end - extent.start
}

/// The processes that carried out jobs.
pub fn processes(spans: &[Span]) -> BTreeSet<u32> {
    threads(spans).into_keys().collect()
}

/// The threads that carried out jobs, by process.
pub fn threads(spans: &[Span]) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut threads: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for span in spans {
        threads.entry(span.process).or_default().insert(span.thread);
    }
    threads
}

/// Whether it is known on which core each computing span began.
pub fn has_cores(spans: &[Span]) -> bool {
    spans.iter().all(|span| span.phase != Phase::Compute || span.cpu.is_some())
}

/// How often a job began a compute span on another core than its previous one.
pub fn migrations(spans: &[Span]) -> u64 {
    let mut sorted = spans.to_vec();
    sorted.sort_unstable_by_key(|span| span.start);
    let (mut last, mut migrations) = (BTreeMap::new(), 0);
    for Span { job, phase, cpu, .. } in sorted {
        if let (Phase::Compute, Some(cpu)) = (phase, cpu)
            && let Some(earlier) = last.insert(job, cpu)
        {
            migrations += u64::from(earlier != cpu);
        }
    }
    migrations
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::engine::clock::Timestamp;

    /// A span of a job in thread 1 of process 1.
    pub(crate) fn span(job: u32, phase: Phase, ns: Range<u64>) -> Span {
        let (start, stop) = (Timestamp::at_ns(ns.start), Timestamp::at_ns(ns.end));
        Span { job, phase, start, stop, thread: 1, process: 1, cpu: None }
    }

    #[test]
    fn job_lifetime_covers_all_its_spans() {
        let spans = [span(0, Phase::Wait, 5..9), span(1, Phase::Wait, 2..4), span(0, Phase::Compute, 11..12)];
        assert_eq!(lifetimes(&spans), [5..12, 2..4]);
        assert_eq!(extent_ns(&spans), 10);
        assert_eq!(extent_ns(&[]), 0);
    }

    #[test]
    fn touching_spans_do_not_overlap() {
        assert_eq!(most_at_once(&[]), 0);
        assert_eq!(most_at_once(&[0..5, 5..9]), 1);
        assert_eq!(most_at_once(&[0..5, 4..9, 4..5, 7..8]), 3);
        assert_eq!(most_at_once(&[3..3, 3..4]), 1, "an empty interval is at no instant");
    }

    #[test]
    fn union_counts_shared_time_once() {
        assert_eq!(union_ns(&[]), 0);
        assert_eq!(union_ns(&[0..5, 3..9, 20..21, 4..6]), 10);
        assert_eq!(union_ns(&[0..5, 5..9]), 9);
    }

    #[test]
    fn migration_is_computing_on_another_core() {
        let on =
            |job, start: u64, cpu| Span { cpu: Some(cpu), ..span(job, Phase::Compute, start..start + 1) };
        assert_eq!(migrations(&[on(0, 1, 0), on(1, 1, 1), on(0, 2, 0), on(1, 3, 0), on(0, 5, 1)]), 2);
        assert!(has_cores(&[on(0, 1, 0), span(0, Phase::Wait, 0..1)]));
        assert!(!has_cores(&[on(0, 1, 0), span(0, Phase::Compute, 0..1)]));
    }
}
