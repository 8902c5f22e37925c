//! The interface of jobs to models: work in a blocking and an async form.

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

/// Marks the parts of a job that wait and those that compute.
///
/// The work of a job is inside these calls, so that a model can hold a lock while it computes and a trace can
/// distinguish the two. Without tracing, the type has no size and the calls cost nothing.
pub trait Phases: Clone + Send + Sync + 'static {
    /// The phases of job number `index` of a run, which a span records.
    fn job(&self, index: usize) -> Self;
    /// Runs `work`, which keeps a core busy.
    fn compute<T>(&self, work: impl FnOnce() -> T) -> T;
    /// Runs `wait`, which blocks its thread.
    fn wait<T>(&self, wait: impl FnOnce() -> T) -> T;
    /// Awaits `wait`, which yields its thread.
    fn wait_async<F: Future + Send>(&self, wait: F) -> impl Future<Output = F::Output> + Send;
    /// The collector of spans, if any: process models let their workers record spans too.
    fn spans(&self) -> Option<&Arc<Spans>> {
        None
    }
}

/// No tracing: every phase is just run.
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

/// The state that a started model owns and lends to its jobs.
#[derive(Debug, Default)]
pub struct Kit<P> {
    phases: P,
    clients: Clients,
    queues: Queues,
}

impl<P: Phases> Kit<P> {
    /// A context whose jobs report to `phases`; clients are created on first use.
    pub fn new(phases: P) -> Self {
        Kit { phases, clients: Clients::default(), queues: Queues::default() }
    }

    /// The context of job number `index` of a run.
    pub fn ctx(&self, index: usize) -> Ctx<'_, P> {
        Ctx { phases: self.phases.job(index), clients: &self.clients, queues: &self.queues }
    }
}

/// The context of one job: its phases, and the state that it shares with the model's other jobs.
#[derive(Debug)]
pub struct Ctx<'a, P> {
    /// The phases of the job.
    pub phases: P,
    /// Connections that outlive the job.
    pub clients: &'a Clients,
    /// Queues for resources that the jobs of one model share.
    pub queues: &'a Queues,
}

/// One independent piece of real work: plain data that crosses process boundaries unchanged.
pub trait Work: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The expected digest of the job, computed in the simplest way: no waiting, no files, no network.
    fn expected(&self) -> Digest;

    /// Does the work on the calling thread.
    ///
    /// # Errors
    /// Names what could not be done, and to which file or address.
    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest>;

    /// Does the same work, and yields the thread while it waits.
    ///
    /// # Errors
    /// As [`Work::run`].
    fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> impl Future<Output = Result<Digest>> + Send;

    /// Undoes the effects of an earlier run (evicts, removes), before every run and outside the timed
    /// section.
    ///
    /// # Errors
    /// Names the file.
    fn reset(&self) -> Result<()> {
        Ok(())
    }

    /// Checks, after every run and outside the timed section, that the job left behind what it should.
    ///
    /// # Errors
    /// Names what is missing.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The minimum waiting time of the job: no valid run of it is shorter.
    fn waits(&self) -> Duration {
        Duration::ZERO
    }

    /// The bytes that the job reads from files, and their required source.
    fn reads(&self) -> Reads {
        Reads::Nothing
    }
}

/// The required source of the bytes that a job reads, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The job reads no file.
    Nothing,
    /// From the page cache: no block may be read from the device.
    Cache(u64),
    /// From the device: the blocks read must account for them.
    Device(u64),
}
