//! A thread for each job that computes only while it holds one global lock, as CPython's threads do with the GIL.

use std::sync::{Arc, Mutex};

use anyhow::Result;

use crate::engine::{Digest, Jobs, Model, Resources, Work};
use crate::model::threads::Threads;

pub(super) struct Gil {
    threads: Threads,
    lock: Arc<Mutex<()>>,
}

impl Gil {
    /// The threads are those of `threads`; what differs is that they share a lock.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        Ok(Gil { threads: Threads::start(resources)?, lock: Arc::default() })
    }
}

impl<W: Work> Model<W> for Gil {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.threads.run(&jobs.under(&self.lock))
    }
}
