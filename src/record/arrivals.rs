//! Jobs that arrived over time, in a recording.

use std::num::NonZeroU64;
use std::ops::Not;

use serde::{Deserialize, Serialize};

use crate::record::private::optional_reason;
use crate::record::schema::{Failure, IdleCheck, WorkloadEntry};
use crate::stats::schedule::Schedule;

/// Levels of load, at each of which jobs came over time, and what became of each job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// How jobs arrive.
    pub schedule: Schedule,
    /// The loads, in percent of the capacity of the best model of a launch, from the lowest to the highest.
    pub loads: Vec<NonZeroU64>,
    /// Requested launches of each workload.
    pub launches_asked: NonZeroU64,
    /// How long jobs arrive at a level.
    pub level_ns: NonZeroU64,
    /// Decides the order of launches and levels, and when jobs arrive.
    pub seed: u64,
    /// The workloads.
    pub workloads: Vec<WorkloadEntry>,
    /// The models of each workload.
    pub arms: Vec<ServingArm>,
    /// Every launch, in the order of time.
    pub launches: Vec<ArrivalLaunch>,
    /// How idle the machine was between launches.
    #[serde(rename = "quiet")]
    pub idle_checks: Vec<IdleCheck>,
}

/// A model that takes the jobs of a workload one at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServingArm {
    /// The workload.
    pub workload: String,
    /// The platform, as the workload has it.
    #[serde(rename = "lane", default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The model.
    pub model: String,
    /// The revision of the model.
    pub revision: u32,
    /// The maximum number of jobs that it runs at once; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<NonZeroU64>,
    /// Why it can't be measured on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "optional_reason")]
    pub unavailable: Option<String>,
}

/// A fresh process in which all models of a workload had all levels, in random order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalLaunch {
    /// The workload.
    pub workload: String,
    /// The platform, as the workload has it.
    #[serde(rename = "lane", default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The number of the launch for that workload, from 0.
    pub number: u64,
    /// How the thread was scheduled that handed jobs over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precedence: Option<Precedence>,
    /// What each job of the batch takes alone: jobs arrive in this order, and again from the first.
    pub alone: Vec<AloneJob>,
    /// How fast each model ends jobs of which there are always more.
    pub capacities: Vec<Capacity>,
    /// The levels.
    pub levels: Vec<Level>,
    /// Jobs that came after a time without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_jobs: Vec<FirstJobs>,
    /// Models that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Why the launch ended early.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "optional_reason")]
    pub failure: Option<String>,
}

/// How the thread is scheduled that hands jobs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precedence {
    /// With real-time priority.
    RealTime,
    /// With a time slice of 0.1 ms, which takes a core from threads with longer ones.
    ShortSlice,
    /// As any thread.
    Usual,
}

/// What a job takes alone, one after the other: the medians of traced runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AloneJob {
    /// How long it waits.
    pub wait_ns: u64,
    /// How long it computes.
    pub compute_ns: u64,
}

/// How fast a model ends jobs that are all there at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Index of the arm.
    pub arm: u64,
    /// Nine tenths of the jobs of a run.
    pub jobs: NonZeroU64,
    /// The time until these had ended.
    pub ns: NonZeroU64,
}

/// One model at one rate of arrivals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Index of the arm.
    pub arm: u64,
    /// The load in percent.
    pub load: NonZeroU64,
    /// The rate: jobs in 1,000 seconds.
    pub jobs_per_1000_s: NonZeroU64,
    /// How long jobs arrived: shorter than asked for if the rate is above the model's own capacity.
    pub level_ns: NonZeroU64,
    /// The seed of the times at which jobs were due, by [`Schedule::due_ns`].
    pub seed: u64,
    /// How much later than due each job was handed over, in microseconds, in the order of arrivals; without the time that the model took to
    /// accept the job before.
    pub late_us: Vec<u64>,
    /// The time from when each was due until its result was there, in microseconds; `null` if it was still open at the end.
    pub latency_us: Vec<Option<u64>>,
    /// The part of it from when the model began to run it.
    pub service_us: Vec<Option<u64>>,
    /// The launch was stopped (Ctrl-Z, SIGSTOP) and continued meanwhile.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub stopped: bool,
}

/// Jobs that came together after nothing had come for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstJobs {
    /// Index of the arm.
    pub arm: u64,
    /// How long nothing had come; 0 if they came directly after others.
    pub idle_us: u64,
    /// The time from when they were due until the result of each was there, in microseconds.
    pub latency_us: Vec<u64>,
    /// CPU time of this process and of those that the model has, while nothing came; absent if that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_cpu_ns: Option<u64>,
}

/// What a launch tells, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArrivalEvent {
    /// A launch of a workload on a platform begins: its number.
    Launch(String, Option<String>, u64),
    /// How the thread is scheduled that hands jobs over.
    Precedence(Precedence),
    /// What jobs take alone.
    Alone(Vec<AloneJob>),
    /// The capacity of a model.
    Capacity(Capacity),
    /// A level is over.
    Level(Level),
    /// Jobs came after a time without any.
    FirstJobs(FirstJobs),
    /// A model failed.
    Failed(Failure),
    /// The launch ended early, and why.
    Ended(String),
    /// The machine was observed while nothing was measured.
    Quiet(IdleCheck),
}

impl Arrivals {
    /// Takes in what a launch has told.
    pub fn apply(&mut self, event: ArrivalEvent) {
        match (event, self.launches.last_mut()) {
            (ArrivalEvent::Quiet(quiet), _) => self.idle_checks.push(quiet),
            (ArrivalEvent::Launch(workload, platform, number), _) => {
                let launch = ArrivalLaunch { workload, platform, number, ..ArrivalLaunch::default() };
                self.launches.push(launch);
            }
            (ArrivalEvent::Precedence(precedence), Some(launch)) => launch.precedence = Some(precedence),
            (ArrivalEvent::Alone(alone), Some(launch)) => launch.alone = alone,
            (ArrivalEvent::Capacity(capacity), Some(launch)) => launch.capacities.push(capacity),
            (ArrivalEvent::Level(level), Some(launch)) => launch.levels.push(level),
            (ArrivalEvent::FirstJobs(first), Some(launch)) => launch.first_jobs.push(first),
            (ArrivalEvent::Failed(failure), Some(launch)) => launch.failures.push(failure),
            (ArrivalEvent::Ended(why), Some(launch)) => launch.failure = Some(why),
            // This program never writes this: a launch comes before its events.
            (_, None) => {}
        }
    }
}
