//! What machine this is.

use std::sync::{LazyLock, OnceLock};

use anyhow::Result;

use crate::workload::hash_implementation;

/// Cores that this process may use, as `num_cpus` counts them: the affinity mask and, rounded up, a CPU quota.
///
/// Read once: a mask that changes later changes nothing that was started before.
pub fn cores() -> usize {
    static CORES: LazyLock<usize> =
        LazyLock::new(|| LIMIT.get().map_or_else(num_cpus::get, |limit| limit.cores));
    *CORES
}

/// What this process was limited to.
static LIMIT: OnceLock<Limit> = OnceLock::new();

struct Limit {
    cores: usize,
    by: String,
}

/// How this process was limited to fewer cores than there are, if it was.
pub(crate) fn limited_by() -> Option<String> {
    LIMIT.get().map(|limit| limit.by.clone())
}

/// Limits this process, and all that it will start, to so many cores: by a mask where the system has masks, else by what
/// [`cores`] says. To be called before any thread is started and before [`cores`] is.
///
/// # Errors
/// Where the system refuses the mask.
pub(crate) fn limit_to(cores: usize) -> Result<()> {
    let by = mask(cores)?.map_or("pool sizes alone".into(), |about| format!("a mask of {about}"));
    LIMIT.set(Limit { cores, by }).ok().ok_or_else(|| anyhow::anyhow!("cores can be limited once only"))
}

/// Keeps this process on so many cores, and says which.
#[cfg(target_os = "linux")]
fn mask(cores: usize) -> Result<Option<String>> {
    use nix::sched::{CpuSet, sched_setaffinity};
    let choice = crate::machine::topology::choose(std::path::Path::new("/"), &allowed_cores(), cores);
    let mut set = CpuSet::new();
    choice.numbers.iter().try_for_each(|&number| set.set(number as usize))?;
    sched_setaffinity(nix::unistd::Pid::from_raw(0), &set)?;
    Ok(Some(choice.about))
}

/// There are no masks.
#[cfg(not(target_os = "linux"))]
fn mask(_: usize) -> Result<Option<String>> {
    Ok(None)
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
