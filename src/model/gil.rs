//! A thread for each job that computes only while it holds one global lock, as CPython's threads do with the GIL.

use std::sync::{Arc, Mutex};

use anyhow::Result;

use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Work};
use crate::model::threads::{self, ThreadEach, Threads};

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

/// A new thread for each arriving job, under the lock.
pub(super) struct GilEach<W: Work> {
    threads: ThreadEach<W>,
    lock: Arc<Mutex<()>>,
}

/// No thread is started here.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<GilEach<W>> {
    Ok(GilEach { threads: threads::serve(resources)?, lock: Arc::default() })
}

impl<W: Work> TakeJobs<W> for GilEach<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        self.threads.submit(job.with_jobs(|jobs| jobs.under(&self.lock)))
    }
}

impl<W: Work> Model<W> for Gil {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.threads.run(&jobs.under(&self.lock))
    }
}
