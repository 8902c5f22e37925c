//! How a worker's life hangs on its parent's. It ends when its parent ends, however that ends: on Linux the kernel
//! kills it, and on every Unix a thread of its own watches the pipe to the parent. A worker with one job to do does
//! without the thread: it costs a tenth of such a process, which ends by itself after its job. A launch also learns
//! whether it was stopped and continued.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

/// Ties this process's life to that of its parent, whose process id was `parent` when it started this process.
///
/// # Errors
/// Where the kernel refuses.
#[cfg(unix)]
pub(crate) fn hold(parent: u32) -> Result<()> {
    #[cfg(target_os = "linux")]
    die_with_parent()?;
    // The parent may have ended before this process asked to be told.
    if nix::unistd::getppid().as_raw().unsigned_abs() != parent {
        std::process::exit(0);
    }
    Ok(())
}

/// On other systems a worker sees that its parent has gone when it next reads its pipe: after its present job.
#[cfg(not(unix))]
pub(crate) fn hold(_parent: u32) -> Result<()> {
    Ok(())
}

/// On other systems the pipe is not watched.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(crate) fn watch_pipe() -> Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn die_with_parent() -> Result<()> {
    Ok(nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?)
}

/// Ends this process as soon as the other end of standard input is closed, also in the middle of a job.
///
/// # Errors
/// Where the watching thread can't be started.
#[cfg(unix)]
pub(crate) fn watch_pipe() -> Result<()> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;

    let wait_for_hangup = || {
        let stdin = std::io::stdin();
        // No event is asked for: a hang-up is told always.
        let mut pipe = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        while poll(&mut pipe, PollTimeout::NONE).is_err() {}
        std::process::exit(0);
    };
    // Detached on purpose: it sleeps until the process is to end.
    std::thread::Builder::new().spawn(wait_for_hangup)?;
    Ok(())
}

/// A flag that is set whenever this process has been stopped and continues: whatever it timed has that time in it.
///
/// # Errors
/// Where the system refuses a handler.
#[cfg(unix)]
pub(crate) fn watch_stops() -> Result<Arc<AtomicBool>> {
    let continued = Arc::default();
    signal_hook::flag::register(signal_hook::consts::SIGCONT, Arc::clone(&continued))?;
    Ok(continued)
}

/// On other systems nobody tells.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(crate) fn watch_stops() -> Result<Arc<AtomicBool>> {
    Ok(Arc::default())
}
