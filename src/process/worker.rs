//! The parent's handle on one worker process: speaks with it, and kills and reaps it on drop.

use std::io::{BufReader, Read};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Error, Result, anyhow, bail};

use super::watched::{Process, Watched};
use crate::digest::Digest;
use crate::measure::Usage;
use crate::trace::Spans;
use crate::wire::{self, Reply, Request};

/// How long a worker that has closed its pipe may take to end by itself, and what it wrote last to arrive.
const GRACE: Duration = Duration::from_millis(50);

/// A running worker process.
pub(crate) struct Worker {
    name: String,
    process: Process,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    watched: Arc<Watched>,
    spans: Option<Arc<Spans>>,
}

impl Worker {
    /// The handle on `child`, whose standard input and output are pipes; its hello is not yet read.
    pub(super) fn new(
        name: String,
        mut child: Child,
        watched: Arc<Watched>,
        spans: Option<Arc<Spans>>,
    ) -> Self {
        let requests = child.stdin.take().expect("stdin is piped");
        let replies = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let process = Arc::new(Mutex::new(child));
        watched.add(&process);
        Worker { name, process, requests, replies, watched, spans }
    }

    /// Reads the worker's hello.
    ///
    /// # Errors
    /// Where it says something else, or another version's.
    pub(crate) fn greet(&mut self) -> Result<()> {
        match self.receive()? {
            Reply::Hello(wire::VERSION) => Ok(()),
            Reply::Hello(version) => bail!(
                "{} speaks version {version} of the worker protocol and this program version {}: build them together",
                self.name,
                wire::VERSION
            ),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Sends a request without waiting for its answer.
    ///
    /// # Errors
    /// Where the worker is gone.
    pub(crate) fn send(&mut self, request: &Request<'_>) -> Result<()> {
        wire::write(&mut self.requests, request).map_err(|error| self.explain(error))
    }

    /// The digests of `jobs` jobs: the answer to the oldest request.
    ///
    /// # Errors
    /// Where a job failed, or the worker died, hung or said something else.
    pub(crate) fn digests(&mut self, jobs: usize) -> Result<Vec<Digest>> {
        match self.receive()? {
            Reply::Digests(digests, spans) if digests.len() == jobs => {
                if let Some(sink) = &self.spans {
                    sink.extend(spans);
                }
                Ok(digests)
            }
            Reply::Digests(digests, _) => {
                bail!("{} returned {} digests for {jobs} jobs", self.name, digests.len())
            }
            Reply::Failed(why) => Err(anyhow!(why).context(self.name.clone())),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Asks what the worker has used, and waits for the answer.
    ///
    /// # Errors
    /// As [`Worker::digests`].
    pub(crate) fn usage(&mut self) -> Result<Usage> {
        self.send(&Request::Usage)?;
        match self.receive()? {
            Reply::Usage(usage) => Ok(usage),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Waits until the worker has ended by itself, as it does after its only job.
    pub(crate) fn join(mut self) {
        // Ends when the worker does; the watchdog can still reach a worker that doesn't.
        let _ = self.replies.read_to_end(&mut Vec::new());
    }

    fn receive(&mut self) -> Result<Reply> {
        let reply = wire::read(&mut self.replies);
        self.watched.note_progress();
        match reply {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(self.explain(anyhow!("it closed its pipe"))),
            Err(error) => Err(self.explain(error)),
        }
    }

    fn unexpected(&self, reply: &Reply) -> Error {
        anyhow!("{} answered {reply:?} to another question", self.name)
    }

    /// What is known about a worker that did not do as it should.
    fn explain(&self, error: Error) -> Error {
        // Its last words and its end may still be on their way.
        std::thread::sleep(GRACE);
        let mut child = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let ended_by_itself = matches!(child.try_wait(), Ok(Some(_)));
        // A worker that has closed its pipe or talks nonsense is of no more use.
        let _ = child.kill();
        let status =
            child.wait().map_or_else(|_| "its status is unknown".into(), |status| status.to_string());
        let fate = match (self.watched.has_timed_out(), ended_by_itself) {
            (true, _) => format!("gave no answer for {:?} and was killed", self.watched.deadline()),
            (false, true) => format!("ended ({status})"),
            (false, false) => "was killed".to_owned(),
        };
        let words = self.watched.last_words();
        let said = if words.is_empty() { String::new() } else { format!("; it wrote: {words}") };
        error.context(format!("{} (process {}) {fate}{said}", self.name, child.id()))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let mut child = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}
