//! The parent's handle on one worker process.

use std::sync::Arc;

use anyhow::{Error, Result, anyhow, bail};

use crate::child::piped::PipedChild;
use crate::child::wire;
use crate::child::wire::{Reply, Request};
use crate::engine::clock::Usage;
use crate::engine::digest::Digest;
use crate::engine::trace::Spans;

/// A running worker process.
pub(crate) struct Worker {
    child: PipedChild,
    spans: Option<Arc<Spans>>,
}

impl Worker {
    /// Wraps `peer` as a worker; its hello is not yet read.
    pub(crate) fn new(child: PipedChild, spans: Option<Arc<Spans>>) -> Self {
        Worker { child, spans }
    }

    /// Reads the worker's hello.
    ///
    /// # Errors
    /// When it says something else, or has another version.
    pub(crate) fn greet(&mut self) -> Result<()> {
        match self.receive()? {
            Reply::Hello(wire::VERSION) => Ok(()),
            Reply::Hello(version) => bail!(
                "{} speaks version {version} of the worker protocol and this program version {}: build them together",
                self.child.name(),
                wire::VERSION
            ),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Sends a request without waiting for its answer.
    ///
    /// # Errors
    /// When the worker has ended.
    pub(crate) fn send(&mut self, request: &Request<'_>) -> Result<()> {
        self.child.say(|pipe| wire::write(pipe, request))
    }

    /// The digests of `jobs` jobs: the answer to the oldest request.
    ///
    /// # Errors
    /// When a job failed, or the worker died, hung or sent something else.
    pub(crate) fn digests(&mut self, jobs: usize) -> Result<Vec<Digest>> {
        match self.receive()? {
            Reply::Digests(digests, spans) if digests.len() == jobs => {
                if let Some(sink) = &self.spans {
                    sink.extend(spans);
                }
                Ok(digests)
            }
            Reply::Digests(digests, _) => {
                bail!("{} returned {} digests for {jobs} jobs", self.child.name(), digests.len())
            }
            Reply::Failed(why) => Err(anyhow!(why).context(self.child.name().to_owned())),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Requests the worker's resource usage, and waits for the answer.
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

    /// Waits until the worker has ended on its own, as it does after its only job.
    pub(crate) fn join(self) {
        self.child.join();
    }

    fn receive(&mut self) -> Result<Reply> {
        self.child.hear(wire::read)
    }

    fn unexpected(&self, reply: &Reply) -> Error {
        anyhow!("{} answered {reply:?} to another question", self.child.name())
    }
}
