//! Worker processes: the parent's handle on one, and what the two say to each other.
//!
//! A worker first sends [`Reply::Hello`]; after that each [`Request`] is answered by one [`Reply`], in the same order.

use std::ops::Range;
use std::path::PathBuf;
#[cfg(feature = "mpi")]
use std::{process::Command, time::Duration};

use anyhow::{Error, Result, anyhow, bail};
use serde::{Deserialize, Serialize};

use crate::child::piped::PipedChild;
use crate::child::program;
use crate::child::supervisor::{Ends, Supervisor};
use crate::engine::{Digest, Jobs, Recipe, Resources, Span, Unavailable, Usage, WhyNot, Work};

/// Must change whenever a type of this protocol does.
pub(crate) const VERSION: u32 = 7;

/// The maximum number of jobs per request: enough for a low frame cost per job, and few enough for the answer to fit into a
/// pipe of 16 KiB, the smallest of all supported systems.
pub(crate) const MOST_JOBS: usize = 1024;

/// The hidden subcommand that runs a worker; its first argument is the parent's process id.
pub(crate) const SUBCOMMAND: &str = "worker";

/// The second argument of a worker that ends after its first answer.
pub(crate) const ONCE: &str = "--once";

/// To a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Make jobs, if their recipe is given, and run those of a range one after the other.
    Run(Option<Recipe>, Range<usize>),
    /// Report the resource usage so far.
    Usage,
    /// End, without an answer.
    End,
}

/// From a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// The first message: the worker's [`VERSION`].
    Hello(u32),
    /// The digests of the jobs of one request, in their order, and their spans if traced.
    Digests(Vec<Digest>, Vec<Span>),
    /// A job failed, with the reason.
    Failed(String),
    /// The resource usage.
    Usage(Usage),
    /// The jobs of one request are still running: a worker that hands them out says so from time to time.
    Running,
    /// This machine or model can't have such jobs, with the reason.
    Lacking(String),
}

impl Reply {
    /// Why jobs did not run.
    pub(super) fn failed(error: &Error) -> Self {
        let WhyNot { reason, is_lack } = WhyNot::of(error);
        if is_lack { Reply::Lacking(reason) } else { Reply::Failed(reason) }
    }
}

/// When a worker ends on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// After it has answered one request.
    OneRequest,
    /// When its pipe is closed.
    UntilDismissed,
}

/// Starts the workers of one model.
pub(crate) struct Workers {
    exe: PathBuf,
    supervisor: Supervisor,
}

impl Workers {
    /// No workers yet.
    ///
    /// # Errors
    /// As [`Supervisor::start`].
    pub(crate) fn new(resources: &Resources) -> Result<Self> {
        let supervisor = Supervisor::start(resources.deadline, None)?;
        Ok(Workers { exe: resources.exe.clone(), supervisor })
    }

    /// Starts a worker under `name`, without waiting for its hello. On Linux it ends with the calling thread.
    ///
    /// # Errors
    /// Names the program and the worker.
    pub(crate) fn spawn(&self, name: String, life: Life) -> Result<Worker> {
        let mut command = program::command(&self.exe)?;
        command.args([SUBCOMMAND, &std::process::id().to_string()]);
        if life == Life::OneRequest {
            command.arg(ONCE);
        }
        Ok(Worker(self.supervisor.spawn(name, command, Ends::Alone)?.with_mark()))
    }

    /// Starts a worker under `name` by `command`, which starts others and is killed with its process group. When it fails, it has
    /// `patience` to say why and to end on its own.
    ///
    /// # Errors
    /// Names the program and the worker.
    #[cfg(feature = "mpi")]
    pub(crate) fn spawn_by(&self, name: String, command: Command, patience: Duration) -> Result<Worker> {
        let child = self.supervisor.spawn(name, command, Ends::WithGroup)?;
        Ok(Worker(child.with_mark().with_patience(patience)))
    }

    /// As [`Supervisor::watching`].
    pub(crate) fn watching<T>(&self, work: impl FnOnce() -> T) -> T {
        self.supervisor.watching(work)
    }
}

/// A running worker process.
pub(crate) struct Worker(PipedChild);

impl Worker {
    /// Reads the worker's hello.
    ///
    /// # Errors
    /// When it sends another message or another version.
    pub(crate) fn greet(&mut self) -> Result<()> {
        match self.0.receive()? {
            Reply::Hello(VERSION) => Ok(()),
            Reply::Hello(version) => bail!(
                "{} speaks version {version} of the worker protocol and this program version {VERSION}: build them together",
                self.0.name()
            ),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Gives the worker the jobs of `range` to run, without waiting for their digests; `recipe` says which they are, if the
    /// worker does not know.
    ///
    /// # Errors
    /// When the worker has ended.
    pub(crate) fn run(&mut self, recipe: Option<Recipe>, range: Range<usize>) -> Result<()> {
        self.0.send(&Request::Run(recipe, range))
    }

    /// The digests of the jobs of the oldest request, of which there are `count`.
    ///
    /// # Errors
    /// When a job failed, or the worker died, hung or sent another message.
    pub(crate) fn digests<W: Work>(&mut self, jobs: &Jobs<W>, count: usize) -> Result<Vec<Digest>> {
        match self.outcome()? {
            Reply::Digests(digests, spans) if digests.len() == count => {
                if let Some(recorded) = jobs.spans() {
                    recorded.extend(spans);
                }
                Ok(digests)
            }
            Reply::Digests(digests, _) => {
                bail!("{} returned {} digests for {count} jobs", self.0.name(), digests.len())
            }
            Reply::Lacking(why) => Err(Unavailable::new(why).into()),
            Reply::Failed(why) => Err(anyhow!(why).context(self.0.name().to_owned())),
            other => Err(self.unexpected(&other)),
        }
    }

    /// The answer to a request to run jobs.
    fn outcome(&mut self) -> Result<Reply> {
        loop {
            match self.0.receive()? {
                Reply::Running => {}
                reply => return Ok(reply),
            }
        }
    }

    /// Requests the worker's resource usage and waits for the answer.
    ///
    /// # Errors
    /// As [`Worker::digests`].
    pub(crate) fn usage(&mut self) -> Result<Usage> {
        self.0.send(&Request::Usage)?;
        match self.0.receive()? {
            Reply::Usage(usage) => Ok(usage),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Waits until the worker has ended on its own, as it does after its only job.
    pub(crate) fn join(self) {
        self.0.join();
    }

    /// Tells the worker to end, and waits until it has, for `patience` at the longest.
    #[cfg(feature = "mpi")]
    pub(crate) fn dismiss(mut self, patience: Duration) {
        if self.0.send(&Request::End).is_ok() {
            self.0.finish(patience);
        }
    }

    fn unexpected(&self, reply: &Reply) -> Error {
        anyhow!("{} answered {reply:?} to another question", self.0.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::wire;

    #[test]
    fn full_answer_fits_into_smallest_pipe() {
        let digests = (0..MOST_JOBS as u64).map(|job| Digest::new(job, job)).collect();
        let mut answer = Vec::new();
        wire::write(&mut answer, &Reply::Digests(digests, vec![])).unwrap();
        assert!(answer.len() <= 16 * 1024, "{}", answer.len());
    }
}
