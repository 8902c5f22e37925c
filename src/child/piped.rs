//! The parent's handle on a child process that communicates over pipes; killed and reaped on drop.

use std::io::{BufReader, Read};
use std::process::{ChildStdin, ChildStdout};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};

use crate::child::process::Process;
use crate::child::watchdog::Watchdog;

/// The time that a process has to end after closing its pipe, and for its last output to arrive.
const GRACE: Duration = Duration::from_millis(50);

/// A running child process.
pub(crate) struct PipedChild {
    name: String,
    process: Arc<Process>,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    watchdog: Arc<Watchdog>,
}

impl PipedChild {
    /// The handle on `process`, whose standard input and output are pipes.
    pub(crate) fn new(name: String, process: Process, watchdog: Arc<Watchdog>) -> Self {
        let (requests, replies) = process.pipes();
        let process = Arc::new(process);
        watchdog.add(&process);
        PipedChild { name, process, requests, replies: BufReader::new(replies), watchdog }
    }

    /// Its name in errors.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a message to the process with `write`.
    ///
    /// # Errors
    /// When the process has ended; the error includes how it ended.
    pub(crate) fn say(&mut self, write: impl FnOnce(&mut ChildStdin) -> Result<()>) -> Result<()> {
        write(&mut self.requests).map_err(|error| self.explain(error))
    }

    /// Receives a message from the process with `read`; `None` if it has closed its pipe.
    ///
    /// # Errors
    /// When it sends nothing or an invalid message; the error includes how it ended.
    pub(crate) fn hear<T>(
        &mut self,
        read: impl FnOnce(&mut BufReader<ChildStdout>) -> Result<Option<T>>,
    ) -> Result<T> {
        let heard = read(&mut self.replies);
        self.watchdog.note_progress();
        match heard {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(self.explain(anyhow!("it closed its pipe"))),
            Err(error) => Err(self.explain(error)),
        }
    }

    /// Waits until the process has ended on its own.
    pub(crate) fn join(mut self) {
        // Returns when the process ends; the watchdog can still kill one that does not.
        let _ = self.replies.read_to_end(&mut Vec::new());
    }

    /// Adds the known facts about a failed process to an error.
    fn explain(&self, error: Error) -> Error {
        // Its last output and its exit may still be pending.
        std::thread::sleep(GRACE);
        let ended_by_itself = self.process.has_ended();
        // A process that has closed its pipe or sends invalid messages is no longer useful.
        let status = self.process.end().map_or("its status is unknown".into(), |status| status.to_string());
        let fate = match (self.watchdog.has_timed_out(), ended_by_itself) {
            (true, _) => format!("gave no answer for {:?} and was killed", self.watchdog.deadline()),
            (false, true) => format!("ended ({status})"),
            (false, false) => "was killed".to_owned(),
        };
        let words = self.watchdog.captured_stderr();
        let said = if words.is_empty() { String::new() } else { format!("; it wrote: {words}") };
        error.context(format!("{} (process {}) {fate}{said}", self.name, self.id()))
    }
}

impl Drop for PipedChild {
    fn drop(&mut self) {
        let _ = self.process.end();
    }
}
