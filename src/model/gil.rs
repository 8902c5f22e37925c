//! A thread for each job, computing only while it holds the one lock: many hands, one brain.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

use crate::engine::trace::Spans;
use crate::engine::work::Phases;
use crate::model::{Model, Resources, threads};

/// The threads are those of `threads`; the difference is the shared lock.
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    threads::start(OneLock { lock: Arc::default(), phases }, resources)
}

/// Holds the one lock while it computes, and waits without it, as CPython's threads do with the GIL.
#[derive(Clone)]
struct OneLock<P> {
    lock: Arc<Mutex<()>>,
    /// Innermost, so that waiting for the lock does not count as computing.
    phases: P,
}

impl<P: Phases> Phases for OneLock<P> {
    fn job(&self, index: usize) -> Self {
        OneLock { lock: Arc::clone(&self.lock), phases: self.phases.job(index) }
    }

    fn compute<T>(&self, work: impl FnOnce() -> T) -> T {
        // A job that panics while holding the lock leaves no state that could be inconsistent.
        let _held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.phases.compute(work)
    }

    fn wait<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.phases.wait(wait)
    }

    fn wait_async<F: Future + Send>(&self, wait: F) -> impl Future<Output = F::Output> + Send {
        self.phases.wait_async(wait)
    }

    fn spans(&self) -> Option<&Arc<Spans>> {
        self.phases.spans()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::engine::work::Plain;

    #[test]
    fn lock_serialises_computing_but_not_waiting() {
        let phases = OneLock { lock: Arc::default(), phases: Plain };
        let computing = AtomicUsize::new(0);
        let together = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            for index in 0..4 {
                let (phases, computing, together) = (phases.job(index), &computing, &together);
                scope.spawn(move || {
                    // Passes only if all four wait at once.
                    phases.wait(|| together.wait());
                    phases.compute(|| {
                        assert_eq!(computing.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        computing.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
    }
}
