//! What a job is to the models: work that can be run in a blocking or in an async form.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::digest::Digest;
use crate::engine::trace::Spans;
use crate::workload::fixture::clients::Clients;
use crate::workload::queue::Queues;

/// Where a job says which part of it waits and which computes.
///
/// The work of a job lies inside these calls, so that a model can hold a lock while it computes and a trace can
/// tell the two apart. Where nobody asks, the type has no size and the calls cost nothing.
pub trait Phases: Clone + Send + Sync + 'static {
    /// The phases of job number `index` of a run: a span has to name its job.
    fn job(&self, index: usize) -> Self;
    /// Runs `work`, which keeps a core busy.
    fn compute<T>(&self, work: impl FnOnce() -> T) -> T;
    /// Runs `wait`, which blocks its thread.
    fn wait<T>(&self, wait: impl FnOnce() -> T) -> T;
    /// Awaits `wait`, which gives its thread away.
    fn wait_async<F: Future + Send>(&self, wait: F) -> impl Future<Output = F::Output> + Send;
    /// Where spans go, if anybody asks: models of processes let their workers record them too.
    fn spans(&self) -> Option<&Arc<Spans>> {
        None
    }
}

/// Nobody asks: every phase is just run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Phases for Plain {
    fn job(&self, _index: usize) -> Self {
        Plain
    }

    fn compute<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }

    fn wait<T>(&self, wait: impl FnOnce() -> T) -> T {
        wait()
    }

    fn wait_async<F: Future + Send>(&self, wait: F) -> impl Future<Output = F::Output> + Send {
        wait
    }
}

/// What a started model owns and lends to its jobs.
#[derive(Debug, Default)]
pub struct Kit<P> {
    phases: P,
    clients: Clients,
    queues: Queues,
}

impl<P: Phases> Kit<P> {
    /// A kit whose jobs report to `phases`; clients are made when a job first asks for them.
    pub fn new(phases: P) -> Self {
        Kit { phases, clients: Clients::default(), queues: Queues::default() }
    }

    /// What job number `index` of a run is given.
    pub fn ctx(&self, index: usize) -> Ctx<'_, P> {
        Ctx { phases: self.phases.job(index), clients: &self.clients, queues: &self.queues }
    }
}

/// What one job is given: its phases, and what it shares with the model's other jobs.
#[derive(Debug)]
pub struct Ctx<'a, P> {
    /// Where the job says what it does.
    pub phases: P,
    /// Connections that outlive the job.
    pub clients: &'a Clients,
    /// Queues before what the jobs of one model share.
    pub queues: &'a Queues,
}

/// One independent piece of real work: plain data that crosses a process boundary as it is.
pub trait Work: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The digest that the job must return, found by the plainest route: no waiting, no files, no network.
    fn expected(&self) -> Digest;

    /// Does the work on the calling thread.
    ///
    /// # Errors
    /// Names what could not be done, and to which file or address.
    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest>;

    /// Does the same work, giving the thread away while it waits.
    ///
    /// # Errors
    /// As [`Work::run`].
    fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> impl Future<Output = Result<Digest>> + Send;

    /// Before every run, outside the clock: undoes what an earlier run left (evicts, removes).
    ///
    /// # Errors
    /// Names the file.
    fn reset(&self) -> Result<()> {
        Ok(())
    }

    /// After every run, outside the clock: what the job was to leave behind is really there.
    ///
    /// # Errors
    /// Names what is missing.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The time that the job spends waiting at the least: no honest run of it is shorter.
    fn waits(&self) -> Duration {
        Duration::ZERO
    }

    /// What the job reads from files, and where it must come from.
    fn reads(&self) -> Reads {
        Reads::Nothing
    }
}

/// Where the bytes that a job reads must come from, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The job reads no file.
    Nothing,
    /// From the page cache: no block may be fetched.
    Cache(u64),
    /// From the device: the blocks fetched must make up for them.
    Device(u64),
}
