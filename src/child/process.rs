//! A child process that can be killed by whoever has it: alone, or with all that it has started.

use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A child process, shared with the watchdog that kills it when it does not answer.
pub(crate) struct Process {
    state: Mutex<State>,
    id: u32,
    /// It leads a group of its own, which is killed with it: what it has started does not outlive it.
    leads: bool,
}

/// How often, and how many times at the most, is looked whether a group that was killed has ended. Dozens of processes take
/// some 20 ms; those that nobody reaps look as if they were there for longer, and are in nobody's way.
#[cfg(unix)]
const LOOK: std::time::Duration = std::time::Duration::from_millis(1);
#[cfg(unix)]
const MOST_LOOKS: usize = 20;

struct State {
    child: Child,
    /// It has been reaped: its number, and in the end that of its group, may be another's from now on.
    reaped: bool,
}

impl Process {
    /// Starts `command` in the group of this process.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(crate) fn start(command: &mut Command) -> std::io::Result<Self> {
        Process::of(command.spawn()?, false)
    }

    /// Starts `command` as the leader of a group of its own; on other systems than Unix there are no groups.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(crate) fn start_group(command: &mut Command) -> std::io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        Process::of(command.spawn()?, true)
    }

    fn of(child: Child, leads: bool) -> std::io::Result<Self> {
        Ok(Process { id: child.id(), state: Mutex::new(State { child, reaped: false }), leads })
    }

    /// The system's number of it.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Its standard input and output, which are pipes and not taken yet.
    pub(crate) fn pipes(&self) -> (ChildStdin, ChildStdout) {
        let State { child, .. } = &mut *self.lock();
        (child.stdin.take().expect("stdin is piped"), child.stdout.take().expect("stdout is piped"))
    }

    /// Its standard output and error, which are pipes and not taken yet.
    pub(crate) fn outputs(&self) -> (ChildStdout, ChildStderr) {
        let State { child, .. } = &mut *self.lock();
        (child.stdout.take().expect("stdout is piped"), child.stderr.take().expect("stderr is piped"))
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&self) -> bool {
        let mut state = self.lock();
        if !state.reaped && matches!(state.child.try_wait(), Ok(Some(_))) {
            self.kill_group();
            state.reaped = true;
        }
        state.reaped
    }

    /// Kills it, and its group where it leads one.
    pub(crate) fn kill(&self) {
        let mut state = self.lock();
        if !state.reaped {
            self.kill_group();
            let _ = state.child.kill();
        }
    }

    /// Kills and reaps it; its status, where the system knows it.
    pub(crate) fn end(&self) -> Option<ExitStatus> {
        self.kill();
        let mut state = self.lock();
        let status = state.child.wait().ok();
        if !state.reaped {
            self.await_group();
        }
        state.reaped = true;
        status
    }

    /// Waits until all of the group have ended, who were killed: some milliseconds where they are many.
    #[cfg(unix)]
    fn await_group(&self) {
        use nix::sys::signal::killpg;
        let Ok(leader) = i32::try_from(self.id) else { return };
        let is_there = || self.leads && killpg(nix::unistd::Pid::from_raw(leader), None).is_ok();
        (0..MOST_LOOKS).take_while(|_| is_there()).for_each(|_| std::thread::sleep(LOOK));
    }

    #[cfg(not(unix))]
    fn await_group(&self) {}

    /// What it has started ends with it. To be called while its number is still its own, or right after.
    #[cfg(unix)]
    fn kill_group(&self) {
        use nix::sys::signal::{Signal, killpg};
        if let Ok(leader) = i32::try_from(self.id)
            && self.leads
        {
            let _ = killpg(nix::unistd::Pid::from_raw(leader), Signal::SIGKILL);
        }
    }

    #[cfg(not(unix))]
    fn kill_group(&self) {}

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
