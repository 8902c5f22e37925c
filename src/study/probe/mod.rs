//! What models cost besides the time of a warm run: starting, handing out, switching, memory, limits, timers.
//!
//! - [`Probe`]: what a fresh process is asked about one model
//! - `answer`: how it finds out
//! - `bare`: hand-written code beside models
//! - [`gather`](fn@gather): which questions are asked, and how far the crowds go

use serde::{Deserialize, Serialize};

mod answer;
mod bare;
mod gather;

pub use answer::{SUBCOMMAND, serve};
pub use gather::{ProbeOptions, gather, probe};

/// What a fresh process is asked about one model. All figures are integers; times are in nanoseconds, memory in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Probe {
    /// Starting the model, a first run, warm runs, and ending it, on [`STARTED_JOBS`] jobs of a workload. Figures:
    /// `start_ns`, `first_ns`, `warm_ns` of `warm_runs` together, `stop_ns`.
    Start(String),
    /// Runs of `noop`. Figures: `wall_ns` of `runs` of `jobs` each.
    Dispatch,
    /// Runs of `hash`, each beside one of `sequential`. Figures: `cpu_ns` and `sequential_cpu_ns`, and for so many `jobs`
    /// how often threads `gave_way` and `were_preempted`.
    Work,
    /// A single wait of so many microseconds. Figures: `wall_ns` of `runs`.
    Wait(u64),
    /// [`BURST`] waits of 10 ms at once. Figures: `wall_ns` of `runs`.
    TimerBurst,
    /// So many jobs that wait at once, each for so many microseconds. Figures: `jobs`, `wait_ns`, `wall_ns`,
    /// and, beyond what there was before the model was started, at the most: `own_bytes` (resident), `children_bytes` (PSS),
    /// `kernel_bytes` (of the whole machine).
    ConcurrencyLimit(usize, u64),
    /// The same in hand-written code without the model, which has to be `threads` or `tokio-one`. Figures: as a crowd's.
    Bare(usize, u64),
}

impl Probe {
    /// As a recording has it.
    pub fn name(&self) -> String {
        match self {
            Probe::Start(workload) => format!("start {workload}"),
            Probe::Dispatch => "dispatch".into(),
            Probe::Work => "work".into(),
            Probe::Wait(us) => format!("wait {us}"),
            Probe::TimerBurst => "burst".into(),
            Probe::ConcurrencyLimit(jobs, _) => format!("crowd {jobs}"),
            Probe::Bare(jobs, _) => format!("bare {jobs}"),
        }
    }
}

/// Jobs of each run around which a model is started and ended.
pub const STARTED_JOBS: usize = 8;

/// Waits of a burst.
pub const BURST: usize = 10_000;

/// The workloads on which starting is looked at: one that computes and one that waits.
pub const STARTED_ON: [&str; 2] = ["hash", "sleep"];

/// Single waits, in microseconds.
pub const WAITS_US: [u64; 5] = [1_000, 3_000, 10_000, 30_000, 100_000];
