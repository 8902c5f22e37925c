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
    /// One line: what each job does.
    pub about: &'static str,
    /// The words of the post's "best tool" table and its examples for it; empty where it has none.
    pub answers_to: &'static str,
    /// The tool that the post has for such a task, in Python's words; empty where it has none.
    pub post_says: &'static str,
    /// Whether its jobs wait or compute.
    pub kind: Kind,
    /// What [`Size::each`] counts.
    pub unit: &'static str,
    /// What is measured by default, the same on every machine, so that recordings compare.
    pub size: Size,
    /// As small as is still real work: for tests.
    pub tiny: Size,
    /// About how long one job of the default size takes, in microseconds: for planning, never for a result.
    pub job_us: u64,
    /// How much of that is a wait that overlaps with those of other jobs, in microseconds.
    pub wait_us: u64,
    /// Makes the jobs, and what they need on the stage.
    pub jobs: fn(&Stage, Size) -> Result<Vec<Job>>,
}

/// What the jobs of a workload spend their time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: the cost of dispatch alone.
    Nothing,
    /// Waiting: for a timer, a server or a disk.
    Waits,
    /// Computing: a core is busy all the time.
    Computes,
    /// Both; where models differ by width, it counts as waiting.
    Mixed,
}

impl Kind {
    /// Whether more jobs in flight than cores can help.
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

/// How much work a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Number of jobs.
    pub jobs: usize,
    /// Size of each job, in the workload's [`Workload::unit`].
    pub each: u64,
}

/// Declares the workloads: the enum of all jobs, its dispatch (one `match` a job) and the list. Jobs of no workload come
/// last.
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

/// Every workload as CPython is given it, in the order of all tables; `src/model/cpython/worker.py` has the same jobs. Those that
/// compute in pure Python are smaller, so that one after the other takes a batch about as long as natively.
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
    /// The same with another number of jobs: for comparing, another workload.
    pub fn with_jobs(&self, jobs: usize) -> Self {
        Workload { size: Size { jobs, ..self.size }, ..*self }
    }
}

/// The `count` jobs that `make` makes of the numbers from zero on.
fn numbered(count: usize, make: impl FnMut(u64) -> Job) -> Vec<Job> {
    (0..count as u64).map(make).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_workload_name_is_part_of_another() {
        for one in IN_PYTHON.iter().chain(WORKLOADS) {
            for other in IN_PYTHON.iter().filter(|other| other.name != one.name) {
                assert!(!one.name.contains(other.name), "{} is part of {}", other.name, one.name);
            }
        }
    }

    #[test]
    fn a_job_stays_small_while_it_waits() {
        // A million waiting tasks have to fit into memory, so large futures are boxed by their workload.
        let kit = crate::engine::work::Kit::new(crate::engine::work::Plain);
        let job = Job::Noop(noop::Noop { seed: 0 });
        assert!(size_of_val(&job.run_async(&kit.ctx(0))) <= 256);
    }
}
