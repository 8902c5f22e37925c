//! Collects spans.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::trace::Span;

/// The spans of a run, in order of their end; those of child processes are added with their answers.
#[derive(Debug, Default)]
pub struct Spans(Mutex<Vec<Span>>);

impl Spans {
    /// Adds a span.
    pub fn push(&self, span: Span) {
        self.lock().push(span);
    }

    /// Adds the spans of a child process.
    pub fn extend(&self, spans: Vec<Span>) {
        self.lock().extend(spans);
    }

    /// Removes and returns all spans.
    pub fn take(&self) -> Vec<Span> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Span>> {
        // The list is consistent even after a job panics: nothing else happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
