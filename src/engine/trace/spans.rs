//! Where spans are gathered.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::trace::Span;

/// The spans of a run, in the order in which they ended; those of child processes when their answers came.
#[derive(Debug, Default)]
pub struct Spans(Mutex<Vec<Span>>);

impl Spans {
    /// Adds one.
    pub fn push(&self, span: Span) {
        self.lock().push(span);
    }

    /// Adds those of a child process.
    pub fn extend(&self, spans: Vec<Span>) {
        self.lock().extend(spans);
    }

    /// Takes out all that there are.
    pub fn take(&self) -> Vec<Span> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Span>> {
        // A list that a panicking job left is whole: nothing else happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
