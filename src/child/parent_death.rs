//! Ends a child of this program when its parent ends, however the parent ends: on Linux the kernel kills it, and on every
//! Unix a dedicated thread watches the pipe to the parent, or the parent itself. A worker with a single job omits the thread, which
//! would cost a tenth of such a process; it ends by itself after its job. On Windows the parent holds a [job](crate::child::job).
//! A launch also detects whether it was stopped and continued.

#[cfg(unix)]
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

/// Ties the lifetime of this process to its parent, whose process id was `parent` when it started this process. On
/// systems other than Unix the parent does so.
///
/// # Errors
/// When the kernel rejects it.
pub(crate) fn hold(parent: u32) -> Result<()> {
    hold_to_any()?;
    // The parent may have ended before this process requested the signal.
    #[cfg(unix)]
    if nix::unistd::getppid().as_raw().unsigned_abs() != parent {
        std::process::exit(0);
    }
    #[cfg(not(unix))]
    let _ = parent;
    Ok(())
}

/// Ties the lifetime of this process to its parent, whichever that is; only Linux does it.
///
/// # Errors
/// When the kernel rejects it.
pub(crate) fn hold_to_any() -> Result<()> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    Ok(())
}

/// Ends this process as soon as `parent` does, even in the middle of a job. Only Unix systems can watch it, or a pipe that is
/// read by somebody else; elsewhere the parent holds this process.
///
/// # Errors
/// When the watching thread can't be started.
pub(crate) fn watch(parent: u32) -> Result<()> {
    watch_and(parent, || std::process::exit(0))
}

/// Kills this process as soon as its parent ends: an orderly exit may wait for a library that waits for other processes. On Linux
/// the parent is the other end of its standard input.
///
/// # Errors
/// As [`watch`].
#[cfg(all(feature = "mpi", unix))]
pub(crate) fn watch_and_kill() -> Result<()> {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::{Pid, getppid};
    watch_and(getppid().as_raw().unsigned_abs(), || {
        let _ = kill(Pid::this(), Signal::SIGKILL);
    })
}

/// Calls `end` as soon as `parent` does.
fn watch_and(parent: u32, end: fn()) -> Result<()> {
    // Detached on purpose: it sleeps until the process ends.
    #[cfg(unix)]
    {
        // Standard input becomes another file when the channel to the parent is opened.
        let pipe = std::io::stdin().as_fd().try_clone_to_owned()?;
        std::thread::Builder::new().spawn(move || {
            await_end(parent, &pipe);
            end();
        })?;
    }
    #[cfg(not(unix))]
    let _ = (parent, end);
    Ok(())
}

/// Waits until the kernel tells that `parent` has ended: on these systems `poll` never returns if no events are requested, and at
/// once if a hang-up is.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn await_end(parent: u32, _: &OwnedFd) {
    use nix::errno::Errno;
    use nix::sys::event::{EvFlags, EventFilter, FilterFlag, KEvent, Kqueue};

    let Ok(queue) = Kqueue::new() else {
        // Without one, the end of the parent is noticed at the next read from its pipe.
        loop {
            std::thread::park();
        }
    };
    let id = parent as usize;
    let exit = KEvent::new(id, EventFilter::EVFILT_PROC, EvFlags::EV_ADD, FilterFlag::NOTE_EXIT, 0, 0);
    // It fails if the parent has ended already.
    while queue.kevent(&[exit], &mut [exit], None) == Err(Errno::EINTR) {}
}

/// Waits until the other end of the pipe is closed.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn await_end(_: u32, pipe: &OwnedFd) {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    // No events are requested: poll always reports a hang-up.
    let mut pipe = [PollFd::new(pipe.as_fd(), PollFlags::empty())];
    while poll(&mut pipe, PollTimeout::NONE).is_err() {}
}

/// A flag that is set whenever this process continues after a stop: measurements in progress include the stop. Only
/// Unix systems tell.
///
/// # Errors
/// When the system rejects a handler.
pub(crate) fn watch_stops() -> Result<Arc<AtomicBool>> {
    let continued = Arc::default();
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGCONT, Arc::clone(&continued))?;
    Ok(continued)
}
