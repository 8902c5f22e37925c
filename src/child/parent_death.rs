//! Ends a worker when its parent ends, however the parent ends: on Linux the kernel kills it, and on every
//! Unix a dedicated thread watches the pipe to the parent. A worker with a single job omits the thread, which
//! would cost a tenth of such a process; it ends by itself after its job. A launch also detects whether it
//! was stopped and continued.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

/// Ties the lifetime of this process to its parent, whose process id was `parent` when it started this
/// process.
///
/// # Errors
/// When the kernel rejects it.
#[cfg(unix)]
pub(crate) fn hold(parent: u32) -> Result<()> {
    #[cfg(target_os = "linux")]
    die_with_parent()?;
    // The parent may have ended before this process requested the signal.
    if nix::unistd::getppid().as_raw().unsigned_abs() != parent {
        std::process::exit(0);
    }
    Ok(())
}

/// On other systems a worker notices the end of its parent at the next read from its pipe: after its current
/// job.
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

/// Ends this process as soon as the other end of standard input is closed, even in the middle of a job.
///
/// # Errors
/// When the watching thread can't be started.
#[cfg(unix)]
pub(crate) fn watch_pipe() -> Result<()> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;

    // Detached on purpose: it sleeps until the process ends.
    std::thread::Builder::new().spawn(|| {
        let stdin = std::io::stdin();
        // No events are requested: poll always reports a hang-up.
        let mut pipe = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        while poll(&mut pipe, PollTimeout::NONE).is_err() {}
        std::process::exit(0);
    })?;
    Ok(())
}

/// A flag that is set whenever this process continues after a stop: measurements in progress include the
/// stop.
///
/// # Errors
/// When the system rejects a handler.
#[cfg(unix)]
pub(crate) fn watch_stops() -> Result<Arc<AtomicBool>> {
    let continued = Arc::default();
    signal_hook::flag::register(signal_hook::consts::SIGCONT, Arc::clone(&continued))?;
    Ok(continued)
}

/// On other systems stops are not detected.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(crate) fn watch_stops() -> Result<Arc<AtomicBool>> {
    Ok(Arc::default())
}
