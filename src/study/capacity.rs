//! The capacity of this machine: as many independent copies of the baseline as cores, at the same time.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};

use crate::engine::clock::Usage;
use crate::engine::digest::Digest;
use crate::model::Model;
use crate::workload::Job;

/// Concurrent copies of the baseline, each with its own thread and batch.
pub(super) struct Capacity {
    copies: Vec<Box<dyn Model>>,
}

impl Capacity {
    /// `copies` baselines, one for each core.
    pub(super) fn new(copies: Vec<Box<dyn Model>>) -> Self {
        Capacity { copies }
    }
}

impl Model for Capacity {
    fn prepare(&mut self, jobs: &Arc<[Job]>) -> Result<()> {
        self.copies.iter_mut().try_for_each(|copy| copy.prepare(jobs))
    }

    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        let results: Vec<Result<Vec<Digest>>> = std::thread::scope(|scope| {
            let spawn = |copy| std::thread::Builder::new().spawn_scoped(scope, || run_copy(copy, jobs));
            let threads: Vec<_> = self.copies.iter_mut().map(spawn).collect::<Result<_, _>>()?;
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread.join().map_err(|_| anyhow!("a copy of the baseline panicked"))
            };
            threads.into_iter().map(join).collect::<Result<_>>()
        })?;
        let mut results = results.into_iter().collect::<Result<Vec<_>>>()?;
        let first = results.pop().context("there is at least one copy")?;
        ensure!(
            results.iter().all(|other| *other == first),
            "copies of the baseline returned different digests"
        );
        Ok(first)
    }

    /// Copies in separate processes each report their own.
    fn usage(&mut self) -> Result<Usage> {
        let elsewhere = self.copies.iter_mut().filter(|copy| copy.process_id().is_some());
        elsewhere.map(|copy| copy.usage()).try_fold(Usage::of_this_process(), |sum, copy| Ok(sum + copy?))
    }
}

fn run_copy(copy: &mut Box<dyn Model>, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
    copy.run(jobs)
}
