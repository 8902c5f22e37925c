//! The workloads: one file each, and a registry line.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};

use crate::engine::{Batch, Digest, Kept, OwnJobs, Recipe, catch_panic_in};
use crate::record::schema::{FunctionFacts, PythonFacts};
use crate::workload::fixture::stage::Stage;
use crate::workload::function::{FunctionJobs, Known, Rules};
pub(crate) use crate::workload::python::{PythonJobs, PythonTask};

pub use crate::engine::Size;

mod cake;
mod calls;
pub mod catalog;
mod cold_file;
mod computes;
mod each;
pub mod fixture;
mod frame;
pub mod function;
mod hash;
mod http;
mod mandelbrot;
mod noop;
pub mod point;
mod primes;
pub mod python;
pub mod queue;
mod read_file;
mod save;
pub mod script;
pub mod series;
mod service;
mod sha_loop;
mod ship;
mod sleep;
pub mod task;
mod tree;
mod warm_file;

pub use crate::record::schema::Kind;
pub(crate) use computes::{Computes, Computing};
pub(crate) use each::{Each, no_setup};
pub(crate) use hash::answer_of_parts;
pub use hash::{digest_of_blocks, hash_implementation};
pub use read_file::ReadFile;

/// A kind of job with its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// The first part of a cell's id. No workload's name is part of another's.
    pub name: &'static str,
    /// Is raised when the work changes: cells of two revisions are not compared.
    pub revision: u32,
    /// A one-line description of each job.
    pub about: &'static str,
    /// The matching words of the post's "best tool" table and its examples; empty if there are none.
    pub answers_to: &'static str,
    /// The post's tool for such a task, in Python's words; empty if there is none.
    pub post_says: &'static str,
    /// Whether its jobs wait or compute.
    pub kind: Kind,
    /// Whether it waits for files, which async runtimes read and write on threads, and not for timers or sockets.
    pub waits_for_files: bool,
    /// The unit of [`Size::each`].
    pub unit: &'static str,
    /// The default size, the same on every machine, so that recordings are comparable.
    pub size: Size,
    /// The smallest size that is still real work, for tests.
    pub tiny: Size,
    /// The approximate time of one job of the default size, in microseconds: for planning, never for a
    /// result.
    pub job_us: u64,
    /// The part of that time that waits and overlaps with other jobs, in microseconds.
    pub wait_us: u64,
    /// Makes its jobs.
    pub jobs: &'static dyn MakeJobs,
}

/// How the jobs of a workload are made.
pub trait MakeJobs: Sync {
    /// A batch of jobs of the workload `name`, whose files and server are those of `stage`; the expected digests are found
    /// here unless another process has found them.
    ///
    /// # Errors
    /// When the stage can't be set, or, as [`crate::engine::error::Unavailable`], when this machine can't measure it.
    fn batch(
        &self,
        name: &str,
        size: Size,
        stage: &Arc<Stage>,
        expected: Option<Vec<Digest>>,
    ) -> Result<Batch>;

    /// The jobs of a recipe, in a child process.
    ///
    /// # Errors
    /// As [`MakeJobs::batch`].
    fn own(&self, recipe: &Recipe, stage: &Stage, kept: &mut Kept) -> Result<Box<dyn OwnJobs>>;

    /// The jobs of a user's function, if they are.
    fn of_function(&self) -> Option<&FunctionJobs> {
        None
    }

    /// The jobs of a user's function in Python, if they are.
    fn of_python(&self) -> Option<&PythonJobs> {
        None
    }

    /// What the author of a function allows models.
    fn rules(&self) -> Rules {
        Rules::default()
    }

    /// What fresh processes have found about a user's function, if they were asked.
    fn known(&self) -> Option<&Result<Known, String>> {
        None
    }
}

impl fmt::Debug for dyn MakeJobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("jobs")
    }
}

/// A job as the worker of an interpreter knows it: an object of one field, which has the name of its class.
fn in_python(class: &str, fields: &impl Serialize) -> Result<Value> {
    Ok(json!({ class: fields }))
}

/// Workloads that are measured only if they are named, in Rust.
static OPTIONAL: &[Workload] = &[tree::NODES, tree::LEAVES, ship::WORKLOAD];

/// The same for CPython.
static OPTIONAL_IN_PYTHON: &[Workload] = &[ship::WORKLOAD];

/// Every workload, in the order of all tables.
static WORKLOADS: &[Workload] = &[
    noop::WORKLOAD,
    sleep::WORKLOAD,
    http::WORKLOAD,
    warm_file::WORKLOAD,
    cold_file::WORKLOAD,
    save::WORKLOAD,
    hash::WORKLOAD,
    primes::WORKLOAD,
    mandelbrot::WORKLOAD,
    cake::WORKLOAD,
];

/// Every workload for CPython, in table order; the worker of an interpreter has the same jobs. Those that compute in pure
/// Python are smaller, so that a batch takes about as long sequentially as its native counterpart.
static IN_PYTHON: &[Workload] = &[
    noop::WORKLOAD,
    sleep::WORKLOAD,
    http::WORKLOAD,
    warm_file::WORKLOAD,
    cold_file::WORKLOAD,
    save::WORKLOAD,
    hash::WORKLOAD,
    sha_loop::WORKLOAD,
    primes::IN_PYTHON,
    mandelbrot::IN_PYTHON,
    frame::WORKLOAD,
    cake::IN_PYTHON,
];

/// What can panic before a model has begun.
const MAKING: &str = "making the jobs";

impl Workload {
    /// The same with another number of jobs: not comparable with the original.
    pub fn with_jobs(&self, jobs: usize) -> Self {
        Workload { size: Size { jobs, ..self.size }, ..*self }
    }

    /// A batch of this workload, of any size.
    ///
    /// # Errors
    /// As [`MakeJobs::batch`].
    pub fn batch(&self, size: Size, stage: &Arc<Stage>) -> Result<Batch> {
        catch_panic_in(MAKING, || self.jobs.batch(self.name, size, stage, None))
    }

    /// The maximum number of its jobs at once, for all models.
    pub fn at_most(&self) -> usize {
        self.jobs.rules().at_most.unwrap_or(usize::MAX)
    }

    /// Whether each of its cells is measured in a process of its own.
    pub fn is_isolated(&self) -> bool {
        self.jobs.rules().isolated
    }

    /// A user's workload: of its first revision, which computes, and of one job until more is known.
    fn of_user(name: &'static str, about: String, jobs: &'static dyn MakeJobs) -> Self {
        let size = Size { jobs: 1, each: 1 };
        Workload {
            name,
            revision: 1,
            about: about.leak(),
            answers_to: "",
            post_says: "",
            kind: Kind::Computes,
            waits_for_files: false,
            unit: "",
            size,
            tiny: size,
            job_us: 0,
            wait_us: 0,
            jobs,
        }
    }

    /// Takes the number and the times of its jobs from what was found about a user's function.
    pub(crate) fn take_size_of(&mut self, known: &Known) {
        let (jobs, facts) = (known.answers.len(), &known.facts);
        self.size.jobs = jobs;
        self.job_us = facts.calls_ns / 1_000 / jobs as u64;
        if self.kind.waits() {
            let cpu_us = facts.cpu_ns.unwrap_or(0) / 1_000 / jobs as u64;
            self.wait_us = self.job_us.saturating_sub(cpu_us);
        }
    }

    /// What fresh processes have found about a user's function.
    pub(crate) fn function_facts(&self) -> Option<FunctionFacts> {
        match self.jobs.known()? {
            Ok(known) => Some(known.facts),
            Err(_) => None,
        }
    }

    /// The same of a function in Python.
    pub(crate) fn python_facts(&self) -> Option<PythonFacts> {
        match self.jobs.known()? {
            Ok(known) => known.python.clone(),
            Err(_) => None,
        }
    }

    /// Twice the time of a batch, one job after the other: what a silent child may take beyond the usual.
    pub(crate) fn long_batch(&self) -> Duration {
        let jobs = u32::try_from(self.size.jobs).unwrap_or(u32::MAX);
        2 * Duration::from_micros(self.job_us).saturating_mul(jobs)
    }

    /// The user's function in Python, if it is one, with what is known of it by now.
    pub(crate) fn python_task(&self) -> Option<PythonTask> {
        let task = self.jobs.of_python()?.task.clone();
        Some(PythonTask { kind: self.kind, job_us: self.job_us, ..task })
    }

    /// Why fresh processes could not find out what a user's function returns, if they could not.
    #[cfg(feature = "cli")]
    pub(crate) fn why_unknown(&self) -> Option<&'static str> {
        let jobs: &'static dyn MakeJobs = self.jobs;
        jobs.known()?.as_ref().err().map(String::as_str)
    }

    /// A batch of its own size, whose digests another process has found.
    ///
    /// # Errors
    /// As [`MakeJobs::batch`].
    pub fn batch_with(&self, expected: Vec<Digest>, stage: &Arc<Stage>) -> Result<Batch> {
        catch_panic_in(MAKING, || self.jobs.batch(self.name, self.size, stage, Some(expected)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methodology_describes_every_workload() {
        let text = include_str!("../../METHODOLOGY.md");
        for Workload { name, .. } in WORKLOADS.iter().chain(OPTIONAL) {
            assert!(text.contains(&format!("\n| `{name}` |")), "METHODOLOGY.md has no row for {name}");
        }
    }

    #[test]
    fn workload_names_never_overlap() {
        for one in IN_PYTHON.iter().chain(WORKLOADS) {
            for other in IN_PYTHON.iter().filter(|other| other.name != one.name) {
                assert!(!one.name.contains(other.name), "{} is part of {}", other.name, one.name);
            }
        }
    }
}
