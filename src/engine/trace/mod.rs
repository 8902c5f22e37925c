//! Who ran when: spans, and what follows from them.
//!
//! A model is traced by starting it with [`Traced`] phases; started with [`crate::engine::work::Plain`] ones, nothing of this
//! is compiled into it. What a trace says is derived from spans alone, never from the name of a model.

use serde::{Deserialize, Serialize};

use crate::engine::clock::Timestamp;

pub mod chrome;
pub mod overlap;
mod performance;
mod spans;
pub mod threads;
mod traced;

pub use performance::{Performance, Performer};
pub use spans::Spans;
pub use traced::Traced;

/// What a job does in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// It waits: for a timer, a server or a disk.
    Wait,
    /// It computes, as far as it is given a core.
    Compute,
}

/// One phase of a job: who was at it, where and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Index of the job in its batch.
    pub job: u32,
    /// What it did.
    pub phase: Phase,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub stop: Timestamp,
    /// The thread that began it, by the system's number where it has one.
    pub thread: u32,
    /// The process.
    pub process: u32,
    /// The logical core that it began on; unknown outside Linux.
    pub cpu: Option<u32>,
}

impl Span {
    /// How long it was, in nanoseconds.
    pub fn len_ns(&self) -> u64 {
        self.stop.ns() - self.start.ns()
    }
}
