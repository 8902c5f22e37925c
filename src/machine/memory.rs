//! Memory of this process, its children and the kernel, where the system reports it: on Linux.

/// The peak memory of this process in bytes, since its start or the last call of [`forget_peak`].
pub(crate) fn own_peak() -> Option<u64> {
    kib_of("/proc/self/status", "VmHWM:")
}

/// The current memory of this process, in bytes.
pub(crate) fn own() -> Option<u64> {
    kib_of("/proc/self/status", "VmRSS:")
}

/// Resets the peak; if the system does not support it, the peak covers the whole lifetime.
pub(crate) fn forget_peak() {
    // For the meaning of 5, see proc_pid_clear_refs(5).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Kernel memory of the whole machine, in bytes: thread stacks and page tables. The figures of single
/// processes
/// do not include it.
pub(crate) fn of_kernel() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    Some(kib(&text, "KernelStack:")? + kib(&text, "PageTables:")?)
}

/// Memory of all children of this process, in bytes; shared memory counts proportionally (PSS). A child that
/// ends
/// meanwhile counts as zero.
pub(crate) fn of_children() -> u64 {
    children().iter().filter_map(|child| kib_of(&format!("/proc/{child}/smaps_rollup"), "Pss:")).sum()
}

/// The process ids of the children of this process.
fn children() -> Vec<u32> {
    let own = std::process::id().to_string();
    let is_child = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name, in parentheses, may contain anything; state and parent follow it.
        let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        behind.split_whitespace().nth(1) == Some(own.as_str())
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_child).collect()
}

fn kib_of(path: &str, key: &str) -> Option<u64> {
    kib(&std::fs::read_to_string(path).ok()?, key)
}

/// The bytes in the line that begins with `key`, in units of 1,024 bytes.
fn kib(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_kibibyte_lines_or_returns_none() {
        let text = "KernelStack:      3312 kB\nPageTables:      10 kB\nPss:  many kB\n";
        assert_eq!((kib(text, "KernelStack:"), kib(text, "Pss:")), (Some(3_312 * 1024), None));
        assert_eq!(kib(text, "VmHWM:"), None);
    }

    #[cfg(target_os = "linux")]
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
