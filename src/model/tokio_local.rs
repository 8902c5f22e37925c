//! Tasks on a current-thread runtime of tokio for each worker.

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};

use crate::engine::{Digest, MOST_WORKERS, Resources, Work, io};
use crate::model::local::{Local, LocalEach, LocalRuntime};
use crate::model::tokio_many::panicked;

/// The runtime of a thread.
pub(super) struct TokioLocal(Runtime);

impl TokioLocal {
    /// Starts the threads.
    pub(super) fn start<W: Work>(resources: &Resources) -> Result<Local<W>> {
        Local::start::<TokioLocal>(resources)
    }
}

/// Starts the threads.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<LocalEach<W>> {
    LocalEach::start::<TokioLocal>(resources)
}

impl LocalRuntime for TokioLocal {
    const IO: io::Runtime = io::Runtime::Tokio;

    /// Files are read and written on blocking threads of each runtime, which together are at most [`MOST_WORKERS`], or one for each.
    fn build(threads: usize) -> Result<Self> {
        let files = (MOST_WORKERS / threads).max(1);
        let runtime = Builder::new_current_thread().max_blocking_threads(files).enable_all().build();
        Ok(TokioLocal(runtime.context("cannot start tokio's runtime of a thread")?))
    }

    fn block_on(&self, future: impl Future<Output = ()>) {
        self.0.block_on(future);
    }

    fn spawn(
        task: impl Future<Output = Result<Digest>> + Send + 'static,
    ) -> impl Future<Output = Result<Digest>> {
        let task = tokio::spawn(task);
        async { task.await.map_err(panicked)? }
    }

    fn detach(task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }
}
