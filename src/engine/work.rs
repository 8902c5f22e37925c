//! Work: what a job is to the models, in a blocking and an async form.

use std::future::Future;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::{Context, Digest};

/// One independent piece of real work.
pub trait Work: Send + Sync + 'static {
    /// What the jobs of one started model share, such as an HTTP client; `()` if they share nothing.
    type Shared: Default + Send + Sync + 'static;

    /// Does the work on the calling thread.
    ///
    /// # Errors
    /// Names what could not be done, and to which file or address.
    fn run(&self, shared: &Self::Shared, ctx: &Context<'_>) -> Result<Digest>;

    /// Does the same work, yielding the thread while it waits; by default it is the blocking form.
    ///
    /// # Errors
    /// As [`Work::run`].
    fn run_async(
        &self,
        shared: &Self::Shared,
        ctx: &Context<'_>,
    ) -> impl Future<Output = Result<Digest>> + Send {
        async { self.run(shared, ctx) }
    }

    /// The digest that the job must return; by default that of one sequential run. Workloads that know the answer
    /// find it by the plainest route: no waiting, no files, no network.
    ///
    /// # Errors
    /// As [`Work::run`].
    fn expected(&self) -> Result<Digest> {
        self.run(&Self::Shared::default(), &Context::default())
    }

    /// The digest of what the job's last run left, after the clock has stopped, for work that keeps its result until then: what
    /// this process ran has `returned` a digest that says so. By default it is `returned` itself.
    ///
    /// # Errors
    /// If the result can't be turned into a digest.
    fn answer(&self, returned: Digest) -> Result<Digest> {
        Ok(returned)
    }

    /// What a digest other than the expected one means, for work that knows.
    fn if_wrong(&self) -> &'static str {
        ""
    }

    /// Undoes what an earlier run left (evicts, removes), before every run, outside of the timed section.
    ///
    /// # Errors
    /// Names the file.
    fn reset(&self) -> Result<()> {
        Ok(())
    }

    /// Checks that the job left behind what it should have, after every run, outside of the timed section.
    ///
    /// # Errors
    /// Names what is missing.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The least time that the job spends waiting: no honest run of it is shorter.
    fn waits(&self) -> Duration {
        Duration::ZERO
    }

    /// What the job reads from files, and where it must come from.
    fn reads(&self) -> Reads {
        Reads::Nothing
    }

    /// The job as bytes, if another process cannot make it from its number alone.
    fn portable(&self) -> Option<Vec<u8>> {
        None
    }

    /// The job as the worker of an interpreter knows it: the name of its class, and its fields.
    ///
    /// # Errors
    /// If it has no form in Python.
    fn in_python(&self) -> Result<Value> {
        bail!("this work has no form in Python")
    }
}

/// Where the bytes that a job reads must come from, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The job reads no file.
    Nothing,
    /// From the page cache: no block may be fetched.
    Cache(u64),
    /// From the device: the blocks fetched must account for them.
    Device(u64),
}

/// How much work a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The number of jobs.
    pub jobs: usize,
    /// The size of each job, in the workload's unit.
    pub each: u64,
}
