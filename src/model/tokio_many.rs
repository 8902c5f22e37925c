//! Tasks on tokio's multi-thread runtime: async IO that may use every core.
//!
//! A task computes on the worker that polls it. For CPU-bound code tokio's guide ("CPU-bound tasks and blocking code", in the
//! crate's documentation) names a separate thread pool, which is the model `rayon`, or a runtime dedicated to it, which this one
//! is: it carries out one batch and nothing else. `block_in_place` is not used: it protects other tasks by moving them to
//! another thread, here other jobs of the batch, until as many threads compute as there are jobs. Blocking threads are the
//! model `tokio-blocking`. What the guide warns of remains: in `cake`, a timer is late while the workers compute.

use std::sync::Arc;

use anyhow::{Error, Result, anyhow};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};

use crate::engine::{Arriving, Digest, Jobs, MOST_WORKERS, Model, Resources, TakeJobs, Work, panic_text};
use crate::model::runtime::Counted;

pub(super) struct TokioMany {
    runtime: Counted,
    max_tasks: usize,
}

impl TokioMany {
    /// Builds the runtime with [`Resources::workers`] threads; file operations run on further threads, at most [`MOST_WORKERS`].
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(resources.workers).max_blocking_threads(MOST_WORKERS).enable_all();
        let runtime = Counted::build(&mut builder, resources.workers)?;
        Ok(TokioMany { runtime, max_tasks: resources.max_tasks })
    }
}

impl<W: Work> Model<W> for TokioMany {
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        self.runtime.ensure_threads(jobs.len().min(MOST_WORKERS))
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.runtime.run(run_tasks(jobs, self.max_tasks))
    }
}

/// The runtime, to which arriving jobs are handed as tasks; those beyond the limit wait as tasks.
pub(super) struct TaskEach {
    runtime: Counted,
    permits: Arc<Semaphore>,
}

/// Builds the runtime.
pub(super) fn serve(resources: &Resources) -> Result<TaskEach> {
    let TokioMany { mut runtime, max_tasks } = TokioMany::start(resources)?;
    runtime.ensure_threads(0)?;
    Ok(TaskEach { runtime, permits: permits(max_tasks) })
}

/// A permit for each task that may run at once.
pub(super) fn permits(max_tasks: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(max_tasks.min(Semaphore::MAX_PERMITS)))
}

/// Runs an arriving job when it has a permit, in the order in which jobs come.
pub(super) async fn run_permitted<W: Work>(job: Arriving<W>, permits: Arc<Semaphore>) {
    // Nobody closes the semaphore.
    let _permit = permits.acquire().await;
    job.run_async().await;
}

impl<W: Work> TakeJobs<W> for TaskEach {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        self.runtime.handle().spawn(run_permitted(job, Arc::clone(&self.permits)));
        Ok(())
    }
}

/// Spawns a task for each job on the current runtime, at most `max_tasks` at once, and awaits them in order.
pub(super) async fn run_tasks<W: Work>(jobs: &Jobs<W>, max_tasks: usize) -> Result<Vec<Digest>> {
    if max_tasks < jobs.len() {
        return run_some_tasks(jobs, max_tasks).await;
    }
    let mut tasks = Vec::with_capacity(jobs.len());
    for index in 0..jobs.len() {
        let jobs = jobs.clone();
        tasks.push(tokio::spawn(async move { jobs.run_async(index).await }));
    }
    in_order(tasks).await
}

/// The same with a semaphore: a task is spawned when another one has ended.
async fn run_some_tasks<W: Work>(jobs: &Jobs<W>, max_tasks: usize) -> Result<Vec<Digest>> {
    let semaphore = Arc::new(Semaphore::new(max_tasks));
    let mut tasks = Vec::with_capacity(jobs.len());
    for index in 0..jobs.len() {
        let permit = Arc::clone(&semaphore).acquire_owned().await?;
        let jobs = jobs.clone();
        tasks.push(tokio::spawn(async move {
            let digest = jobs.run_async(index).await;
            drop(permit);
            digest
        }));
    }
    in_order(tasks).await
}

/// The digests of `tasks`, which are awaited in order.
pub(super) async fn in_order(tasks: Vec<JoinHandle<Result<Digest>>>) -> Result<Vec<Digest>> {
    let mut digests = Vec::with_capacity(tasks.len());
    for task in tasks {
        digests.push(task.await.map_err(panicked)??);
    }
    Ok(digests)
}

/// A task that panicked, with its words: tokio tells so that it could not start a thread.
pub(super) fn panicked(error: JoinError) -> Error {
    let Ok(panic) = error.try_into_panic() else { return anyhow!("a task was cancelled") };
    anyhow!("a task panicked: {}", panic_text(&*panic))
}
