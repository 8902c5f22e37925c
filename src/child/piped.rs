//! The parent's handle on a child process that it speaks with over pipes: killed and reaped on drop.

use std::io::{BufReader, Read};
use std::process::{ChildStdin, ChildStdout};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};

use crate::child::process::Process;
use crate::child::watchdog::Watchdog;

/// How long a process that has closed its pipe may take to end by itself, and what it wrote last to arrive.
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

    /// What errors call it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The system's number of it.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Lets `write` say something to the process.
    ///
    /// # Errors
    /// Where the process is gone: says what became of it.
    pub(crate) fn say(&mut self, write: impl FnOnce(&mut ChildStdin) -> Result<()>) -> Result<()> {
        write(&mut self.requests).map_err(|error| self.explain(error))
    }

    /// Lets `read` read what the process says, `None` where it has closed its pipe.
    ///
    /// # Errors
    /// Where it says nothing or nonsense: says what became of it.
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

    /// Waits until the process has ended by itself.
    pub(crate) fn join(mut self) {
        // Ends when the process does; the watchdog can still reach one that doesn't.
        let _ = self.replies.read_to_end(&mut Vec::new());
    }

    /// What is known about a process that did not do as it should.
    fn explain(&self, error: Error) -> Error {
        // Its last words and its end may still be on their way.
        std::thread::sleep(GRACE);
        let ended_by_itself = self.process.has_ended();
        // A process that has closed its pipe or talks nonsense is of no more use.
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
