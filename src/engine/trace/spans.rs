//! Collects spans.

use std::sync::Mutex;

use crate::engine::{Phase, Span, Timestamp, lock, now, trace::threads};

/// The spans of a run, in order of their end; those of child processes are added with their answers.
#[derive(Debug, Default)]
pub struct Spans(Mutex<Vec<Span>>);

/// A span that has not ended: where it began, since a task may be somewhere else when it ends.
pub(crate) struct Begun<'a> {
    spans: &'a Spans,
    thread: u32,
    cpu: Option<u32>,
    start: Timestamp,
}

impl Begun<'_> {
    /// Ends the span, which is a phase of a job.
    pub(crate) fn end(self, job: usize, phase: Phase) {
        let stop = now();
        let Begun { spans, thread, cpu, start } = self;
        let job = u32::try_from(job).expect("a batch has less than 4 billion jobs");
        spans.push(Span { job, phase, start, stop, thread, process: std::process::id(), cpu });
    }
}

impl Spans {
    /// Begins a span here and now.
    pub(crate) fn begin(&self) -> Begun<'_> {
        Begun { spans: self, thread: threads::this_thread(), cpu: threads::this_cpu(), start: now() }
    }

    /// Adds a span.
    pub fn push(&self, span: Span) {
        lock(&self.0).push(span);
    }

    /// Adds the spans of a child process.
    pub fn extend(&self, spans: Vec<Span>) {
        lock(&self.0).extend(spans);
    }

    /// Removes and returns all spans.
    pub fn take(&self) -> Vec<Span> {
        std::mem::take(&mut *lock(&self.0))
    }
}
