//! The content of a recording. These types define the format: a change that an older reader would misread
//! takes a new [`VERSION`], and older versions remain readable.
//!
//! All numbers are integers. Unknown is `null`, never zero. No statistic is stored: readers compute them.

use std::num::NonZeroU64;
use std::ops::Not;

use serde::{Deserialize, Serialize};

use crate::record::private::{optional_reason, reason};

pub use crate::record::arrivals::{
    AloneJob, ArrivalLaunch, Arrivals, Capacity, FirstJobs, Level, Precedence, ServingArm,
};
pub use crate::record::cells::{Arm, FunctionFacts, Kind, PythonFacts, Role, Width, WorkloadEntry};
pub use crate::record::costs::{Costs, Passes, ProbeRecord, Sizes, Turn};
pub use crate::record::environment::{Environment, InterpreterEntry};
pub use crate::record::map::{MapPart, MapPoint, Purpose, TaskMap};
pub use crate::record::stopping::{Stop, StopReason, Stopping};
pub use crate::record::traces::{EvidenceRecord, StoryRun, TracedRun};

/// The format name in every file.
pub const SCHEMA: &str = "bakeoff-recording";

/// The version that is written, and the newest that can be read.
pub const VERSION: u64 = 6;

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
    /// The workloads are a user's own, and none of bakeoff's, whatever their names are; from version 5 on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub of_user: bool,
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
    /// Jobs that arrived over time; from version 5 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<Arrivals>,
    /// The map of tasks; from version 5 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<TaskMap>,
    /// How idle the machine was before, between and after evidence and stories were traced; from version 5 on.
    #[serde(rename = "quiet", default, skip_serializing_if = "Option::is_none")]
    pub idle_checks: Option<Vec<IdleCheck>>,
}

/// The measurements and their parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// Name of the profile.
    pub profile: String,
    /// Requested launches of each workload: at most, if arms stop before.
    pub launches_asked: NonZeroU64,
    /// Requested rounds of each launch.
    pub rounds_asked: NonZeroU64,
    /// The rule by which arms stop before the last launch, if there is one; from version 5 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopping: Option<Stopping>,
    /// The arms that stopped by it; from version 5 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Stop>,
    /// Decides the order of launches and slots.
    pub seed: u64,
    /// Workers of each model; from version 3 on, and equal to the cores before.
    pub workers: Option<NonZeroU64>,
    /// Untimed warm-up of a model before each slot, in nanoseconds.
    #[serde(rename = "warm_in_ns")]
    pub warm_up_ns: u64,
    /// The minimum measured time of a slot, in nanoseconds; a slot has less where its runs are verified for longer than they take.
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
    #[serde(serialize_with = "optional_reason")]
    pub failure: Option<String>,
}

/// One slot for every arm of the workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// What the slots measured.
    pub samples: Vec<Sample>,
    /// The times of the copies that capacity arms consist of; from version 5 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<CopyTimes>,
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
    /// Each run was of some of the jobs only: those that run one at a time take as long for each job, and all would take too long. From
    /// version 5 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartOfBatch>,
}

/// Some jobs of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOfBatch {
    /// How many.
    pub jobs: NonZeroU64,
    /// How many the batch has.
    pub of: NonZeroU64,
}

impl Sample {
    /// A value of all runs together, for a run of the whole batch.
    pub fn of_a_run(&self, all: u64) -> f64 {
        let of_run = all as f64 / self.runs.get() as f64;
        match self.part {
            None => of_run,
            Some(PartOfBatch { jobs, of }) => of_run * of.get() as f64 / jobs.get() as f64,
        }
    }
}

/// The times of the copies of a capacity arm, in the slot that its sample is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyTimes {
    /// Index of the arm.
    pub arm: u64,
    /// The wall time of each copy in all runs together, from the common start of a run to its own end, in nanoseconds.
    pub ns: Vec<NonZeroU64>,
}

/// An arm that failed or can't be measured on this machine, and why: never a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Index of the arm.
    pub arm: u64,
    /// Why.
    #[serde(serialize_with = "reason")]
    pub reason: String,
    /// The reason is something that this machine lacks, and no failure; from version 5 on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub unavailable: bool,
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
    /// The time that all cores together were busy in the window, in nanoseconds; from version 5 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy_ns: Option<u64>,
    /// Ticks that a hypervisor has taken since this machine started.
    pub stolen_ticks: Option<u64>,
    /// All ticks of all cores since then.
    pub all_ticks: Option<u64>,
    /// How long the machine has been suspended since then, in nanoseconds.
    pub suspended_ns: Option<u64>,
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
