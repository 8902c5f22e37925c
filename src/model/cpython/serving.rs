//! An interpreter to whose models jobs arrive over time: it hands them over itself, as a program in Python does.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

use crate::engine::{
    Arrived, Batch, Digest, Jobs, Resources, Served, Serving, Timestamp, TypedWork, Usage, Work, nanoseconds,
};
use crate::model::cpython::Python;

/// A started model of an interpreter, and the jobs that arrive.
pub(crate) struct ServingPython<W: Work> {
    python: Python<W>,
    jobs: Option<Jobs<W>>,
}

impl<W: Work> ServingPython<W> {
    /// Starts `model`, as [`Python::start`] does.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn start(model: &str, resources: &Resources) -> Result<Self> {
        Ok(ServingPython { python: Python::start(model, resources, None)?, jobs: None })
    }
}

/// What an interpreter tells of a level, in nanoseconds of the one clock.
#[derive(Deserialize)]
struct Told {
    start: u64,
    late: Vec<u64>,
    served: Vec<ToldJob>,
}

/// A job: its number, when it began and ended, and its digest or why it failed.
#[derive(Deserialize)]
struct ToldJob(usize, u64, u64, Option<u64>, Option<String>);

impl<W: Work> Serving for ServingPython<W> {
    fn prepare(&mut self, batch: &Batch) -> Result<()> {
        let work: &dyn Any = batch.work();
        let work: &TypedWork<W> = work.downcast_ref().context("a model runs the jobs it was started for")?;
        let jobs = work.jobs(batch.expected().len(), &Arc::default(), None);
        self.python.number_of(&jobs)?;
        self.jobs = Some(jobs);
        Ok(())
    }

    fn level(&mut self, due_ns: &[u64], patience: Duration) -> Result<Arrived> {
        let jobs = self.jobs.as_ref().context("a batch is prepared before its jobs arrive")?;
        let told = self.python.arrive(jobs, due_ns, nanoseconds(patience))?;
        let Told { start, late, served } = serde_json::from_slice(&told)?;
        let mut all = Vec::with_capacity(served.len());
        for ToldJob(number, started, ended, digest, error) in served {
            let why = || anyhow!("{}", error.unwrap_or_default());
            let digest = digest.map(Digest::of_bits).ok_or_else(why);
            all.push(Served {
                number,
                started: Timestamp::at_ns(started),
                ended: Timestamp::at_ns(ended),
                digest,
            });
        }
        let late = late.into_iter().map(Duration::from_nanos).collect();
        Ok(Arrived { start: Timestamp::at_ns(start), late, served: all })
    }

    fn idle_usage(&self) -> Option<Usage> {
        None
    }
}
