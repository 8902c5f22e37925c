//! Starts the workers of one model, captures their standard error, and kills workers that do not answer.

use std::io::PipeWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, Result};
use crossbeam::channel::{Sender, bounded};

use crate::child::piped::PipedChild;
use crate::child::process::Process;
use crate::child::serve;
use crate::child::watchdog::Watchdog;
use crate::child::worker::Worker;
use crate::engine::trace::Spans;
use crate::model::Resources;

/// When a worker ends on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// After it has answered one request.
    OneRequest,
    /// When its pipe is closed.
    UntilDismissed,
}

/// The state that the workers of one model share.
pub(crate) struct Supervisor {
    exe: PathBuf,
    watchdog: Arc<Watchdog>,
    complaints: PipeWriter,
    spans: Option<Arc<Spans>>,
    /// Dropped to end the watchdog.
    watch: Option<Sender<()>>,
    watchdog_thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// A supervisor without workers; it collects `spans` if they are requested.
    ///
    /// # Errors
    /// When no pipe or thread can be created.
    pub(crate) fn start(resources: &Resources, spans: Option<&Arc<Spans>>) -> Result<Self> {
        let (reader, writer) =
            std::io::pipe().context("cannot make a pipe for the workers' standard error")?;
        let watchdog = Arc::new(Watchdog::new(resources.deadline));
        let (watch, ended) = bounded(0);
        let (listening, watching) = (Arc::clone(&watchdog), Arc::clone(&watchdog));
        let thread = std::thread::Builder::new;
        // Detached on purpose: it ends when the last worker and this supervisor have closed the pipe.
        thread().spawn(move || listening.listen(reader)).context(NO_THREAD)?;
        let watchdog_thread = thread().spawn(move || watching.watch(&ended)).context(NO_THREAD)?;
        let (watch, watchdog_thread) = (Some(watch), Some(watchdog_thread));
        let (exe, spans) = (resources.exe.clone(), spans.map(Arc::clone));
        Ok(Supervisor { exe, watchdog, complaints: writer, spans, watch, watchdog_thread })
    }

    /// Starts a worker under `name`, without waiting for its hello. On Linux it ends with the calling thread.
    ///
    /// # Errors
    /// Names the program and the worker.
    pub(crate) fn spawn(&self, name: String, life: Life) -> Result<Worker> {
        let mut command = Command::new(&self.exe);
        command
            .args([serve::SUBCOMMAND, &std::process::id().to_string()])
            .args((life == Life::OneRequest).then_some(serve::ONCE))
            .args(self.spans.is_some().then_some(serve::TRACED));
        Ok(Worker::new(self.adopt(name, command, Process::start)?, self.spans.clone()))
    }

    /// Starts any program with a process group of its own under `name`.
    ///
    /// # Errors
    /// Names the program.
    pub(crate) fn spawn_group(&self, name: String, command: Command) -> Result<PipedChild> {
        self.adopt(name, command, Process::start_group)
    }

    fn adopt(
        &self,
        name: String,
        mut command: Command,
        start: fn(&mut Command) -> std::io::Result<Process>,
    ) -> Result<PipedChild> {
        let stderr = self.complaints.try_clone().context("cannot clone a pipe")?;
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let process = start(piped).with_context(|| {
            format!(
                "cannot start {} as {name}; {TOO_FEW_PROCESSES}",
                Path::new(piped.get_program()).display()
            )
        })?;
        Ok(PipedChild::new(name, process, Arc::clone(&self.watchdog)))
    }

    /// Runs `work` while the watchdog enforces the deadline of the workers.
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
        self.watchdog_thread.take().map(JoinHandle::join);
    }
}

const NO_THREAD: &str = "cannot start a thread to watch the workers: raise the limit on processes (ulimit -u, or the container's pids limit)";

/// The advice if the system rejects a process.
const TOO_FEW_PROCESSES: &str = "this model needs a process for each job in flight, and 3 file descriptors for each: \
     raise the limits (ulimit -u, ulimit -n, or the container's pids limit)";
