//! Threads as the system reports them: the current one, and those of this process that have run.

use std::collections::BTreeMap;

/// The system's id of the calling thread, queried once per thread.
#[cfg(target_os = "linux")]
pub(crate) fn this_thread() -> u32 {
    thread_local!(static NUMBER: u32 = nix::unistd::gettid().as_raw().unsigned_abs());
    NUMBER.with(|number| *number)
}

/// An id of the calling thread, unique in this process.
#[cfg(not(target_os = "linux"))]
pub(crate) fn this_thread() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    thread_local!(static NUMBER: u32 = NEXT.fetch_add(1, Ordering::Relaxed));
    NUMBER.with(|number| *number)
}

/// The logical core of the calling thread at this moment.
#[cfg(target_os = "linux")]
pub(crate) fn this_cpu() -> Option<u32> {
    u32::try_from(nix::sched::sched_getcpu().ok()?).ok()
}

/// Unknown.
#[cfg(not(target_os = "linux"))]
pub(crate) fn this_cpu() -> Option<u32> {
    None
}

/// The run time of each living thread of a process so far, in nanoseconds, by id; `None` if the system
/// does not report it.
///
/// Internal threads of a library leave no span, but have a run time.
pub fn run_times(process_id: u32) -> Option<BTreeMap<u32, u64>> {
    let tasks = std::fs::read_dir(format!("/proc/{process_id}/task")).ok()?;
    let mut times = BTreeMap::new();
    for task in tasks.flatten() {
        // A thread may have ended meanwhile.
        times.extend(run_time(&task));
    }
    if times.is_empty() { None } else { Some(times) }
}

/// The id and the run time of the thread of a folder of `/proc/PID/task`.
fn run_time(task: &std::fs::DirEntry) -> Option<(u32, u64)> {
    // The first number of the three: include/linux/sched.h of the kernel, struct sched_info.
    let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
    Some((task.file_name().to_str()?.parse().ok()?, text.split(' ').next()?.parse().ok()?))
}

/// The threads that have run between two queries.
pub fn that_ran(before: &BTreeMap<u32, u64>, after: &BTreeMap<u32, u64>) -> Vec<u32> {
    let mut ran = vec![];
    for (&thread, &time) in after {
        if before.get(&thread) < Some(&time) {
            ran.push(thread);
        }
    }
    ran
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_running_from_sleeping_threads() {
        let (wake, wakes) = std::sync::mpsc::channel::<()>();
        let (answer, answers) = std::sync::mpsc::channel();
        let worker = std::thread::spawn(move || {
            while wakes.recv().is_ok() {
                let _ = answer.send(this_thread());
            }
        });
        wake.send(()).unwrap();
        let number = answers.recv().unwrap();
        // It may still be about to sleep again.
        std::thread::sleep(std::time::Duration::from_millis(20));
        let run_times = || run_times(std::process::id());
        let before = run_times().unwrap();
        let between = run_times().unwrap();
        assert!(!that_ran(&before, &between).contains(&number));
        wake.send(()).unwrap();
        answers.recv().unwrap();
        assert!(that_ran(&between, &run_times().unwrap()).contains(&number));
        drop(wake);
        worker.join().unwrap();
    }
}
