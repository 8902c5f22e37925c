//! A runtime of tokio whose threads are counted. Where the system refuses a thread, tokio says nothing as long as it has another
//! one: work waits for a thread that never comes, and the end of a runtime for workers that have never begun.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use crossbeam::channel::bounded;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::engine::{Digest, catch_panic, now};
use crate::model::threads::TOO_FEW_THREADS;

/// How long the threads of a runtime may take to begin on a busy machine, and how often they are looked at.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_micros(100);

/// A runtime, and how many of its threads have begun.
pub(super) struct Counted {
    /// Taken on drop.
    runtime: Option<Runtime>,
    begun: Arc<AtomicUsize>,
    workers: usize,
    /// The jobs of the last run, of which each may have had a thread beside the workers.
    last_jobs: usize,
    /// No thread was refused to a run that had fewer threads than jobs.
    is_checked: bool,
}

impl Counted {
    /// Builds the runtime of `builder`, which has this many worker threads.
    pub(super) fn build(builder: &mut Builder, workers: usize) -> Result<Self> {
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&begun);
        let built = Arc::new(AtomicBool::new(false));
        let is_built = Arc::clone(&built);
        builder.on_thread_start(move || {
            end_unless(&is_built);
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let runtime = catch_panic(|| Ok(builder.build()?));
        built.store(true, Ordering::Release);
        let runtime = runtime.with_context(|| {
            format!("cannot start tokio's runtime of {workers} threads; {TOO_FEW_THREADS}")
        })?;
        Ok(Counted { runtime: Some(runtime), begun, workers, last_jobs: 0, is_checked: false })
    }

    /// Runs `jobs` on the runtime, which panics where it can't start its first thread beside the workers.
    pub(super) fn run(&self, jobs: impl Future<Output = Result<Vec<Digest>>>) -> Result<Vec<Digest>> {
        let runtime = self.runtime.as_ref().expect("it is taken only on drop");
        let outcome = catch_panic(|| runtime.block_on(jobs));
        outcome.map_err(|error| {
            let lacks_thread = format!("{error:#}").contains("spawn worker thread");
            if lacks_thread { error.context(TOO_FEW_THREADS) } else { error }
        })
    }

    /// Runs `future` on the calling thread, and its tasks on the runtime.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("it is taken only on drop").block_on(future)
    }

    /// What hands tasks to the runtime from elsewhere.
    pub(super) fn handle(&self) -> Handle {
        self.runtime.as_ref().expect("it is taken only on drop").handle().clone()
    }

    /// Makes sure, before a run of this many jobs, that all workers have begun, and that no thread was refused to the last run.
    pub(super) fn ensure_threads(&mut self, jobs: usize) -> Result<()> {
        ensure!(
            self.has_all_workers(),
            "{} of {} threads of tokio could be started; {TOO_FEW_THREADS}",
            self.begun.load(Ordering::Relaxed),
            self.workers
        );
        let beside = self.begun.load(Ordering::Relaxed) - self.workers;
        // Fewer threads than jobs may have been enough, or all that there can be.
        if beside > 0 && beside < self.last_jobs && !self.is_checked {
            ensure_thread()?;
            self.is_checked = true;
        }
        self.last_jobs = jobs;
        Ok(())
    }

    fn has_all_workers(&self) -> bool {
        let start = now();
        while self.begun.load(Ordering::Relaxed) < self.workers {
            if now() - start > PATIENCE {
                return false;
            }
            sleep(LOOK);
        }
        true
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let has_all = self.has_all_workers();
        match self.runtime.take() {
            // It would wait for those that have not begun.
            Some(runtime) if !has_all => runtime.shutdown_background(),
            runtime => drop(runtime),
        }
    }
}

/// Ends the calling worker by unwinding it unless its runtime is built soon. If the system refuses a worker after the first one, tokio
/// panics in the middle of building, and then waits for the first one, which nobody tells to end.
fn end_unless(is_built: &AtomicBool) {
    let start = now();
    while !is_built.load(Ordering::Acquire) {
        if now() - start > PATIENCE {
            // Without the words of a panic: the one that matters has been told.
            std::panic::resume_unwind(Box::new("its runtime was not built"));
        }
        thread::yield_now();
    }
}

/// Makes sure that this many threads can run at once, unless as many have. With fewer threads than workers tokio panics in the
/// middle of starting them, and then waits for ever.
///
/// # Errors
/// Says what to raise.
pub(crate) fn ensure_startable(threads: usize) -> Result<()> {
    static MOST: AtomicUsize = AtomicUsize::new(0);
    if threads <= MOST.load(Ordering::Relaxed) {
        return Ok(());
    }
    thread::scope(|scope| {
        let (end, ended) = bounded::<()>(0);
        for number in 0..threads {
            let ended = ended.clone();
            let started = thread::Builder::new().spawn_scoped(scope, move || ended.recv());
            if let Err(error) = started {
                drop(end);
                let why = format!("{number} of {threads} threads could be started; {TOO_FEW_THREADS}");
                return Err(anyhow!(error).context(why));
            }
        }
        drop(end);
        Ok(())
    })?;
    MOST.fetch_max(threads, Ordering::Relaxed);
    Ok(())
}

/// Makes sure that another thread can be started now.
fn ensure_thread() -> Result<()> {
    let thread = thread::Builder::new()
        .spawn(|| ())
        .with_context(|| format!("cannot start a thread; {TOO_FEW_THREADS}"))?;
    let _ = thread.join();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A runtime of two workers, of which so many have begun.
    fn runtime(begun: usize) -> Counted {
        let mut counted = Counted::build(&mut Builder::new_current_thread(), 0).unwrap();
        counted.begun.store(begun, Ordering::Relaxed);
        counted.workers = 2;
        counted
    }

    #[test]
    fn worker_that_never_begins_is_reported() {
        let why = runtime(1).ensure_threads(3).unwrap_err().to_string();
        assert!(why.starts_with("1 of 2 threads of tokio could be started; raise the limit"), "{why}");
        runtime(2).ensure_threads(3).unwrap();
    }

    #[test]
    fn runtime_without_its_second_worker_is_refused() {
        let workers = AtomicUsize::new(0);
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(2).thread_name_fn(move || {
            assert_eq!(workers.fetch_add(1, Ordering::Relaxed), 0, "no second thread");
            "worker".into()
        });
        let why = format!("{:#}", Counted::build(&mut builder, 2).err().unwrap());
        assert!(why.contains("cannot start tokio's runtime") && why.contains("no second thread"), "{why}");
    }

    #[test]
    fn threads_that_run_at_once_are_proved() {
        ensure_startable(3).unwrap();
        ensure_thread().unwrap();
    }
}
