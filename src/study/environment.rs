//! The machine and the programs, as far as they can be known without guessing.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::host;
use crate::record::schema::Environment;
use crate::workload::hash_implementation;

/// The environment of this process. `root` is where `/proc` and `/sys` are: `/`, but for tests.
pub fn environment(root: &Path) -> Environment {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok().map(|text| text.trim().to_owned());
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok();
    Environment {
        started_unix_s: since_1970.map(|time| time.as_secs()),
        cpu_model: host::cpu_model(),
        cores: host::cores() as u64,
        available_parallelism: std::thread::available_parallelism().ok().map(|cores| cores.get() as u64),
        physical_cores: Some(num_cpus::get_physical() as u64),
        quota_millicores: read("sys/fs/cgroup/cpu.max").and_then(|text| quota_millicores(&text)),
        memory_bytes: read("proc/meminfo").and_then(|text| memory_bytes(&text)),
        os: std::env::consts::OS.into(),
        arch: std::env::consts::ARCH.into(),
        kernel: read("proc/sys/kernel/osrelease"),
        governor: read("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        on_battery: on_battery(&root.join("sys/class/power_supply")),
        sha256: hash_implementation().into(),
        bakeoff: env!("CARGO_PKG_VERSION").into(),
        rustc: None,
        libraries: Vec::new(),
        commit: git(&["rev-parse", "HEAD"]),
        dirty: git(&["status", "--porcelain"]).map(|changes| !changes.is_empty()),
    }
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

/// Whether no mains supply is online though there is one, or there are only batteries.
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

/// What git says of the sources that this program was built from, where they still are there.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(["-C", env!("CARGO_MANIFEST_DIR")]).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with the files of a made-up machine.
    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn facts_are_read_from_the_files_of_the_machine() {
        let root = machine(&[
            ("proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\n"),
            ("sys/fs/cgroup/cpu.max", "150000 100000\n"),
            ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
            ("sys/class/power_supply/AC/type", "Mains\n"),
            ("sys/class/power_supply/AC/online", "0\n"),
            ("sys/class/power_supply/BAT0/type", "Battery\n"),
        ]);
        let found = environment(root.path());
        assert_eq!((found.memory_bytes, found.quota_millicores), (Some(1_024_000), Some(1_500)));
        assert_eq!((found.governor.as_deref(), found.on_battery), (Some("powersave"), Some(true)));
    }

    #[test]
    fn what_is_not_there_or_makes_no_sense_is_unknown() {
        let root = machine(&[("proc/meminfo", "garbage"), ("sys/fs/cgroup/cpu.max", "max 100000\n")]);
        let found = environment(root.path());
        assert_eq!((found.memory_bytes, found.quota_millicores, found.on_battery), (None, None, None));
        assert_eq!(quota_millicores("1 0"), None);
        assert_eq!(quota_millicores("99999999999999999999 1"), None);
    }
}
