//! On Windows, what a process has started does not end with it. A job object ends a child and all that it has started as soon as its
//! last handle is closed: at the latest when this process ends, however it ends.

use std::process::Child;

/// Holds a child that has just been started, and all that it will start, until this is dropped.
#[cfg(windows)]
#[derive(Debug)]
pub struct Job {
    /// `None` if the system does not allow one.
    _object: Option<win32job::Job>,
}

#[cfg(windows)]
impl Job {
    /// Holds `child`.
    pub fn of(child: &Child) -> Self {
        use std::os::windows::io::AsRawHandle;

        let mut limits = win32job::ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let object = win32job::Job::create_with_limit_info(&limits).ok();
        let held = object.filter(|object| object.assign_process(child.as_raw_handle() as isize).is_ok());
        Job { _object: held }
    }
}

/// On Unix systems children see the end of their parent themselves, and process groups are killed together.
#[cfg(not(windows))]
#[derive(Debug)]
pub struct Job;

#[cfg(not(windows))]
impl Job {
    /// Holds nothing.
    pub fn of(_: &Child) -> Self {
        Job
    }
}
