//! The models: one file each, and a registry line.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::digest::Digest;
use crate::measure::Usage;
use crate::work::Plain;
use crate::workload::Job;

mod crossbeam;
mod gil;
mod prefork;
mod processes;
mod rayon;
mod sequential;
mod threads;
mod tokio_blocking;
mod tokio_many;
mod tokio_one;
mod tokio_tasks;

/// A started model: a way to carry out batches.
pub trait Model: Send {
    /// Carries out `jobs` and returns their digests in the same order. All that is timed.
    ///
    /// # Errors
    /// Names the job that failed, or the thread or process that could not be started.
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>>;

    /// What the model has used since it was started, its workers included; asked for outside the clock.
    ///
    /// # Errors
    /// Where a worker does not answer.
    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage::of_this_process())
    }
}

/// What a model is given when it is started.
#[derive(Clone, Debug)]
pub struct Resources {
    /// How many threads or processes it has; at least one.
    pub workers: usize,
    /// The program that child processes run: this project's, whatever the current process is.
    pub exe: PathBuf,
    /// How long a child may give no answer.
    pub deadline: Duration,
}

/// How many jobs a model can have in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One after the other.
    One,
    /// All jobs of the batch, up to the model's cap.
    Jobs {
        /// The cap.
        most: Option<usize>,
    },
    /// As many as it has workers.
    Workers,
}

/// A model's line in the registry.
#[derive(Clone, Copy, Debug)]
pub struct ModelEntry {
    /// The middle part of a cell's id.
    pub name: &'static str,
    /// One line: what it is.
    pub about: &'static str,
    /// How many jobs it can have in flight.
    pub shape: Shape,
    /// Builds pools, runtimes and long-lived processes: untimed.
    pub start: fn(&Resources) -> Result<Box<dyn Model>>,
}

/// The most threads or processes that a model has for its jobs, so that laptops can start them.
pub const MOST_WORKERS: usize = 64;

/// How long a child process may give no answer before it is killed.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// All jobs at once, in as many threads or processes as [`MOST_WORKERS`] allows.
const CAPPED: Shape = Shape::Jobs { most: Some(MOST_WORKERS) };

/// All jobs at once, however many.
const ALL: Shape = Shape::Jobs { most: None };

/// Every model, in the order of all tables; the first is the baseline.
pub fn models() -> Vec<ModelEntry> {
    vec![
        entry("sequential", "one job after the other: the baseline", Shape::One, |r| {
            sequential::start(Plain, r)
        }),
        entry("threads", "a new OS thread for each job", CAPPED, |r| threads::start(Plain, r)),
        entry("gil", "a thread for each job, computing only under one global lock", CAPPED, |r| {
            gil::start(Plain, r)
        }),
        entry("crossbeam", "long-lived threads fed by a channel", Shape::Workers, |r| {
            crossbeam::start(Plain, r)
        }),
        entry("rayon", "a parallel iterator on a pool of its own", Shape::Workers, |r| {
            rayon::start(Plain, r)
        }),
        entry("processes", "a child process for each job", CAPPED, |r| processes::start(Plain, r)),
        entry("prefork", "long-lived child processes fed over pipes", Shape::Workers, |r| {
            prefork::start(Plain, r)
        }),
        entry("tokio-one", "tasks on tokio's current-thread runtime", ALL, |r| tokio_one::start(Plain, r)),
        entry("tokio-many", "tasks on tokio's multi-thread runtime", ALL, |r| tokio_many::start(Plain, r)),
        entry("tokio-blocking", "tokio's blocking threads", CAPPED, |r| tokio_blocking::start(Plain, r)),
    ]
}

type Start = fn(&Resources) -> Result<Box<dyn Model>>;

fn entry(name: &'static str, about: &'static str, shape: Shape, start: Start) -> ModelEntry {
    ModelEntry { name, about, shape, start }
}
