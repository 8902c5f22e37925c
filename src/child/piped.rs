//! The parent's handle on a child process that communicates over pipes; killed and reaped on drop.

use std::io::{BufReader, Read};
use std::process::{ChildStdin, ChildStdout};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::child::{channel::skip_to_mark, process::Process, watchdog::Watchdog, wire};
use crate::engine::now;

/// The time that a process has to end after closing its pipe, and for its last output to arrive.
const GRACE: Duration = Duration::from_millis(50);

/// A running child process.
pub(crate) struct PipedChild {
    name: String,
    process: Arc<Process>,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    watchdog: Arc<Watchdog>,
    /// Whether it is a program that may print before its first message, which has not come yet.
    before_mark: bool,
    printed: usize,
    /// How long it may take to end on its own after a failure.
    patience: Duration,
}

impl PipedChild {
    /// The handle on `process`, whose standard input and output are pipes.
    pub(crate) fn new(name: String, process: Process, watchdog: Arc<Watchdog>) -> Self {
        let (requests, replies) = process.pipes();
        let process = Arc::new(process);
        watchdog.add(&process);
        PipedChild {
            name,
            process,
            requests,
            replies: BufReader::new(replies),
            watchdog,
            before_mark: false,
            printed: 0,
            patience: Duration::ZERO,
        }
    }

    /// The same, which writes the mark of its [`Channel`](crate::child::channel::Channel) before its first message.
    pub(crate) fn with_mark(mut self) -> Self {
        self.before_mark = true;
        self
    }

    /// The same, which has `patience` after a failure to end on its own and to say why.
    #[cfg(feature = "mpi")]
    pub(crate) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many bytes it has printed before its first message.
    pub(crate) fn printed(&self) -> usize {
        self.printed
    }

    /// Its name in errors.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a value in a frame.
    ///
    /// # Errors
    /// When the process has ended; the error includes how it ended.
    pub(crate) fn send(&mut self, value: &impl Serialize) -> Result<()> {
        let sent = wire::write(&mut self.requests, value);
        sent.map_err(|error| self.explain(error))
    }

    /// Sends bytes in a frame.
    ///
    /// # Errors
    /// As [`PipedChild::send`].
    pub(crate) fn send_bytes(&mut self, parts: &[&[u8]]) -> Result<()> {
        let sent = wire::write_bytes(&mut self.requests, parts);
        sent.map_err(|error| self.explain(error))
    }

    /// Receives a value.
    ///
    /// # Errors
    /// When the process sends nothing or an invalid frame; the error includes how it ended.
    pub(crate) fn receive<T: DeserializeOwned>(&mut self) -> Result<T> {
        let received = self.skip_printed().and_then(|()| wire::read(&mut self.replies));
        self.known(received)
    }

    /// Receives bytes.
    ///
    /// # Errors
    /// As [`PipedChild::receive`].
    pub(crate) fn receive_bytes(&mut self) -> Result<Vec<u8>> {
        let received = wire::read_bytes(&mut self.replies);
        self.known(received)
    }

    fn skip_printed(&mut self) -> Result<()> {
        if self.before_mark {
            self.printed = skip_to_mark(&mut self.replies)?;
            self.before_mark = false;
        }
        Ok(())
    }

    fn known<T>(&self, received: Result<Option<T>>) -> Result<T> {
        self.watchdog.note_progress();
        match received {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(self.explain(anyhow!("it closed its pipe"))),
            Err(error) => Err(self.explain(error)),
        }
    }

    /// Waits until the process has ended on its own, for `patience` at the longest.
    pub(crate) fn finish(&self, patience: Duration) {
        let start = now();
        while now() - start < patience && !self.process.has_ended() {
            std::thread::sleep(patience / 1_000);
        }
    }

    /// Waits until the process has ended on its own.
    pub(crate) fn join(mut self) {
        // Returns when the process ends; the watchdog can still kill one that does not.
        let _ = self.replies.read_to_end(&mut Vec::new());
    }

    /// Adds the known facts about a failed process to an error.
    fn explain(&self, error: Error) -> Error {
        self.finish(self.patience);
        // Its last output and its exit may still be pending.
        std::thread::sleep(GRACE);
        let ended_by_itself = self.process.has_ended();
        // A process that has closed its pipe or sends invalid messages is no longer useful.
        let status = match self.process.end() {
            Some(status) => status.to_string(),
            None => "its status is unknown".into(),
        };
        let fate = match (self.watchdog.has_timed_out(), ended_by_itself) {
            (true, _) => format!("gave no answer for {:?} and was killed", self.watchdog.deadline()),
            (false, true) => format!("ended ({status})"),
            (false, false) => "was killed".to_owned(),
        };
        let words = self.watchdog.captured_stderr();
        let said = if words.is_empty() { String::new() } else { format!("; it wrote: {words}") };
        error.context(format!("{} {fate}{said}", self.name))
    }
}

impl Drop for PipedChild {
    fn drop(&mut self) {
        let _ = self.process.end();
    }
}
