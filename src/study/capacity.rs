//! The capacity of this machine: as many independent copies of the baseline as cores, at the same time.

use std::thread::{self, Builder};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use crate::engine::{Batch, Digest, Started, Timestamp, Usage, now};

/// Concurrent copies of the baseline, each with its own thread.
pub(super) struct Capacity {
    copies: Vec<Box<dyn Started>>,
    times: Vec<Duration>,
    /// What each copy returned in the last run.
    returned: Vec<Vec<Digest>>,
}

/// The result of one copy.
struct Finished {
    digests: Vec<Digest>,
    time: Duration,
}

impl Capacity {
    /// `copies` baselines, one for each core.
    pub(super) fn new(copies: Vec<Box<dyn Started>>) -> Self {
        Capacity { copies, times: vec![], returned: vec![] }
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
        let start = now();
        let finished = thread::scope(|scope| {
            let mut threads = Vec::with_capacity(self.copies.len());
            for copy in &mut self.copies {
                threads.push(Builder::new().spawn_scoped(scope, move || run_from(start, copy.as_mut()))?);
            }
            let mut finished = Vec::with_capacity(threads.len());
            for thread in threads {
                finished.push(thread.join().map_err(|_| anyhow!("a copy of the baseline panicked"))??);
            }
            Ok::<_, anyhow::Error>(finished)
        })?;
        self.times = finished.iter().map(|copy| copy.time).collect();
        self.returned = finished.into_iter().map(|copy| copy.digests).collect();
        self.returned.first().cloned().context("there is at least one copy")
    }

    /// Of all copies, which must agree.
    fn answers(&mut self, _: Vec<Digest>) -> Result<Vec<Digest>> {
        let mut first = None;
        for (copy, returned) in self.copies.iter_mut().zip(std::mem::take(&mut self.returned)) {
            let answers = copy.answers(returned)?;
            let is_same = first.as_ref().is_none_or(|first| *first == answers);
            ensure!(is_same, "copies of the baseline returned different digests");
            first = Some(answers);
        }
        first.context("there is at least one copy")
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

    fn copy_times(&self) -> &[Duration] {
        &self.times
    }
}

/// Runs a copy, whose time counts from `start`.
fn run_from(start: Timestamp, copy: &mut dyn Started) -> Result<Finished> {
    let digests = copy.run()?;
    Ok(Finished { digests, time: now() - start })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A baseline that takes some time and returns no digests.
    struct Sleeper(Duration);

    impl Started for Sleeper {
        fn prepare(&mut self, _batch: &Batch) -> Result<()> {
            Ok(())
        }

        fn run(&mut self) -> Result<Vec<Digest>> {
            thread::sleep(self.0);
            Ok(vec![])
        }
    }

    #[test]
    fn each_copy_has_its_own_time() {
        let sleeps = [Duration::ZERO, Duration::from_millis(20)];
        let mut capacity = Capacity::new(vec![]);
        assert!(capacity.run().is_err() && capacity.copy_times().is_empty());
        for sleep in sleeps {
            capacity.copies.push(Box::new(Sleeper(sleep)));
        }
        for _ in 0..2 {
            capacity.run().unwrap();
            assert_eq!(capacity.copy_times().len(), 2, "those of the last run");
            assert!(capacity.copy_times()[1] >= sleeps[1]);
        }
    }
}
