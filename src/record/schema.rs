//! The content of a recording. These types define the format: a change that an older reader would misread
//! takes a new
//! [`VERSION`], and older versions remain readable.
//!
//! All numbers are integers. Unknown is `null`, never zero. No statistic is stored: readers compute them.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

pub use crate::record::costs::{Costs, ProbeRecord, Sizes};
pub use crate::record::traces::{EvidenceRecord, StoryRun, TracedRun};

/// The format name in every file.
pub const SCHEMA: &str = "bakeoff-recording";

/// The version that is written, and the newest that can be read.
pub const VERSION: u64 = 4;

/// The measurements, in sections, and the machine that made them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// [`SCHEMA`].
    pub schema: String,
    /// [`VERSION`] of the program that wrote it.
    pub version: u64,
    /// It ended before all requested measurements were made.
    pub partial: bool,
    /// The machine and the programs.
    pub environment: Environment,
    /// Measured and compared cells.
    pub study: Option<Study>,
    /// Trace evidence for each model; from version 2 on.
    pub evidence: Option<Vec<EvidenceRecord>>,
    /// Worked examples; from version 2 on.
    pub stories: Option<Vec<StoryRun>>,
    /// Costs of models; from version 3 on.
    pub costs: Option<Costs>,
}

/// The machine and the programs, if known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// When the study began, in seconds since 1970 (UTC).
    pub started_unix_s: Option<u64>,
    /// The processor's own name.
    pub cpu_model: Option<String>,
    /// Logical cores that the process may use, as `num_cpus` counts them, and that every model was given.
    pub cores: u64,
    /// The value of `std::thread::available_parallelism`, which differs under a CPU quota.
    pub available_parallelism: Option<u64>,
    /// Physical cores of the machine.
    pub physical_cores: Option<u64>,
    /// How the cores were limited to fewer than the machine has, as `a mask` or `pool sizes alone`; from version 3 on.
    pub limited_by: Option<String>,
    /// The logical cores that this process may use, as the kernel writes them: `0-3,8`.
    pub affinity: Option<String>,
    /// Whether physical cores run two threads each.
    pub smt: Option<bool>,
    /// The number of logical cores of each class, the fastest first; empty if they are alike or
    /// indistinguishable.
    pub core_classes: Vec<u64>,
    /// Whether the clock may exceed its nominal frequency.
    pub turbo: Option<bool>,
    /// CPU quota in thousandths of a core.
    pub quota_millicores: Option<u64>,
    /// Memory of the machine, in bytes.
    pub memory_bytes: Option<u64>,
    /// Operating system.
    pub os: String,
    /// Architecture of the program.
    pub arch: String,
    /// Release of the kernel.
    pub kernel: Option<String>,
    /// Frequency governor of the first core.
    pub governor: Option<String>,
    /// Whether the machine runs on a battery.
    pub on_battery: Option<bool>,
    /// The SHA-256 implementation of `hash`.
    pub sha256: String,
    /// Version of this program.
    pub bakeoff: String,
    /// The compiler.
    pub rustc: Option<String>,
    /// Its build profile, as `release at opt-level 3`.
    pub profile: String,
    /// Versions of the libraries that models are made of, `name version`.
    pub libraries: Vec<String>,
    /// The measured interpreters, or why there are none; from version 4 on.
    pub interpreters: Option<Vec<InterpreterEntry>>,
    /// Commit of the sources.
    pub commit: Option<String>,
    /// Whether the sources differed from that commit.
    pub dirty: Option<bool>,
}

/// An interpreter with measured models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterpreterEntry {
    /// The part after the `@` in its models' names.
    pub tag: String,
    /// As `3.13.5`.
    pub version: Option<String>,
    /// Branch, day and compiler of its build.
    pub build: Option<String>,
    /// Whether it was built without its lock.
    pub free_threaded: Option<bool>,
    /// Whether its lock is in force.
    pub gil: Option<bool>,
    /// How pools start their processes.
    pub start_method: String,
    /// Why it can't be used.
    pub unavailable: Option<String>,
}

/// The measurements and their parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// Name of the profile.
    pub profile: String,
    /// Requested launches of each workload.
    pub launches_asked: NonZeroU64,
    /// Requested rounds of each launch.
    pub rounds_asked: NonZeroU64,
    /// Decides the order of launches and slots.
    pub seed: u64,
    /// Workers of each model; from version 3 on, and equal to the cores before.
    pub workers: Option<NonZeroU64>,
    /// Untimed warm-up of a model before each slot, in nanoseconds.
    #[serde(rename = "warm_in_ns")]
    pub warm_up_ns: u64,
    /// The minimum measured time of a slot, in nanoseconds.
    pub slot_ns: u64,
    /// The workloads of the cells.
    pub workloads: Vec<WorkloadEntry>,
    /// The measured arms.
    pub arms: Vec<Arm>,
    /// Every launch with acknowledged samples or a failure, in execution order.
    pub launches: Vec<Launch>,
    /// How idle the machine was while the study measured nothing.
    #[serde(rename = "quiet")]
    pub idle_checks: Vec<IdleCheck>,
}

/// A workload, with everything that tables show about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadEntry {
    /// The first part of its cells' ids.
    pub name: String,
    /// The tag of the interpreter whose models run it; native models if absent. From version 4 on.
    #[serde(rename = "lane")]
    pub platform: Option<String>,
    /// What each job does.
    pub about: String,
    /// The post's words for this task.
    pub answers_to: String,
    /// The tool that the post recommends for it.
    pub post_says: String,
    /// `waits`, `computes`, `mixed` or `-`.
    pub kind: String,
    /// Jobs of a batch.
    pub jobs: NonZeroU64,
    /// SHA-256 of the definition of the work, in hexadecimal: cells are comparable only if it is equal.
    pub definition: String,
}

/// A measured alternative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// `workload/model/width`; other roles have the id of the baseline, of their platform or the native one.
    pub id: String,
    /// The platform that it is measured on, as its workload has it; from version 4 on.
    #[serde(rename = "lane")]
    pub platform: Option<String>,
    /// What it is there for.
    pub role: Role,
    /// The number of jobs at once.
    pub in_flight: NonZeroU64,
    /// Why it can't be measured on this machine.
    pub unavailable: Option<String>,
}

/// The purpose of an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A cell of the table.
    Cell,
    /// The baseline measured a second time under another name: the difference between the two is noise.
    Control,
    /// As many independent copies of the baseline as cores: the capacity of this machine.
    Capacity,
    /// The native baseline on the jobs of another platform, if those differ: its speedup. From version 4 on.
    Reference,
}

/// One fresh process that measured one workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// The workload.
    pub workload: String,
    /// The platform, as the workload has it; from version 4 on.
    #[serde(rename = "lane")]
    pub platform: Option<String>,
    /// The number of the launch for that workload, from 0.
    pub number: u64,
    /// Its rounds.
    pub rounds: Vec<Round>,
    /// Why it ended before its last round.
    pub failure: Option<String>,
}

/// One slot for every arm of the workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// What the slots measured.
    pub samples: Vec<Sample>,
    /// Arms that failed in this round.
    pub failures: Vec<Failure>,
    /// The launch was stopped (Ctrl-Z, SIGSTOP) and continued during the round: some sample includes that
    /// time.
    pub stopped: bool,
}

/// The measurement of one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Index of the arm.
    pub arm: u64,
    /// The slot's position in its round, from 0.
    pub place: u64,
    /// The number of runs of the batch.
    pub runs: NonZeroU64,
    /// Wall time of all of them together, in nanoseconds.
    pub wall_ns: NonZeroU64,
    /// CPU time of all of them together, user and system, workers included, in nanoseconds.
    pub cpu_ns: Option<u64>,
}

/// An arm that failed, and why: never a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Index of the arm.
    pub arm: u64,
    /// Why.
    pub reason: String,
}

/// The activity of other programs in a window in which the study was idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdleCheck {
    /// The number of launches so far.
    pub after_launches: u64,
    /// Its duration, in nanoseconds.
    pub window_ns: NonZeroU64,
    /// Whether no other study ran on this machine.
    pub alone: Option<bool>,
    /// The time in the window for which some task waited for a core, in nanoseconds.
    pub pressure_ns: Option<u64>,
    /// Ticks that a hypervisor has taken since this machine started.
    pub stolen_ticks: Option<u64>,
    /// All ticks of all cores since then.
    pub all_ticks: Option<u64>,
    /// How long the machine has been suspended since then, in nanoseconds.
    pub suspended_ns: Option<u64>,
}

impl Recording {
    /// A fault of a well-formed recording: an index out of range.
    pub fn fault(&self) -> Option<String> {
        let sizes = self.costs.iter().flat_map(|costs| costs.sizes.iter().map(|sizes| &sizes.study));
        self.study.iter().chain(sizes).find_map(Study::fault)
    }
}

impl WorkloadEntry {
    /// Its name in warnings: `hash`, `hash in Python 3.11`.
    pub fn called(&self) -> String {
        self.platform
            .as_ref()
            .map_or(self.name.clone(), |platform| format!("{} in Python {platform}", self.name))
    }
}

impl Launch {
    /// A launch without rounds.
    pub fn begun(workload: String, platform: Option<String>, number: u64) -> Self {
        Launch { workload, platform, number, rounds: vec![], failure: None }
    }

    /// Whether it measured `workload` on its platform.
    pub fn is_of(&self, workload: &WorkloadEntry) -> bool {
        self.workload == workload.name && self.platform == workload.platform
    }
}

impl Arm {
    /// Whether it is an arm of `workload` on its platform.
    pub fn is_of(&self, workload: &WorkloadEntry) -> bool {
        let rest = self.id.strip_prefix(&workload.name);
        rest.is_some_and(|rest| rest.starts_with('/')) && self.platform == workload.platform
    }

    /// Whether it is the baseline of its platform: the cell, or its control.
    pub fn is_baseline(&self) -> bool {
        matches!(self.role, Role::Cell | Role::Control) && self.id.ends_with("/one")
    }
}

impl Study {
    fn fault(&self) -> Option<String> {
        let arms = self.arms.len() as u64;
        let rounds = || self.launches.iter().flat_map(|launch| &launch.rounds);
        let of_samples = rounds().flat_map(|round| round.samples.iter().map(|sample| sample.arm));
        let of_failures = rounds().flat_map(|round| round.failures.iter().map(|failure| failure.arm));
        let astray = of_samples.chain(of_failures).find(|&arm| arm >= arms)?;
        Some(format!("a sample names arm {astray}, and there are {arms}"))
    }
}
