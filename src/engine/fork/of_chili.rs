//! chili: a part is handed to another thread only when that has asked for one, every 100 us at most.

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;

use chili::{Config, ThreadPool};

use crate::engine::fork::{Fork, Way};

/// A pool of threads.
#[derive(Clone)]
pub struct Pool(Arc<ThreadPool>);

impl Pool {
    /// This many threads, of which the one that runs a batch is one; none if chili is not built in.
    pub(crate) fn of(threads: usize) -> Option<Self> {
        let config = Config { thread_count: NonZero::new(threads), ..Config::default() };
        Some(Pool(Arc::new(ThreadPool::with_config(config))))
    }

    /// A place for a batch.
    pub(crate) fn scope(&self) -> chili::Scope<'_> {
        self.0.scope()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pool of chili")
    }
}

/// A place in a batch.
pub(super) struct Scope<'a, 'pool>(&'a mut chili::Scope<'pool>);

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scope of chili")
    }
}

pub(super) fn run<T>(pool: &Pool, job: impl FnOnce(&mut Fork<'_, '_>) -> T) -> T {
    job(&mut Fork(Way::Chili(Scope(&mut pool.scope()))))
}

pub(super) fn join<A: Send, B: Send>(
    scope: &mut Scope<'_, '_>,
    a: impl FnOnce(&mut Fork<'_, '_>) -> A + Send,
    b: impl FnOnce(&mut Fork<'_, '_>) -> B + Send,
) -> (A, B) {
    scope
        .0
        .join(|scope| a(&mut Fork(Way::Chili(Scope(scope)))), |scope| b(&mut Fork(Way::Chili(Scope(scope)))))
}
