//! The capacity of this machine: as many independent copies of the baseline as cores, at the same time.

use std::thread::{self, Builder};

use anyhow::{Context, Result, anyhow, ensure};

use crate::engine::{Batch, Digest, Started, Usage};

/// Concurrent copies of the baseline, each with its own thread.
pub(super) struct Capacity {
    copies: Vec<Box<dyn Started>>,
}

impl Capacity {
    /// `copies` baselines, one for each core.
    pub(super) fn new(copies: Vec<Box<dyn Started>>) -> Self {
        Capacity { copies }
    }
}

impl Started for Capacity {
    fn prepare(&mut self, batch: &Batch) -> Result<()> {
        for copy in &mut self.copies {
            copy.prepare(batch)?;
        }
        Ok(())
    }

    fn run(&mut self) -> Result<Vec<Digest>> {
        let mut results = thread::scope(|scope| {
            let mut threads = Vec::with_capacity(self.copies.len());
            for copy in &mut self.copies {
                threads.push(Builder::new().spawn_scoped(scope, || copy.run())?);
            }
            let mut results = Vec::with_capacity(threads.len());
            for thread in threads {
                results.push(thread.join().map_err(|_| anyhow!("a copy of the baseline panicked"))??);
            }
            Ok::<_, anyhow::Error>(results)
        })?;
        let first = results.pop().context("there is at least one copy")?;
        ensure!(
            results.iter().all(|other| *other == first),
            "copies of the baseline returned different digests"
        );
        Ok(first)
    }

    /// Copies in separate processes each report their own.
    fn usage(&mut self) -> Result<Usage> {
        let mut usage = Usage::of_this_process();
        for copy in &mut self.copies {
            if copy.process_id().is_some() {
                usage = usage + copy.usage()?;
            }
        }
        Ok(usage)
    }
}
