//! Tasks on a runtime of compio for each worker: the system carries out reads and writes, of files too, and tells when they are done.

use anyhow::{Result, bail};
use compio::runtime::{self, JoinError, Runtime};

use crate::engine::{Digest, Resources, Unavailable, Work, catch_panic, io};
use crate::model::local::{Local, LocalEach, LocalRuntime};

/// The runtime of a thread.
pub(super) struct Compio(Runtime);

impl Compio {
    /// Starts the threads.
    pub(super) fn start<W: Work>(resources: &Resources) -> Result<Local<W>> {
        Local::start::<Compio>(resources)
    }
}

/// Starts the threads.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<LocalEach<W>> {
    LocalEach::start::<Compio>(resources)
}

impl LocalRuntime for Compio {
    const IO: io::Runtime = io::Runtime::COMPIO;

    fn build(_: usize) -> Result<Self> {
        match Runtime::new() {
            Ok(runtime) => Ok(Compio(runtime)),
            Err(why) => Err(Unavailable::new(format!("{WITHOUT}: {why}")).into()),
        }
    }

    fn block_on(&self, future: impl Future<Output = ()>) {
        self.0.block_on(future);
    }

    fn spawn(
        task: impl Future<Output = Result<Digest>> + Send + 'static,
    ) -> impl Future<Output = Result<Digest>> {
        let task = runtime::spawn(task);
        async { task.await.unwrap_or_else(panicked) }
    }

    fn detach(task: impl Future<Output = ()> + Send + 'static) {
        runtime::spawn(task).detach();
    }
}

/// The error of a task that panicked, with its words.
fn panicked(why: JoinError) -> Result<Digest> {
    catch_panic(|| {
        why.resume_unwind();
        bail!("a task was cancelled")
    })
}

/// Why it can't be had, where its runtime can't be built.
const WITHOUT: &str = if cfg!(target_os = "linux") {
    "the system refuses io_uring, as many containers do"
} else {
    "the system refuses compio's runtime"
};
