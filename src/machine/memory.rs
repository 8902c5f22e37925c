//! What memory this process, its children and the kernel have taken, as far as the system tells: Linux does.

/// The most memory that this process has had at once, in bytes, since it was started or [`forget_peak`] was called.
pub(crate) fn own_peak() -> Option<u64> {
    kib_of("/proc/self/status", "VmHWM:")
}

/// The memory that this process has now, in bytes.
pub(crate) fn own() -> Option<u64> {
    kib_of("/proc/self/status", "VmRSS:")
}

/// Lets the peak begin anew; where the system can't, the peak stays that of the whole life.
pub(crate) fn forget_peak() {
    // What 5 means: proc_pid_clear_refs(5).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Memory of the kernel's for all of the machine, in bytes: stacks of threads, and tables of pages. Nobody's own
/// figures have it.
pub(crate) fn of_kernel() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    Some(kib(&text, "KernelStack:")? + kib(&text, "PageTables:")?)
}

/// Memory of all children of this process, in bytes; what several share counts in parts (PSS). One that ends meanwhile
/// counts nothing.
pub(crate) fn of_children() -> u64 {
    children().iter().filter_map(|child| kib_of(&format!("/proc/{child}/smaps_rollup"), "Pss:")).sum()
}

/// The process ids of the children of this process.
fn children() -> Vec<u32> {
    let own = std::process::id().to_string();
    let is_child = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name, in parentheses, may contain anything; behind it are the state and the parent.
        let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        behind.split_whitespace().nth(1) == Some(own.as_str())
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_child).collect()
}

fn kib_of(path: &str, key: &str) -> Option<u64> {
    kib(&std::fs::read_to_string(path).ok()?, key)
}

/// The number of bytes in the line that begins with `key`, which counts in units of 1,024.
fn kib(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_in_kibibytes_and_what_is_no_such_line_is_unknown() {
        let text = "KernelStack:      3312 kB\nPageTables:      10 kB\nPss:  many kB\n";
        assert_eq!((kib(text, "KernelStack:"), kib(text, "Pss:")), (Some(3_312 * 1024), None));
        assert_eq!(kib(text, "VmHWM:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_allocated_and_touched_is_seen_and_forgotten() {
        forget_peak();
        let before = own_peak().unwrap();
        // Far more than tests beside this one take.
        let touched = vec![1_u8; 256 << 20];
        assert!(own_peak().unwrap() >= before + (200 << 20), "{}", touched.len());
        drop(touched);
        forget_peak();
        assert!(own_peak().unwrap() < before + (150 << 20));
    }
}
