//! What machine this is.

use std::sync::LazyLock;

use crate::workload::hash_implementation;

/// Cores that this process may use, as `num_cpus` counts them: the affinity mask and, rounded up, a CPU quota.
///
/// Read once: a mask that changes later changes nothing that was started before.
pub fn cores() -> usize {
    static CORES: LazyLock<usize> = LazyLock::new(num_cpus::get);
    *CORES
}

/// One line on the machine: processor, cores, system, and which SHA-256 it gets.
pub fn describe() -> String {
    let cpu = cpu_model().unwrap_or_else(|| "unknown processor".into());
    let cores = cores();
    let plural = if cores == 1 { "" } else { "s" };
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{cpu}, {cores} core{plural}, {os} on {arch}; {}", hash_implementation())
}

#[cfg(target_os = "linux")]
pub(crate) fn cpu_model() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(target_os = "macos")]
pub(crate) fn cpu_model() -> Option<String> {
    said("sysctl", &["-n", "machdep.cpu.brand_string"])
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn cpu_model() -> Option<String> {
    std::env::var("PROCESSOR_IDENTIFIER").ok()
}

/// What `program` prints, without spaces around it; `None` where it is not there, fails or prints nothing.
pub(crate) fn said(program: &str, args: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The logical cores that this process may run on, by number; none where the system can't pin a thread to one.
#[cfg(target_os = "linux")]
pub(crate) fn allowed_cores() -> Vec<u32> {
    use nix::sched::{CpuSet, sched_getaffinity};
    let set = sched_getaffinity(nix::unistd::Pid::from_raw(0)).unwrap_or_else(|_| CpuSet::new());
    let numbers = (0..CpuSet::count()).filter(|&cpu| set.is_set(cpu).unwrap_or(false));
    numbers.filter_map(|cpu| u32::try_from(cpu).ok()).collect()
}

/// The logical cores that a thread can be pinned to: none.
#[cfg(not(target_os = "linux"))]
pub(crate) fn allowed_cores() -> Vec<u32> {
    vec![]
}
