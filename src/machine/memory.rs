//! Memory of the machine; and of this process, its children and the kernel, where the system reports it: on Linux.

use std::path::Path;

use crate::machine::elsewhere::{self, of_this_machine};
use crate::machine::system_file::{bytes, field, read};

/// The memory of the machine in bytes, by two sources: unknown where they differ by more than a tenth, as in containers that are
/// shown their limit in place of it. `root` contains `/proc`: `/`, except in tests.
pub(super) fn of_machine(root: &Path) -> Option<u64> {
    let listed = read(root, "proc/meminfo").and_then(|text| bytes(&text, "MemTotal"));
    let own = of_this_machine(root, pages);
    agreed(listed, own).or_else(|| of_this_machine(root, elsewhere::memory_bytes))
}

fn agreed(listed: Option<u64>, own: Option<u64>) -> Option<u64> {
    match (listed, own) {
        (Some(listed), Some(own)) => (listed.abs_diff(own) <= listed.max(own) / 10).then_some(listed),
        (listed, own) => listed.or(own),
    }
}

/// By the number and the size of its pages.
#[cfg(target_os = "linux")]
fn pages() -> Option<u64> {
    use nix::unistd::{SysconfVar, sysconf};
    let known = |variable| u64::try_from(sysconf(variable).ok()??).ok();
    known(SysconfVar::_PHYS_PAGES)?.checked_mul(known(SysconfVar::PAGE_SIZE)?)
}

/// Other systems have sources of their own.
#[cfg(not(target_os = "linux"))]
fn pages() -> Option<u64> {
    None
}

/// The peak memory of this process in bytes, since its start or the last call of [`forget_peak`].
pub(crate) fn own_peak() -> Option<u64> {
    bytes(&own_status()?, "VmHWM")
}

/// The current memory of this process, in bytes.
pub(crate) fn own() -> Option<u64> {
    bytes(&own_status()?, "VmRSS")
}

fn own_status() -> Option<String> {
    read(Path::new("/proc/self"), "status")
}

/// Resets the peak; if the system does not support it, the peak covers the whole lifetime.
pub(crate) fn forget_peak() {
    // For the meaning of 5, see proc_pid_clear_refs(5).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Kernel memory of the whole machine, in bytes: thread stacks and page tables. The figures of single
/// processes do not include it.
pub(crate) fn of_kernel() -> Option<u64> {
    let text = read(Path::new("/proc"), "meminfo")?;
    Some(bytes(&text, "KernelStack")? + bytes(&text, "PageTables")?)
}

/// Memory of all children of this process, in bytes; shared memory counts proportionally (PSS). A child that
/// ends meanwhile counts as zero; unknown where the system tells it of no process.
pub(crate) fn of_children() -> Option<u64> {
    shared(Path::new("/proc/self"))?;
    let mut all = 0;
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        if is_child(&process.path()) {
            all += shared(&process.path()).unwrap_or(0);
        }
    }
    Some(all)
}

/// The memory of a process with its share of what it shares, in bytes. Kernels before 4.14 do not tell it.
fn shared(process: &Path) -> Option<u64> {
    bytes(&read(process, "smaps_rollup")?, "Pss")
}

/// Whether a folder in `/proc` is that of a child of this process.
fn is_child(process: &Path) -> bool {
    let Some(status) = read(process, "status") else { return false };
    field(&status, "PPid") == Some(&std::process::id().to_string())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn contradicting_memory_is_unknown() {
        assert_eq!(agreed(Some(1_000), Some(1_100)), Some(1_000));
        assert_eq!(agreed(Some(1_000), Some(1_200)), None);
        assert_eq!(
            (agreed(None, Some(7)), agreed(Some(7), None), agreed(None, None)),
            (Some(7), Some(7), None)
        );
        let total = of_machine(Path::new("/")).unwrap();
        assert!(total.abs_diff(pages().unwrap()) <= total / 10);
    }

    #[test]
    fn peak_memory_sees_touched_pages_and_resets() {
        forget_peak();
        let before = own_peak().unwrap();
        // Far more than concurrent tests allocate.
        let touched = vec![1_u8; 256 << 20];
        assert!(own_peak().unwrap() >= before + (200 << 20), "{}", touched.len());
        drop(touched);
        forget_peak();
        assert!(own_peak().unwrap() < before + (150 << 20));
    }
}
