//! The context of a job: where it says which part of it waits and which computes.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Result, bail};
use either::Either;

use crate::engine::fork::{Fork, Nesting};
use crate::engine::io::Runtime;
use crate::engine::{Phase, Spans, Unavailable, lock};

/// What a job is given by the model that runs it.
///
/// The work of a job lies inside of these calls, so that a model can hold a lock while it computes and a trace can tell
/// the phases apart. In an untraced run without a lock a call costs one branch.
///
/// ```
/// use bakeoff::Context;
///
/// // That of a job outside of a model: nothing is recorded.
/// let ctx = Context::default();
/// let answer = ctx.wait(|| 42);
/// assert_eq!(ctx.compute(|| answer + 1), 43);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    job: usize,
    spans: Option<&'a Spans>,
    lock: Option<&'a Mutex<()>>,
    runtime: Runtime,
    nesting: Option<&'a Nesting>,
}

static IN_TURN: Nesting = Nesting::InTurn;

/// That of a job outside of a model: nothing is recorded, and what divides itself runs one part after the other.
impl Default for Context<'_> {
    fn default() -> Self {
        Context::new(0, None, None).dividing(Some(&IN_TURN))
    }
}

impl<'a> Context<'a> {
    /// The context of job number `job` of a run: its spans are recorded if there is a place for them, and it computes
    /// under the lock if there is one. Its async form is carried out by tokio.
    pub(crate) fn new(job: usize, spans: Option<&'a Spans>, lock: Option<&'a Mutex<()>>) -> Self {
        Context { job, spans, lock, runtime: Runtime::Tokio, nesting: None }
    }

    /// The same where `runtime` carries the async form out.
    pub(crate) fn on(self, runtime: Runtime) -> Self {
        Context { runtime, ..self }
    }

    /// The same where two parts of a job are run so.
    pub(crate) fn dividing(self, nesting: Option<&'a Nesting>) -> Self {
        Context { nesting, ..self }
    }

    /// The runtime that carries the async form out.
    #[doc(hidden)]
    pub fn runtime(self) -> Runtime {
        self.runtime
    }

    /// Runs `work`, which keeps a core busy.
    pub fn compute<T>(&self, work: impl FnOnce() -> T) -> T {
        if self.lock.is_none() && self.spans.is_none() {
            return work();
        }
        let _held = self.lock.map(lock);
        // Begins after the lock is taken: waiting for it is not computing.
        self.record(Phase::Compute, work)
    }

    /// Runs `wait`, which blocks its thread.
    pub fn wait<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.record(Phase::Wait, wait)
    }

    /// Awaits `wait`, which yields its thread.
    pub fn wait_async<F: Future + Send>(self, wait: F) -> impl Future<Output = F::Output> + Send {
        match self.spans {
            None => Either::Left(wait),
            // Boxed: untraced tasks do not carry the place of a span with them.
            Some(spans) => Either::Right(Box::pin(async move {
                let begun = spans.begin();
                let result = wait.await;
                begun.end(self.job, Phase::Wait);
                result
            })),
        }
    }

    /// Runs `work`, which keeps cores busy and divides itself: two parts at a time, as often as it likes.
    ///
    /// ```
    /// use bakeoff::Context;
    /// use bakeoff::work::Fork;
    ///
    /// fn factorial(numbers: std::ops::Range<u64>, fork: &mut Fork<'_, '_>) -> u64 {
    ///     if numbers.end - numbers.start < 2 {
    ///         return numbers.product();
    ///     }
    ///     let middle = numbers.start.midpoint(numbers.end);
    ///     let (low, high) =
    ///         fork.join(|fork| factorial(numbers.start..middle, fork), |fork| factorial(middle..numbers.end, fork));
    ///     low * high
    /// }
    ///
    /// // A job outside of a model runs one part after the other.
    /// assert_eq!(Context::default().fork(|fork| factorial(1..6, fork))?, 120);
    /// # anyhow::Ok(())
    /// ```
    ///
    /// # Errors
    /// [`Unavailable`] if the model that carries the job out has no form for it.
    pub fn fork<T>(&self, work: impl FnOnce(&mut Fork<'_, '_>) -> T) -> Result<T> {
        let Some(nesting) = self.nesting else {
            bail!(Unavailable::new("it has no form for jobs that divide themselves"));
        };
        Ok(self.compute(|| nesting.run(work)))
    }

    /// Waits for a timer of the runtime that carries the job out.
    pub fn sleep(self, pause: Duration) -> impl Future<Output = ()> + Send {
        self.wait_async(self.runtime.sleep(pause))
    }

    /// Reads a whole file as that runtime does: most have threads for it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn read(self, path: &Path) -> impl Future<Output = io::Result<Vec<u8>>> + Send {
        self.wait_async(self.runtime.read(path))
    }

    /// Writes a file as that runtime does, and waits until the device has stored it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn write(self, path: PathBuf, bytes: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send {
        self.wait_async(self.runtime.write(path, bytes))
    }

    fn record<T>(&self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let Some(spans) = self.spans else { return work() };
        let begun = spans.begin();
        let result = work();
        begun.end(self.job, phase);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn lock_serializes_computing_but_not_waiting() {
        let (lock, computing, together) = (Mutex::new(()), AtomicUsize::new(0), Barrier::new(4));
        std::thread::scope(|scope| {
            for job in 0..4 {
                let (ctx, computing, together) =
                    (Context::new(job, None, Some(&lock)), &computing, &together);
                scope.spawn(move || {
                    // Passed only when all four wait at once.
                    ctx.wait(|| together.wait());
                    ctx.compute(|| {
                        assert_eq!(computing.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        computing.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
    }
}
