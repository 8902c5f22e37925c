//! The workloads: one file each, and a registry line.

use std::fmt;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::digest::Digest;
use crate::engine::work::{Ctx, Phases, Reads, Work};
use crate::workload::fixture::stage::Stage;
use crate::workload::script::Errand;

mod cake;
mod cold_file;
pub mod fixture;
mod frame;
mod hash;
mod http;
mod mandelbrot;
mod noop;
mod primes;
pub mod queue;
mod read_file;
mod save;
pub mod script;
pub mod series;
mod sha_loop;
mod sleep;
mod warm_file;

pub use hash::hash_implementation;
pub(crate) use hash::{answer_of_parts, digest_of_blocks};
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
    /// Creates the jobs and their resources on the stage.
    pub jobs: fn(&Stage, Size) -> Result<Vec<Job>>,
}

/// The main activity of a workload's jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: the cost of dispatch alone.
    Nothing,
    /// Waiting: for a timer, a server or a disk.
    Waits,
    /// Computing: a core is busy all the time.
    Computes,
    /// Both; where concurrency matters, it counts as waiting.
    Mixed,
}

impl Kind {
    /// Whether more jobs at once than cores can help.
    pub fn waits(self) -> bool {
        matches!(self, Kind::Waits | Kind::Mixed)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Nothing => "-",
            Kind::Waits => "waits",
            Kind::Computes => "computes",
            Kind::Mixed => "mixed",
        })
    }
}

/// The amount of work in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Number of jobs.
    pub jobs: usize,
    /// Size of each job, in the workload's [`Workload::unit`].
    pub each: u64,
}

/// Declares the workloads: the enum of all jobs, its dispatch (one `match` per job) and the list. Jobs
/// without a
/// workload come last.
macro_rules! workloads {
    ($($variant:ident($job:ty) = $workload:path),+; $($other:ident($other_job:ty),)+) => {
        /// A job of any workload.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each variant is described by its workload or its type")]
        pub enum Job {
            $($variant($job),)+
            $($other($other_job),)+
        }

        impl Work for Job {
            fn expected(&self) -> Digest {
                match self { $(Job::$variant(job) => job.expected(),)+ $(Job::$other(job) => job.expected(),)+ }
            }

            fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
                match self { $(Job::$variant(job) => job.run(ctx),)+ $(Job::$other(job) => job.run(ctx),)+ }
            }

            async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
                match self { $(Job::$variant(job) => job.run_async(ctx).await,)+ $(Job::$other(job) => job.run_async(ctx).await,)+ }
            }

            fn reset(&self) -> Result<()> {
                match self { $(Job::$variant(job) => job.reset(),)+ $(Job::$other(job) => job.reset(),)+ }
            }

            fn check(&self) -> Result<()> {
                match self { $(Job::$variant(job) => job.check(),)+ $(Job::$other(job) => job.check(),)+ }
            }

            fn waits(&self) -> std::time::Duration {
                match self { $(Job::$variant(job) => job.waits(),)+ $(Job::$other(job) => job.waits(),)+ }
            }

            fn reads(&self) -> Reads {
                match self { $(Job::$variant(job) => job.reads(),)+ $(Job::$other(job) => job.reads(),)+ }
            }
        }

        /// Every workload, in the order of all tables.
        pub static WORKLOADS: &[Workload] = &[$($workload,)+];
    };
}

workloads! {
    Noop(noop::Noop) = noop::WORKLOAD,
    Sleep(sleep::Sleep) = sleep::WORKLOAD,
    Http(http::Get) = http::WORKLOAD,
    WarmFile(warm_file::WarmFile) = warm_file::WORKLOAD,
    ColdFile(cold_file::ColdFile) = cold_file::WORKLOAD,
    Save(save::Save) = save::WORKLOAD,
    Hash(hash::Hash) = hash::WORKLOAD,
    Primes(primes::Primes) = primes::WORKLOAD,
    Mandelbrot(mandelbrot::Rows) = mandelbrot::WORKLOAD,
    Cake(cake::Cake) = cake::WORKLOAD;
    ShaLoop(sha_loop::ShaLoop),
    Frame(frame::Frame),
    Errand(Errand),
}

/// Every workload for CPython, in table order; `src/model/cpython/worker.py` has the same jobs. Those that compute
/// in pure Python
/// are smaller, so that a batch takes about as long sequentially as its native counterpart.
pub static IN_PYTHON: &[Workload] = &[
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

impl Workload {
    /// The same with another number of jobs: not comparable with the original.
    pub fn with_jobs(&self, jobs: usize) -> Self {
        Workload { size: Size { jobs, ..self.size }, ..*self }
    }
}

/// The `count` jobs that `make` creates for the numbers from zero.
fn numbered(count: usize, make: impl FnMut(u64) -> Job) -> Vec<Job> {
    (0..count as u64).map(make).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workload_names_never_overlap() {
        for one in IN_PYTHON.iter().chain(WORKLOADS) {
            for other in IN_PYTHON.iter().filter(|other| other.name != one.name) {
                assert!(!one.name.contains(other.name), "{} is part of {}", other.name, one.name);
            }
        }
    }

    #[test]
    fn waiting_job_stays_small() {
        // A million waiting tasks must fit into memory, so workloads box their large futures.
        let kit = crate::engine::work::Kit::new(crate::engine::work::Plain);
        let job = Job::Noop(noop::Noop { seed: 0 });
        assert!(size_of_val(&job.run_async(&kit.ctx(0))) <= 256);
    }
}
