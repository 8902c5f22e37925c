//! The thread that hands jobs over needs a core at the moment when a job is due, even if all are busy, as a network card has one by an
//! interrupt. A thread of usual priority waits until another one has had its time slice, which are milliseconds.

use crate::record::schema::Precedence;

/// Gives the calling thread, the first of this process, precedence over what it starts from now on, if this system and this user
/// can: real-time priority, or a short time slice. Neither is passed on to threads and processes that it starts.
#[cfg(target_os = "linux")]
pub(super) fn take() -> Precedence {
    // No safe interface has the system call; util-linux is on every Linux machine.
    if chrt(&["--fifo", "--pid", "1"]) {
        Precedence::RealTime
    } else if chrt(&["--other", "--sched-runtime", "100000", "--pid", "0"]) {
        Precedence::ShortSlice
    } else {
        Precedence::Usual
    }
}

/// Whether `chrt` has set the scheduling of this process's first thread.
#[cfg(target_os = "linux")]
fn chrt(args: &[&str]) -> bool {
    use std::process::{Command, Stdio};

    let mut command = Command::new("chrt");
    command.arg("--reset-on-fork").args(args).arg(std::process::id().to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Other systems have no such tool.
#[cfg(not(target_os = "linux"))]
pub(super) fn take() -> Precedence {
    Precedence::Usual
}
