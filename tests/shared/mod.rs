//! The common part of the tests of child processes.

/// The running processes whose `file` in /proc contains `text`.
#[cfg(target_os = "linux")]
pub(crate) fn running(text: &str, file: &str) -> Vec<String> {
    let read = |entry: std::fs::DirEntry| {
        // Threads of zombies and of other users can't be read, and are not ours.
        let words = std::fs::read(entry.path().join(file)).ok()?;
        let words = String::from_utf8_lossy(&words).replace('\0', " ");
        words.contains(text).then(|| format!("{}: {words}", entry.path().display()))
    };
    std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(read).collect()
}

/// Other processes are not visible here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn running(_: &str, _: &str) -> Vec<String> {
    Vec::new()
}
