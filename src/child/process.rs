//! A child process that its owner can kill: alone, or with everything that it has started.

use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::Mutex;

#[cfg(not(unix))]
use crate::child::job::Job;
use crate::engine::lock;

/// A child process, shared with the watchdog that kills it if it does not answer.
pub(crate) struct Process {
    state: Mutex<State>,
    id: u32,
    /// It leads a process group that is killed with it, so that its children do not outlive it.
    #[cfg(unix)]
    leads: bool,
}

/// The interval and the maximum number of checks whether a killed group has ended. Dozens of processes take
/// about 20 ms; unreaped processes appear alive for longer, but do no harm.
#[cfg(unix)]
const LOOK: std::time::Duration = std::time::Duration::from_millis(1);
#[cfg(unix)]
const MOST_LOOKS: usize = 20;

struct State {
    child: Child,
    /// It has been reaped: the system may reuse its process id, and finally its group id.
    reaped: bool,
    /// Until it is killed.
    #[cfg(not(unix))]
    job: Option<Job>,
}

impl Process {
    /// Starts `command` in the process group of this process.
    ///
    /// # Errors
    /// When the system rejects it.
    pub(crate) fn start(command: &mut Command) -> std::io::Result<Self> {
        let child = command.spawn()?;
        Ok(Process {
            id: child.id(),
            state: Mutex::new(State {
                #[cfg(not(unix))]
                job: Some(Job::of(&child)),
                child,
                reaped: false,
            }),
            #[cfg(unix)]
            leads: false,
        })
    }

    /// Starts `command` as the leader of a new process group; only Unix systems have groups.
    ///
    /// # Errors
    /// When the system rejects it.
    #[cfg(unix)]
    pub(crate) fn start_group(command: &mut Command) -> std::io::Result<Self> {
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Process { leads: true, ..Process::start(command)? })
    }

    /// Starts `command`, which is killed with all that it has started, as every process is here.
    ///
    /// # Errors
    /// When the system rejects it.
    #[cfg(not(unix))]
    pub(crate) fn start_group(command: &mut Command) -> std::io::Result<Self> {
        Process::start(command)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Takes its standard input and output, which must be pipes.
    pub(crate) fn pipes(&self) -> (ChildStdin, ChildStdout) {
        let State { child, .. } = &mut *lock(&self.state);
        (child.stdin.take().expect("stdin is piped"), child.stdout.take().expect("stdout is piped"))
    }

    /// Takes its standard output and error, which must be pipes.
    pub(crate) fn outputs(&self) -> (ChildStdout, ChildStderr) {
        let State { child, .. } = &mut *lock(&self.state);
        (child.stdout.take().expect("stdout is piped"), child.stderr.take().expect("stderr is piped"))
    }

    /// Whether it has ended on its own.
    pub(crate) fn has_ended(&self) -> bool {
        let mut state = lock(&self.state);
        if !state.reaped && matches!(state.child.try_wait(), Ok(Some(_))) {
            self.kill_group(&mut state);
            state.reaped = true;
        }
        state.reaped
    }

    /// Kills it, and its group if it leads one.
    pub(crate) fn kill(&self) {
        let mut state = lock(&self.state);
        if !state.reaped {
            self.kill_group(&mut state);
            let _ = state.child.kill();
        }
    }

    /// Kills and reaps it; returns its status if the system knows it.
    pub(crate) fn end(&self) -> Option<ExitStatus> {
        self.kill();
        let mut state = lock(&self.state);
        let status = state.child.wait().ok();
        if !state.reaped {
            self.await_group();
        }
        state.reaped = true;
        status
    }

    /// Waits until all processes of the killed group have ended: several milliseconds if there are many.
    #[cfg(unix)]
    fn await_group(&self) {
        use nix::sys::signal::killpg;
        let Ok(leader) = i32::try_from(self.id) else { return };
        for _ in 0..MOST_LOOKS {
            if !self.leads || killpg(nix::unistd::Pid::from_raw(leader), None).is_err() {
                break;
            }
            std::thread::sleep(LOOK);
        }
    }

    #[cfg(not(unix))]
    fn await_group(&self) {}

    /// Kills its children. Must be called while it is unreaped, or directly afterwards.
    #[cfg(unix)]
    fn kill_group(&self, _: &mut State) {
        use nix::sys::signal::{Signal, killpg};
        if let Ok(leader) = i32::try_from(self.id)
            && self.leads
        {
            let _ = killpg(nix::unistd::Pid::from_raw(leader), Signal::SIGKILL);
        }
    }

    /// Kills all that it has started: some of it may hold the pipes of this process, which would wait for it.
    #[cfg(not(unix))]
    fn kill_group(&self, state: &mut State) {
        state.job = None;
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;

    use super::*;

    #[test]
    fn killed_process_takes_its_children_along() {
        let mut command = if cfg!(windows) { Command::new("cmd") } else { Command::new("/bin/sh") };
        if cfg!(windows) {
            command.args(["/C", "cmd", "/C", "echo begun & ping -n 5 127.0.0.1 >nul & echo done"]);
        } else {
            command.args(["-c", "/bin/sh -c 'echo begun; sleep 4; echo done'; :"]);
        }
        let process = Process::start_group(command.stdin(Stdio::piped()).stdout(Stdio::piped())).unwrap();
        let mut said = BufReader::new(process.pipes().1);
        let (mut begun, mut rest) = (String::new(), String::new());
        said.read_line(&mut begun).unwrap();
        process.end();
        said.read_to_string(&mut rest).unwrap();
        assert_eq!((begun.trim(), rest.as_str()), ("begun", ""));
    }
}
