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
    /// What changes the code of the program besides the profile: flags of the compiler, and settings of the profile from
    /// outside the sources; unknown before version 5, and in some recordings of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_flags: Option<Vec<String>>,
    /// Versions of the libraries that models are made of, `name version`.
    pub libraries: Vec<String>,
    /// The measured interpreters, or why there are none; from version 4 on.
    pub interpreters: Option<Vec<InterpreterEntry>>,
    /// Commit of the sources.
    pub commit: Option<String>,
    /// Whether the sources differed from that commit.
    pub dirty: Option<bool>,
}

/// How the flag is called with which a program checks its own assumptions while it runs.
pub const DEBUG_ASSERTIONS: &str = "debug-assertions";

impl Environment {
    /// Whether the compiler optimised the program for speed. The level decides and not the name of the profile, unless a
    /// recording has the name alone.
    pub fn is_optimised(&self) -> bool {
        match self.profile.split_once(" at opt-level ") {
            Some((_, level)) => matches!(level, "2" | "3"),
            None => self.profile.starts_with("release"),
        }
    }

    /// Whether the program checked its own assumptions while it ran.
    pub fn has_debug_assertions(&self) -> bool {
        self.build_flags.iter().flatten().any(|flag| flag == DEBUG_ASSERTIONS)
    }

    /// The flags of the build for readers.
    pub fn build_flags_text(&self) -> String {
        match &self.build_flags {
            None => "unknown".into(),
            Some(flags) if flags.is_empty() => "none".into(),
            Some(flags) => flags.join(" "),
        }
    }
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
    /// The packages that its measured models take, `name version`; from version 6 on, in recordings with such models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// Why it can't be used.
    #[serde(serialize_with = "optional_reason")]
    pub unavailable: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_decides_whether_it_is_optimised() {
        for (profile, is_optimised) in [
            ("release at opt-level 3", true),
            ("release at opt-level 0", false),
            ("release at opt-level s", false),
            ("debug at opt-level 3", true),
            ("debug at opt-level 0", false),
            ("debug at opt-level 1", false),
            ("release", true),
            ("debug", false),
        ] {
            let environment = Environment { profile: profile.into(), ..Environment::default() };
            assert_eq!(environment.is_optimised(), is_optimised, "{profile}");
        }
    }
}
