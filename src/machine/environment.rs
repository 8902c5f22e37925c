//! The machine and the programs, without guesses.

use std::collections::BTreeMap;
use std::fs::read_dir;
use std::path::Path;

use crate::engine::clock::unix_seconds;
use crate::machine::elsewhere::{self, of_this_machine};
use crate::machine::system_file::{field, read};
use crate::machine::{host, memory, power, processor, quota, topology::list};
use crate::model::{Platform, cpython::Interpreter, cpython::interpreter::START_METHOD};
use crate::record::environment::DEBUG_ASSERTIONS;
use crate::record::schema::{Environment, InterpreterEntry};
use crate::workload::hash_implementation;

/// Compiler and profile of this build.
#[expect(unreachable_pub, clippy::allow_attributes, reason = "the file is generated")]
mod built {
    include!(concat!(env!("OUT_DIR"), "/built.rs"));
}

/// The commit of the sources; empty if it is unknown.
const COMMIT: &str = env!("BAKEOFF_COMMIT");

/// The environment of this process. `root` contains `/proc` and `/sys`: `/`, except in tests.
pub fn environment(root: &Path) -> Environment {
    let status = read(root, "proc/self/status").unwrap_or_default();
    Environment {
        started_unix_s: unix_seconds(),
        cpu_model: processor::name(root),
        cores: host::cores() as u64,
        available_parallelism: std::thread::available_parallelism().ok().map(|cores| cores.get() as u64),
        physical_cores: processor::physical_cores(root),
        limited_by: host::limited_by(),
        affinity: field(&status, "Cpus_allowed_list").map(str::to_owned),
        smt: read(root, "sys/devices/system/cpu/smt/active").map(|active| active == "1"),
        core_classes: core_classes(root),
        turbo: turbo(root),
        quota_millicores: quota::millicores(root),
        memory_bytes: memory::of_machine(root),
        os: std::env::consts::OS.into(),
        arch: std::env::consts::ARCH.into(),
        kernel: read(root, "proc/sys/kernel/osrelease").or_else(|| of_this_machine(root, elsewhere::kernel)),
        governor: read(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        on_battery: power::on_battery(root).or_else(|| of_this_machine(root, elsewhere::on_battery)),
        sha256: hash_implementation().into(),
        bakeoff: env!("CARGO_PKG_VERSION").into(),
        rustc: Some(built::RUSTC_VERSION.to_owned()),
        profile: format!("{} at opt-level {}", built::PROFILE, built::OPT_LEVEL),
        build_flags: Some(build_flags()),
        libraries: env!("BAKEOFF_LIBRARIES").split_terminator(", ").map(str::to_owned).collect(),
        commit: (!COMMIT.is_empty()).then(|| COMMIT.to_owned()),
        interpreters: None,
        dirty: match env!("BAKEOFF_DIRTY") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    }
}

/// What changes the code of this program besides its profile.
fn build_flags() -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    flags.extend(env!("BAKEOFF_BUILD_FLAGS").split_terminator('\t').map(str::to_owned));
    if cfg!(debug_assertions) {
        flags.push(DEBUG_ASSERTIONS.into());
    }
    flags
}

/// The interpreters of all given platforms, each once, with those of `packages` that each has; `None` if all platforms are native.
pub fn interpreters(
    platforms: impl Iterator<Item = Platform>,
    packages: &[&str],
) -> Option<Vec<InterpreterEntry>> {
    let mut entries: Vec<InterpreterEntry> = Vec::new();
    for platform in platforms {
        if let Platform::Python(interpreter) = platform
            && entries.iter().all(|entry| entry.tag != interpreter.tag)
        {
            entries.push(interpreter_entry(interpreter, packages));
        }
    }
    (!entries.is_empty()).then_some(entries)
}

/// The recorded form of an interpreter, without its location.
fn interpreter_entry(interpreter: &Interpreter, packages: &[&str]) -> InterpreterEntry {
    let mut entry = InterpreterEntry {
        tag: interpreter.tag.clone(),
        version: None,
        build: None,
        free_threaded: None,
        gil: None,
        start_method: START_METHOD.into(),
        unavailable: None,
        packages: interpreter.versions_of(packages),
    };
    match &interpreter.facts {
        Err(why) => entry.unavailable = Some(why.clone()),
        Ok(facts) => {
            entry.version = Some(facts.version.clone());
            entry.build = Some(facts.build.clone());
            entry.free_threaded = Some(facts.free_threaded);
            entry.gil = Some(facts.gil);
        }
    }
    entry
}

/// The number of logical cores of each class that the kernel distinguishes, the fastest first; empty if all
/// are alike.
fn core_classes(root: &Path) -> Vec<u64> {
    let elsewhere = of_this_machine(root, elsewhere::core_classes);
    for classes in [listed_classes(root), classes_by_capacity(root), elsewhere] {
        if classes.len() > 1 {
            return classes;
        }
    }
    Vec::new()
}

/// The classes of Intel systems, which list them.
fn listed_classes(root: &Path) -> Vec<u64> {
    let mut classes = Vec::new();
    for class in ["cpu_core", "cpu_atom"] {
        let cores = list(root, &format!("sys/devices/{class}/cpus"));
        if !cores.is_empty() {
            classes.push(cores.len() as u64);
        }
    }
    classes
}

/// The classes of Arm systems, which give the capacity of each core.
fn classes_by_capacity(root: &Path) -> Vec<u64> {
    let mut classes = BTreeMap::<u64, u64>::new();
    for core in read_dir(root.join("sys/devices/system/cpu")).into_iter().flatten().flatten() {
        if let Some(capacity) = read(&core.path(), "cpu_capacity")
            && let Ok(capacity) = capacity.parse()
        {
            *classes.entry(capacity).or_default() += 1;
        }
    }
    classes.into_values().rev().collect()
}

/// Whether the clock may rise, from Intel's driver or the generic one.
fn turbo(root: &Path) -> Option<bool> {
    match read(root, "sys/devices/system/cpu/intel_pstate/no_turbo") {
        Some(is_forbidden) => Some(is_forbidden != "1"),
        None => Some(read(root, "sys/devices/system/cpu/cpufreq/boost")? == "1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system_file::tests::machine;

    const CGROUPS: &str = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

    #[test]
    fn facts_are_read_from_system_files() {
        let root = machine([
            ("proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\n"),
            ("proc/self/cgroup", "0::/\n"),
            ("proc/self/mountinfo", CGROUPS),
            ("sys/fs/cgroup/cpu.max", "150000 100000\n"),
            ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
            ("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-3,8\n"),
            ("sys/devices/system/cpu/smt/active", "1\n"),
            ("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n"),
            ("sys/devices/cpu_core/cpus", "0-3,8\n"),
            ("sys/devices/cpu_atom/cpus", "4-7\n"),
            ("sys/class/power_supply/AC/type", "Mains\n"),
            ("sys/class/power_supply/AC/online", "0\n"),
            ("sys/class/power_supply/BAT0/type", "Battery\n"),
        ]);
        let found = environment(root.path());
        // Control groups are looked up on Linux only.
        let quota = cfg!(target_os = "linux").then_some(1_500);
        assert_eq!((found.memory_bytes, found.quota_millicores), (Some(1_024_000), quota));
        assert_eq!((found.governor.as_deref(), found.on_battery), (Some("powersave"), Some(true)));
        assert_eq!(
            (found.affinity.as_deref(), found.smt, found.turbo),
            (Some("0-3,8"), Some(true), Some(true))
        );
        assert_eq!(found.core_classes, [5, 4]);
        let arm = machine([
            ("sys/devices/system/cpu/cpu0/cpu_capacity", "1024"),
            ("sys/devices/system/cpu/cpu1/cpu_capacity", "400"),
            ("sys/devices/system/cpu/cpu2/cpu_capacity", "400"),
        ]);
        assert_eq!(core_classes(arm.path()), [1, 2]);
    }

    #[test]
    fn build_tools_and_dependencies_are_recorded() {
        let found = environment(Path::new("/"));
        assert!(found.rustc.unwrap().starts_with("rustc 1."));
        let names: Vec<&str> =
            found.libraries.iter().filter_map(|library| library.split(' ').next()).collect();
        assert_eq!(names, ["criterion", "crossbeam", "rayon", "tokio"]);
        let has_assertions = found.build_flags.unwrap().iter().any(|flag| flag == DEBUG_ASSERTIONS);
        assert_eq!(has_assertions, cfg!(debug_assertions));
    }

    #[test]
    fn missing_or_malformed_facts_are_unknown() {
        let root = machine([
            ("proc/meminfo", "garbage"),
            ("proc/self/cgroup", "0::/\n"),
            ("proc/self/mountinfo", CGROUPS),
            ("sys/fs/cgroup/cpu.max", "max 100000\n"),
        ]);
        let found = environment(root.path());
        assert_eq!((found.memory_bytes, found.quota_millicores, found.on_battery), (None, None, None));
        assert_eq!((found.affinity, found.smt, found.turbo), (None, None, None));
    }
}
