//! The machine and the programs, without guesses.

use std::collections::BTreeMap;
use std::path::Path;

use crate::engine::clock::unix_seconds;
use crate::machine::host;
use crate::model::Platform;
use crate::model::cpython::Interpreter;
use crate::model::cpython::interpreter::START_METHOD;
use crate::record::schema::{Environment, InterpreterEntry};
use crate::workload::hash_implementation;

/// Compiler and profile of this build.
#[expect(unreachable_pub, clippy::allow_attributes, reason = "the file is generated")]
mod built {
    include!(concat!(env!("OUT_DIR"), "/built.rs"));
}

/// The environment of this process. `root` contains `/proc` and `/sys`: `/`, except in tests.
pub fn environment(root: &Path) -> Environment {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok().map(|text| text.trim().to_owned());
    Environment {
        started_unix_s: unix_seconds(),
        cpu_model: host::cpu_model(),
        cores: host::cores() as u64,
        available_parallelism: std::thread::available_parallelism().ok().map(|cores| cores.get() as u64),
        physical_cores: Some(num_cpus::get_physical() as u64),
        limited_by: host::limited_by(),
        affinity: read("proc/self/status").and_then(|text| affinity(&text)),
        smt: read("sys/devices/system/cpu/smt/active").map(|active| active == "1"),
        core_classes: core_classes(root),
        turbo: turbo(root),
        quota_millicores: read("sys/fs/cgroup/cpu.max").and_then(|text| quota_millicores(&text)),
        memory_bytes: read("proc/meminfo")
            .and_then(|text| memory_bytes(&text))
            .or_else(elsewhere::memory_bytes),
        os: std::env::consts::OS.into(),
        arch: std::env::consts::ARCH.into(),
        kernel: read("proc/sys/kernel/osrelease").or_else(elsewhere::kernel),
        governor: read("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        on_battery: on_battery(&root.join("sys/class/power_supply")).or_else(elsewhere::on_battery),
        sha256: hash_implementation().into(),
        bakeoff: env!("CARGO_PKG_VERSION").into(),
        rustc: Some(built::RUSTC_VERSION.to_owned()),
        profile: format!("{} at opt-level {}", built::PROFILE, built::OPT_LEVEL),
        libraries: env!("BAKEOFF_LIBRARIES").split_terminator(", ").map(str::to_owned).collect(),
        commit: Some(env!("BAKEOFF_COMMIT")).filter(|commit| !commit.is_empty()).map(str::to_owned),
        interpreters: None,
        dirty: match env!("BAKEOFF_DIRTY") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    }
}

/// The interpreters of all given platforms, each once; `None` if all platforms are native.
pub fn interpreters(platforms: impl Iterator<Item = Platform>) -> Option<Vec<InterpreterEntry>> {
    let mut entries: Vec<InterpreterEntry> = Vec::new();
    for platform in platforms {
        if let Platform::Python(interpreter) = platform
            && entries.iter().all(|entry| entry.tag != interpreter.tag)
        {
            entries.push(interpreter_entry(interpreter));
        }
    }
    (!entries.is_empty()).then_some(entries)
}

/// The recorded form of an interpreter, without its location.
fn interpreter_entry(interpreter: &Interpreter) -> InterpreterEntry {
    let facts = interpreter.facts.as_ref().ok();
    InterpreterEntry {
        tag: interpreter.tag.clone(),
        version: facts.map(|facts| facts.version.clone()),
        build: facts.map(|facts| facts.build.clone()),
        free_threaded: facts.map(|facts| facts.free_threaded),
        gil: facts.map(|facts| facts.gil),
        start_method: START_METHOD.into(),
        unavailable: interpreter.facts.as_ref().err().cloned(),
    }
}

/// Facts that other systems report through their own programs.
#[cfg(target_os = "macos")]
mod elsewhere {
    use crate::machine::host::said;

    pub(crate) fn memory_bytes() -> Option<u64> {
        said("sysctl", &["-n", "hw.memsize"])?.parse().ok()
    }

    pub(crate) fn kernel() -> Option<String> {
        said("uname", &["-r"])
    }

    pub(crate) fn on_battery() -> Option<bool> {
        said("pmset", &["-g", "batt"]).map(|text| text.contains("'Battery Power'"))
    }

    /// The number of logical cores at each performance level, the fastest first.
    pub(crate) fn core_classes() -> Vec<u64> {
        let level =
            |level: usize| said("sysctl", &["-n", &format!("hw.perflevel{level}.logicalcpu")])?.parse().ok();
        (0..).map_while(level).collect()
    }
}

/// Unknown.
#[cfg(not(target_os = "macos"))]
mod elsewhere {
    pub(crate) fn memory_bytes() -> Option<u64> {
        None
    }

    pub(crate) fn kernel() -> Option<String> {
        None
    }

    pub(crate) fn on_battery() -> Option<bool> {
        None
    }

    pub(crate) fn core_classes() -> Vec<u64> {
        Vec::new()
    }
}

fn affinity(status: &str) -> Option<String> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    Some(list.trim().to_owned())
}

/// The number of logical cores of each class that the kernel distinguishes, the fastest first; empty if all
/// are
/// alike. Intel systems list the classes, Arm systems give the capacity of each core.
fn core_classes(root: &Path) -> Vec<u64> {
    let listed = |path: &str| count(&std::fs::read_to_string(root.join("sys/devices").join(path)).ok()?);
    let intel: Vec<u64> = ["cpu_core/cpus", "cpu_atom/cpus"].into_iter().filter_map(listed).collect();
    let cores = std::fs::read_dir(root.join("sys/devices/system/cpu")).into_iter().flatten().flatten();
    let capacity = |core: std::fs::DirEntry| std::fs::read_to_string(core.path().join("cpu_capacity")).ok();
    let mut arm = BTreeMap::<u64, u64>::new();
    for capacity in cores.filter_map(capacity).filter_map(|text| text.trim().parse().ok()) {
        *arm.entry(capacity).or_default() += 1;
    }
    let arm: Vec<u64> = arm.into_values().rev().collect();
    [intel, arm, elsewhere::core_classes()].into_iter().find(|classes| classes.len() > 1).unwrap_or_default()
}

/// The number of cores in a list as `0-3,8`.
fn count(list: &str) -> Option<u64> {
    let range = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(last.parse::<u64>().ok()?.checked_sub(first.parse().ok()?)? + 1)
    };
    list.trim().split(',').map(range).sum()
}

/// Whether the clock may rise, from Intel's driver or the generic one.
fn turbo(root: &Path) -> Option<bool> {
    let flag = |path: &str| std::fs::read_to_string(root.join("sys/devices/system/cpu").join(path)).ok();
    let forbidden = flag("intel_pstate/no_turbo").map(|flag| flag.trim() == "1");
    let allowed = flag("cpufreq/boost").map(|flag| flag.trim() == "1");
    forbidden.map(|forbidden| !forbidden).or(allowed)
}

/// The quota of a `cpu.max` line, `max` or microseconds, and the period in microseconds.
fn quota_millicores(cpu_max: &str) -> Option<u64> {
    let (quota, period) = cpu_max.split_once(' ')?;
    let (quota, period): (u64, u64) = (quota.parse().ok()?, period.parse().ok()?);
    quota.checked_mul(1_000)?.checked_div(period)
}

fn memory_bytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Whether no mains supply is online although there is one, or there are only batteries.
fn on_battery(supplies: &Path) -> Option<bool> {
    let read =
        |path: std::path::PathBuf| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).ok();
    let folders: Vec<_> = std::fs::read_dir(supplies).ok()?.flatten().map(|entry| entry.path()).collect();
    let of_type = |kind: &str| {
        folders
            .iter()
            .filter(move |folder| read(folder.join("type")).as_deref() == Some(kind))
            .collect::<Vec<_>>()
    };
    let (mains, batteries) = (of_type("Mains"), of_type("Battery"));
    let online = mains.iter().any(|folder| read(folder.join("online")).as_deref() == Some("1"));
    (!mains.is_empty() || !batteries.is_empty()).then_some(!online)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with the files of a simulated machine.
    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    const ARM: [&str; 3] = [
        "sys/devices/system/cpu/cpu0/cpu_capacity",
        "sys/devices/system/cpu/cpu1/cpu_capacity",
        "sys/devices/system/cpu/cpu2/cpu_capacity",
    ];

    #[test]
    fn facts_are_read_from_system_files() {
        let root = machine(&[
            ("proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\n"),
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
        assert_eq!((found.memory_bytes, found.quota_millicores), (Some(1_024_000), Some(1_500)));
        assert_eq!((found.governor.as_deref(), found.on_battery), (Some("powersave"), Some(true)));
        assert_eq!(
            (found.affinity.as_deref(), found.smt, found.turbo),
            (Some("0-3,8"), Some(true), Some(true))
        );
        assert_eq!(found.core_classes, [5, 4]);
        let arm = machine(&[0, 1, 2].map(|core| (ARM[core], ["1024", "400", "400"][core])));
        assert_eq!(core_classes(arm.path()), [1, 2]);
    }

    #[test]
    fn build_tools_and_dependencies_are_recorded() {
        let found = environment(Path::new("/"));
        assert!(found.rustc.unwrap().starts_with("rustc 1."));
        let names: Vec<&str> =
            found.libraries.iter().filter_map(|library| library.split(' ').next()).collect();
        assert_eq!(names, ["criterion", "crossbeam", "rayon", "tokio"]);
    }

    #[test]
    fn missing_or_malformed_facts_are_unknown() {
        let root = machine(&[("proc/meminfo", "garbage"), ("sys/fs/cgroup/cpu.max", "max 100000\n")]);
        let found = environment(root.path());
        assert_eq!((found.memory_bytes, found.quota_millicores, found.on_battery), (None, None, None));
        assert_eq!((found.affinity, found.smt, found.turbo), (None, None, None));
        assert_eq!(quota_millicores("1 0"), None);
        assert_eq!(quota_millicores("99999999999999999999 1"), None);
    }
}
