//! Timelines of jobs: spans, and their evaluation.
//!
//! A model is traced by starting it with a place for spans. Results are derived from spans alone, never from the name of
//! a model.

use serde::{Deserialize, Serialize};

use crate::engine::clock::Timestamp;

pub mod chrome;
pub mod overlap;
mod performance;
mod spans;
pub mod threads;

pub use performance::{Performance, Performer};
pub use spans::Spans;

/// The activity of a job in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// It waits: for a timer, a server or a disk.
    Wait,
    /// It computes, whenever it has a core.
    Compute,
}

/// One phase of a job: its thread, place and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Index of the job in its batch.
    pub job: u32,
    /// Its activity.
    pub phase: Phase,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub stop: Timestamp,
    /// The thread that began it, by the system's thread id if available.
    pub thread: u32,
    /// The process.
    pub process: u32,
    /// The logical core that it began on; unknown outside Linux.
    pub cpu: Option<u32>,
}

impl Span {
    /// Its duration, in nanoseconds.
    pub fn len_ns(&self) -> u64 {
        self.stop.ns() - self.start.ns()
    }
}
