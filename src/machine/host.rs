//! Information about this machine.

use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use anyhow::{Result, ensure};

use crate::machine::processor;
use crate::workload::hash_implementation;

/// Cores that this process may use, as `num_cpus` counts them: the affinity mask and the CPU quota, rounded
/// up.
///
/// Read once: later mask changes do not affect models that have started.
pub fn cores() -> usize {
    static CORES: LazyLock<usize> = LazyLock::new(|| match LIMIT.get() {
        Some(limit) => limit.cores,
        None => num_cpus::get(),
    });
    *CORES
}

/// The core limit of this process.
static LIMIT: OnceLock<Limit> = OnceLock::new();

struct Limit {
    cores: usize,
    by: String,
}

/// How this process was limited to fewer cores than the machine has, if it was.
pub(crate) fn limited_by() -> Option<String> {
    LIMIT.get().map(|limit| limit.by.clone())
}

/// Limits this process and all its children to `cores` cores: by a mask if the system supports masks,
/// otherwise only by the value of [`cores`]. Must be called before any thread starts and before [`cores`] is called.
///
/// # Errors
/// Where the system refuses the mask.
pub fn limit_to(cores: usize) -> Result<()> {
    let by = match mask(cores)? {
        Some(about) => format!("a mask of {about}"),
        None => "pool sizes alone".to_owned(),
    };
    ensure!(LIMIT.set(Limit { cores, by }).is_ok(), "cores can be limited once only");
    Ok(())
}

/// Restricts this process to `cores` cores, and returns which.
#[cfg(target_os = "linux")]
fn mask(cores: usize) -> Result<Option<String>> {
    use nix::sched::{CpuSet, sched_setaffinity};
    let choice = crate::machine::topology::choose(Path::new("/"), &allowed_cores(), cores);
    let mut set = CpuSet::new();
    for number in choice.numbers {
        set.set(number as usize)?;
    }
    sched_setaffinity(nix::unistd::Pid::from_raw(0), &set)?;
    Ok(Some(choice.about))
}

/// This system has no masks.
#[cfg(not(target_os = "linux"))]
fn mask(_: usize) -> Result<Option<String>> {
    Ok(None)
}

/// One line on the machine: processor, cores, system, and which SHA-256 it gets.
pub fn describe() -> String {
    let cpu = processor::name(Path::new("/")).unwrap_or_else(|| "unknown processor".into());
    let cores = cores();
    let plural = if cores == 1 { "" } else { "s" };
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{cpu}, {cores} core{plural}, {os} on {arch}; {}", hash_implementation())
}

/// The logical cores that this process may use, by number; empty if the system can't pin threads.
#[cfg(target_os = "linux")]
pub fn allowed_cores() -> Vec<u32> {
    use nix::sched::{CpuSet, sched_getaffinity};
    let Ok(set) = sched_getaffinity(nix::unistd::Pid::from_raw(0)) else { return vec![] };
    let mut numbers = Vec::new();
    for (cpu, number) in (0..CpuSet::count()).zip(0_u32..) {
        if set.is_set(cpu) == Ok(true) {
            numbers.push(number);
        }
    }
    numbers
}

/// The logical cores that a thread can be pinned to: none.
#[cfg(not(target_os = "linux"))]
pub fn allowed_cores() -> Vec<u32> {
    vec![]
}
