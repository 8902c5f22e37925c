//! The environment of a recording.

use serde::{Deserialize, Serialize};

use crate::record::private::optional_reason;

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
    #[serde(serialize_with = "optional_reason")]
    pub unavailable: Option<String>,
}
