//! Costs of models besides warm runs: start-up, context switches, memory, limits, timers.
//!
//! - [`Probe`]: a probe of one model in a fresh process
//! - `answer`: runs it
//! - `bare`: hand-written code for comparison
//! - [`gather`](fn@gather): which probes are run
//! - `passes`: those that are repeated, each pass in another order
//! - `limit`: the job counts up to the most at once

use serde::{Deserialize, Serialize};

use crate::record::figure::ProbeKind;

mod answer;
mod bare;
mod gather;
mod limit;
mod passes;

pub use answer::{SUBCOMMAND, serve};
pub use gather::{Asked, Gathered, ProbeOptions, ProbedWorkload, gather, probe};

/// A probe of one model in a fresh process. All figures are integers; times are in nanoseconds, memory in
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Probe {
    /// Starting the model, a first run, warm runs, and ending it, on [`STARTED_JOBS`] jobs of a workload, or all of a user's.
    /// Figures:
    /// `start_ns`, `first_ns`, `warm_ns` of `warm_runs` together, `stop_ns`; and, over the `jobs` of the warm runs, the context
    /// switches of threads: voluntary `gave_way` and involuntary `were_preempted`.
    Start(String),
    /// A single wait of that many microseconds. Figures: `wall_ns` of `runs`.
    Wait(u64),
    /// [`BURST`] waits of 10 ms at once. Figures: `wall_ns` of `runs`.
    TimerBurst,
    /// That many jobs that wait at once, each for that many microseconds. Figures: `jobs`, `wait_ns`,
    /// `wall_ns`, and the maximum above the level before the model started: `own_bytes` (resident),
    /// `children_bytes` (PSS), `kernel_bytes` (of the whole machine).
    ConcurrencyLimit(usize, u64),
    /// The same in hand-written code without the model, which has to be `threads` or `tokio-one`. Figures: as a crowd's.
    Bare(usize, u64),
}

impl Probe {
    /// Its name in recordings.
    pub fn name(&self) -> String {
        let kind = match self {
            Probe::Start(workload) => ProbeKind::Start(workload),
            Probe::Wait(us) => ProbeKind::Wait(*us),
            Probe::TimerBurst => ProbeKind::TimerBurst,
            Probe::ConcurrencyLimit(jobs, _) => ProbeKind::ConcurrencyLimit(*jobs as u64),
            Probe::Bare(jobs, _) => ProbeKind::Bare(*jobs as u64),
        };
        kind.to_string()
    }
}

/// Jobs per run in start-up probes.
pub const STARTED_JOBS: usize = 8;

/// Waits of a burst.
pub const BURST: usize = 10_000;

/// The workloads of start-up probes: one that computes and one that waits.
pub const STARTED_ON: [&str; 2] = ["hash", "sleep"];

/// Single waits, in microseconds.
pub const WAITS_US: [u64; 3] = [1_000, 10_000, 100_000];
