//! Starts children, captures their standard error, and kills those that do not answer.

use std::io::{self, ErrorKind, PipeWriter};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use crossbeam::channel::{Sender, bounded};

use crate::child::{piped::PipedChild, process::Process, program, watchdog::Watchdog};

/// Whether a child is killed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// It is: it starts nothing that outlives it.
    Alone,
    /// All that it has started is killed with it.
    WithGroup,
}

/// The state that some children share.
pub(crate) struct Supervisor {
    watchdog: Arc<Watchdog>,
    stderr: PipeWriter,
    /// Dropped to end the watchdog.
    watch: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// A supervisor without children, each of which may be silent for `deadline` while it is waited for, and is not waited
    /// for any longer once `stop` is set.
    ///
    /// # Errors
    /// When no pipe or thread can be created.
    pub(crate) fn start(deadline: Duration, stop: Option<Arc<AtomicBool>>) -> Result<Self> {
        let (reader, stderr) = io::pipe().context("cannot make a pipe for the workers' standard error")?;
        let watchdog = Arc::new(Watchdog::new(deadline, stop));
        let (watch, ended) = bounded(0);
        let (listening, watching) = (Arc::clone(&watchdog), Arc::clone(&watchdog));
        // Detached on purpose: it ends when the last child and this supervisor have closed the pipe.
        Builder::new().spawn(move || listening.listen(reader)).context(NO_THREAD)?;
        let thread = Builder::new().spawn(move || watching.watch(&ended)).context(NO_THREAD)?;
        Ok(Supervisor { watchdog, stderr, watch: Some(watch), thread: Some(thread) })
    }

    /// Starts a child under `name`. On Linux a child of this program ends with the calling thread.
    ///
    /// # Errors
    /// Names the program and the child.
    pub(crate) fn spawn(&self, name: String, mut command: Command, ends: Ends) -> Result<PipedChild> {
        let stderr = self.stderr.try_clone().context("cannot clone a pipe")?;
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let process = match ends {
            Ends::Alone => Process::start(piped),
            Ends::WithGroup => Process::start_group(piped),
        };
        let process = process.map_err(|error| {
            let (program, advice) = (program::shown(Path::new(piped.get_program())), advice(&error));
            anyhow!(error).context(format!("cannot start {program} as {name}{advice}"))
        })?;
        Ok(PipedChild::new(name, process, Arc::clone(&self.watchdog)))
    }

    /// Runs `work` while the watchdog holds the children to their deadline.
    pub(crate) fn watching<T>(&self, work: impl FnOnce() -> T) -> T {
        self.watchdog.set_waiting(true);
        let result = work();
        self.watchdog.set_waiting(false);
        result
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.watch = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

const NO_THREAD: &str = "cannot start a thread to watch the workers: raise the limit on processes (ulimit -u, or the container's pids limit)";

/// What to do if a process can't be started.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => "",
        _ => {
            "; each process needs 3 file descriptors: raise the limits (ulimit -u, ulimit -n, or the container's pids limit)"
        }
    }
}
