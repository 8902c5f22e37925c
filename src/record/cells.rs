//! What a recording compares: workloads, and the arms that were measured.

use std::fmt;
use std::num::NonZeroU64;
use std::ops::Not;

use serde::{Deserialize, Serialize};

use crate::record::private::optional_reason;

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
    /// Whether its jobs wait or compute.
    pub kind: Kind,
    /// The revision of its work: cells of two revisions are not compared. From version 5 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Jobs of a batch.
    pub jobs: NonZeroU64,
    /// The size of each job, in the workload's own unit; from version 5 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<u64>,
    /// SHA-256 of the description and the size, in hexadecimal; in versions 1 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// What fresh processes have found about a user's own function; from version 5 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionFacts>,
    /// The same of a function in Python.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<PythonFacts>,
}

/// What an interpreter that has loaded a user's function tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonFacts {
    /// Name and version of each installed package that was imported.
    pub packages: Vec<String>,
    /// The interpreter's words on why its lock is in force again, in a free-threaded build where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_back: Option<String>,
}

/// What a fresh process that called a user's function with each input, one call after the other, has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionFacts {
    /// The time that making the inputs took.
    pub inputs_ns: u64,
    /// The time of all calls together.
    pub calls_ns: u64,
    /// The CPU time of the process in that time; absent where nobody tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
    /// The time that writing all inputs as bytes and reading them again took; only if they are sent to processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_ns: Option<u64>,
    /// What the program printed before it asked for its suite, in bytes.
    pub printed_bytes: u64,
    /// The first 53 bits of the hash of all answers, which every reader of JSON keeps: another function, or the same on other inputs,
    /// has others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<u64>,
    /// Whether it has an async form.
    pub asynchronous: bool,
    /// The maximum number of its jobs at once, if its author has set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<NonZeroU64>,
    /// Whether each of its cells was measured in a process of its own.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub isolated: bool,
}

/// The main activity of a workload's jobs.
///
/// ```
/// use bakeoff::work::Kind;
///
/// assert!(Kind::Waits.waits() && Kind::Mixed.waits() && !Kind::Computes.waits());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nothing: the cost of dispatch alone.
    #[serde(rename = "-")]
    Nothing,
    /// Waiting: for a timer, a server or a disk.
    Waits,
    /// Computing: a core is busy all the time.
    Computes,
    /// Both; where concurrency matters, it counts as waiting.
    Mixed,
}

/// A measured alternative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// `workload/model/width`; a control and a capacity have the id of their platform's baseline, a reference that of a native
    /// cell.
    pub id: String,
    /// The platform that it is measured on, as its workload has it; from version 4 on.
    #[serde(rename = "lane")]
    pub platform: Option<String>,
    /// What it is there for.
    pub role: Role,
    /// The revision of its model: cells of two revisions are not compared. From version 5 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The number of jobs at once.
    pub in_flight: NonZeroU64,
    /// Why it can't be measured on this machine.
    #[serde(serialize_with = "optional_reason")]
    pub unavailable: Option<String>,
    /// The reason is a failure, and nothing that this machine lacks; from version 5 on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub failed: bool,
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
    /// A native model on the jobs of another platform, if those differ, in the same rounds: the baseline, and from version 5
    /// on also the textbook tool. From version 4 on.
    Reference,
}

/// How many jobs of a cell run at once: the last part of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One job.
    One,
    /// As many as there are workers: one for each core, if nothing else was asked for.
    Cores,
    /// All jobs of the batch, or as many as the model allows.
    Jobs,
}

/// The revision of all workloads and models in recordings of versions 1 to 4, which don't tell it.
const FIRST_REVISION: u32 = 1;

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

impl Width {
    /// The width of the cell with the id `workload/model/width`, or with the name `model/width`.
    pub fn of(cell: &str) -> Option<Width> {
        match cell.rsplit_once('/')?.1 {
            "one" => Some(Width::One),
            "cores" => Some(Width::Cores),
            "jobs" => Some(Width::Jobs),
            _ => None,
        }
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Width::One => "one",
            Width::Cores => "cores",
            Width::Jobs => "jobs",
        })
    }
}

impl WorkloadEntry {
    /// The revision of its work.
    pub fn revision(&self) -> u32 {
        self.revision.unwrap_or(FIRST_REVISION)
    }

    /// Whether both have the same name and size; their revisions may differ.
    ///
    /// Recordings of versions 1 to 4 don't tell the size of a job: there, the jobs of one platform are equal, as no
    /// default size has changed since, and those of two platforms are equal if their definitions are.
    pub fn is_same_size(&self, other: &WorkloadEntry) -> bool {
        let jobs_are_equal = match (self.each, other.each) {
            (Some(each), Some(other_each)) => each == other_each,
            _ if self.platform == other.platform => true,
            _ => self.definition.is_some() && self.definition == other.definition,
        };
        let at_most = |it: &Self| it.function.and_then(|function| function.at_most);
        self.name == other.name
            && self.jobs == other.jobs
            && jobs_are_equal
            && at_most(self) == at_most(other)
    }

    /// Its name in warnings: `hash`, `hash in Python 3.11`.
    pub fn called(&self) -> String {
        self.platform
            .as_ref()
            .map_or(self.name.clone(), |platform| format!("{} in Python {platform}", self.name))
    }
}

impl Arm {
    /// The workload of its cell.
    pub fn workload(&self) -> &str {
        self.id.rsplitn(3, '/').nth(2).unwrap_or_default()
    }

    /// The model of its cell, with its interpreter.
    pub fn model(&self) -> &str {
        self.id.rsplit('/').nth(1).unwrap_or_default()
    }

    /// The width of its cell; `None` if this program does not know it.
    pub fn width(&self) -> Option<Width> {
        Width::of(&self.id)
    }

    /// The revision of its model.
    pub fn revision(&self) -> u32 {
        self.revision.unwrap_or(FIRST_REVISION)
    }

    /// Whether it is an arm of `workload` on its platform.
    pub fn is_of(&self, workload: &WorkloadEntry) -> bool {
        let rest = self.id.strip_prefix(&workload.name);
        rest.is_some_and(|rest| rest.starts_with('/')) && self.platform == workload.platform
    }

    /// Whether it is the baseline of its platform: the cell, or its control.
    pub fn is_baseline(&self) -> bool {
        matches!(self.role, Role::Cell | Role::Control) && self.width() == Some(Width::One)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arm_id_has_typed_parts() {
        let id = "primes/py-threading@3.11/cores".to_owned();
        let one = NonZeroU64::MIN;
        let (role, revision) = (Role::Cell, Some(1));
        let arm =
            Arm { id, platform: None, role, revision, in_flight: one, unavailable: None, failed: false };
        assert_eq!((arm.workload(), arm.model()), ("primes", "py-threading@3.11"));
        assert_eq!((arm.width(), arm.is_baseline()), (Some(Width::Cores), false));
        for width in [Width::One, Width::Cores, Width::Jobs] {
            assert_eq!(Width::of(&format!("rayon/{width}")), Some(width));
        }
        assert_eq!((Width::of("rayon/all"), Width::of("one")), (None, None));
    }

    #[test]
    fn kind_is_recorded_as_it_is_shown() {
        for kind in [Kind::Nothing, Kind::Waits, Kind::Computes, Kind::Mixed] {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
    }
}
