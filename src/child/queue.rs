//! The jobs of a run, handed out to processes in parts.

use std::ops::Range;
use std::sync::Mutex;

use crate::child::worker::MOST_JOBS;
use crate::engine::{Digest, lock};

/// The jobs of one run, taken in halves of what remains divided by the workers: large parts first, so that small jobs need
/// few messages, and single jobs last, so that uneven ones end together.
pub(crate) struct Queue {
    jobs: usize,
    workers: usize,
    next: Mutex<usize>,
}

impl Queue {
    /// This many `jobs` for at least one of `workers`.
    pub(crate) fn new(jobs: usize, workers: usize) -> Self {
        Queue { jobs, workers, next: Mutex::new(0) }
    }

    /// The next part, if jobs are left.
    pub(crate) fn take(&self) -> Option<Range<usize>> {
        let mut next = lock(&self.next);
        let remaining = self.jobs - *next;
        let part = remaining.div_ceil(2 * self.workers).min(MOST_JOBS);
        let range = *next..*next + part;
        *next = range.end;
        (part > 0).then_some(range)
    }
}

/// The digests of all parts, each of which has the index of its first job, in the order of the jobs.
pub(crate) fn in_order(mut parts: Vec<(usize, Vec<Digest>)>) -> Vec<Digest> {
    parts.sort_unstable_by_key(|(first, _)| *first);
    let mut digests = Vec::new();
    for (_, part) in parts {
        digests.extend(part);
    }
    digests
}
