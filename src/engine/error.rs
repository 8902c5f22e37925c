//! Errors that the engine tells apart.

use std::fmt;

/// A cell cannot be measured on this machine: a row with a reason, not a failure.
#[derive(Debug)]
pub struct Unavailable(pub String);

/// A correct run that did not measure its workload, and why: for example, memory pressure evicted the files of
/// `warm-file`, or another program read those of `cold-file` first.
#[derive(Debug)]
pub struct InvalidRun(pub String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

impl std::error::Error for InvalidRun {}
