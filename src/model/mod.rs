//! The models: one file each, with one registry line.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::engine::clock::Usage;
use crate::engine::digest::Digest;
use crate::engine::platform::Platform;
use crate::engine::trace::{Spans, Traced};
use crate::engine::work::Plain;
use crate::workload::Job;

pub mod cpython;
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
    /// Prepares `jobs` for a model in another language, untimed.
    ///
    /// # Errors
    /// When it does not answer.
    fn prepare(&mut self, _jobs: &Arc<[Job]>) -> Result<()> {
        Ok(())
    }

    /// Carries out `jobs` and returns their digests in the same order. All of it is timed.
    ///
    /// # Errors
    /// Names the job that failed, or the thread or process that could not be started.
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>>;

    /// The resource usage of the model and its workers since its start; queried outside the timed section.
    ///
    /// # Errors
    /// When a worker does not answer.
    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage::of_this_process())
    }

    /// The process id of the model, if it is not this process.
    fn process_id(&self) -> Option<u32> {
        None
    }
}

/// A started model, or the reason why it could not start.
pub type Started = Result<Box<dyn Model>>;

/// The resources given to a model at its start.
#[derive(Clone, Debug)]
pub struct Resources {
    /// The number of threads or processes; at least one.
    pub workers: usize,
    /// The program that child processes run: always this project's program.
    pub exe: PathBuf,
    /// The time after which a silent child counts as hung.
    pub deadline: Duration,
    /// The maximum number of threads or processes that a model with [`Concurrency::Jobs`] uses for its jobs.
    pub max_concurrent: usize,
}

impl Resources {
    /// `workers` workers, with the defaults of all tables for the rest.
    pub fn new(workers: usize, exe: &Path) -> Self {
        Resources { workers, exe: exe.to_owned(), deadline: DEADLINE, max_concurrent: MOST_WORKERS }
    }
}

/// How many jobs a model can run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// One at a time.
    One,
    /// All jobs of the batch, up to the model's cap.
    Jobs {
        /// The cap.
        max_concurrent: Option<usize>,
    },
    /// As many as its workers.
    Workers,
}

/// Starts an untraced model: builds pools, runtimes and long-lived processes.
pub type Start = dyn Fn(&Resources) -> Started + Sync;

/// Starts a model that records every phase of every job.
pub type StartTraced = dyn Fn(&Arc<Spans>, &Resources) -> Started + Sync;

/// What carries out the jobs of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeOf {
    /// The calling thread alone.
    Caller,
    /// Threads that compute side by side.
    Threads,
    /// Threads of which one computes at a time.
    ThreadsUnderLock,
    /// Processes, or interpreters that share nothing.
    Processes,
    /// Tasks of an async runtime.
    Tasks,
}

/// A model's line in the registry.
#[derive(Clone, Copy)]
pub struct ModelEntry {
    /// The middle part of a cell's id; the part after an `@` is the interpreter.
    pub name: &'static str,
    /// A one-line description.
    pub about: &'static str,
    /// Is raised when the model changes: cells of two revisions are not compared.
    pub revision: u32,
    /// What carries its jobs out.
    pub made_of: MadeOf,
    /// How many jobs it can run at once.
    pub concurrency: Concurrency,
    /// The models that it is compared with.
    pub platform: Platform,
    /// Why this machine can't support it.
    pub unavailable: Option<&'static str>,
    /// Starts it untraced; not timed.
    pub start: &'static Start,
    /// Starts it traced.
    pub start_traced: &'static StartTraced,
}

impl fmt::Debug for ModelEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The maximum number of threads or processes that a model uses for its jobs, low enough for laptops.
pub const MOST_WORKERS: usize = 64;

/// The time after which a silent child process is killed.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// All jobs at once, in as many threads or processes as [`MOST_WORKERS`] allows.
const CAPPED: Concurrency = Concurrency::Jobs { max_concurrent: Some(MOST_WORKERS) };

/// All jobs at once, however many.
const ALL: Concurrency = Concurrency::Jobs { max_concurrent: None };

/// Declares the models: each line's module can start it untraced and traced.
macro_rules! models {
    ($($name:literal: $module:ident, $about:literal, $made_of:expr, $concurrency:expr, revision $revision:literal;)+) => {
        /// Every model in table order; the first is the baseline.
        pub fn models() -> Vec<ModelEntry> {
            vec![$(ModelEntry {
                name: $name,
                about: $about,
                revision: $revision,
                made_of: $made_of,
                concurrency: $concurrency,
                platform: Platform::Native,
                unavailable: None,
                start: &|resources| $module::start(Plain, resources),
                start_traced: &|spans, resources| $module::start(Traced::to(spans), resources),
            }),+]
        }
    };
}

models! {
    "sequential": sequential, "one job after the other: the baseline", MadeOf::Caller, Concurrency::One, revision 1;
    "threads": threads, "a new OS thread for each job", MadeOf::Threads, CAPPED, revision 1;
    "gil": gil, "a thread for each job, computing only under one global lock", MadeOf::ThreadsUnderLock, CAPPED, revision 1;
    "crossbeam": crossbeam, "long-lived threads fed by a channel", MadeOf::Threads, Concurrency::Workers, revision 1;
    "rayon": rayon, "a parallel iterator on a pool of its own", MadeOf::Threads, Concurrency::Workers, revision 1;
    "processes": processes, "a child process for each job", MadeOf::Processes, CAPPED, revision 1;
    "prefork": prefork, "long-lived child processes fed over pipes", MadeOf::Processes, Concurrency::Workers, revision 1;
    "tokio-one": tokio_one, "tasks on tokio's current-thread runtime", MadeOf::Tasks, ALL, revision 1;
    "tokio-many": tokio_many, "tasks on tokio's multi-thread runtime", MadeOf::Tasks, ALL, revision 1;
    "tokio-blocking": tokio_blocking, "tokio's blocking threads", MadeOf::Threads, CAPPED, revision 1;
}
