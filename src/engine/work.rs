//! Work: what a job is to the models, in a blocking and an async form.

use std::future::Future;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::{Context, Digest};

/// One independent piece of real work: a job.
///
/// All that waits is inside of [`Context::wait`] or [`Context::wait_async`], and all that computes inside of [`Context::compute`].
///
/// ```
/// use std::time::Duration;
///
/// use bakeoff::Context;
/// use bakeoff::work::{Digest, Work};
///
/// /// Waits for a timer.
/// struct Sleep {
///     number: u64,
///     pause: Duration,
/// }
///
/// impl Work for Sleep {
///     type Shared = ();
///
///     fn run(&self, _: &(), ctx: &Context<'_>) -> anyhow::Result<Digest> {
///         ctx.wait(|| std::thread::sleep(self.pause));
///         self.expected()
///     }
///
///     async fn run_async(&self, _: &(), ctx: &Context<'_>) -> anyhow::Result<Digest> {
///         ctx.sleep(self.pause).await;
///         self.expected()
///     }
///
///     fn expected(&self) -> anyhow::Result<Digest> {
///         Ok(Digest::new(self.number, 0))
///     }
///
///     fn waits(&self) -> Duration {
///         self.pause
///     }
/// }
///
/// let sleep = Sleep { number: 7, pause: Duration::from_millis(1) };
/// assert_eq!(sleep.run(&(), &Context::default())?, sleep.expected()?);
/// # anyhow::Ok(())
/// ```
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
    #[doc(hidden)]
    fn answer(&self, returned: Digest) -> Result<Digest> {
        Ok(returned)
    }

    /// What a digest other than the expected one means, for work that knows: the end of a message, such as `": it depends on other jobs"`.
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
    #[doc(hidden)]
    fn portable(&self) -> Option<Vec<u8>> {
        None
    }

    /// The job as the worker of an interpreter knows it: the name of its class, and its fields.
    ///
    /// # Errors
    /// If it has no form in Python.
    #[doc(hidden)]
    fn in_python(&self) -> Result<Value> {
        bail!("this work has no form in Python")
    }
}

/// Where the bytes that a job reads must come from, in bytes. A run whose bytes came from elsewhere is invalid, and repeated.
///
/// ```
/// use bakeoff::work::Reads;
///
/// // What `Work::reads` returns for a file of 4 KiB that `Work::reset` evicts.
/// assert_ne!(Reads::Device(4096), Reads::Cache(4096));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reads {
    /// The job reads no file.
    Nothing,
    /// From the page cache: no block may be fetched.
    Cache(u64),
    /// From the device: the blocks fetched must account for them.
    Device(u64),
}

/// How much work a batch is: it has these two numbers and will have no other.
///
/// ```
/// use bakeoff::work::Size;
///
/// let larger = Size { each: 2_000, ..Size { jobs: 24, each: 1_000 } };
/// assert_eq!(larger, Size { jobs: 24, each: 2_000 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The number of jobs.
    pub jobs: usize,
    /// The size of each job, in the workload's unit.
    pub each: u64,
}
