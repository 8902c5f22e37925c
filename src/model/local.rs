//! A runtime for each worker thread, between which jobs are dealt in turn: a job stays on its thread, and no thread takes what another
//! one has.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use anyhow::{Context, Result, bail};
use crossbeam::channel::{Sender, bounded};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::engine::io::Runtime;
use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Work};
use crate::model::threads::TOO_FEW_THREADS;
use crate::model::tokio_many::{permits, run_permitted};

/// A runtime that runs its tasks on the thread that has started it.
pub(super) trait LocalRuntime: Sized + 'static {
    /// Whose timers, files and sockets its tasks use.
    const IO: Runtime;

    /// Builds one on the calling thread, which is one of this many.
    ///
    /// # Errors
    /// When the system refuses it.
    fn build(threads: usize) -> Result<Self>;

    /// Runs `future` and what it spawns.
    fn block_on(&self, future: impl Future<Output = ()>);

    /// Spawns a task on the runtime of the calling thread: what it returns can be awaited.
    fn spawn(
        task: impl Future<Output = Result<Digest>> + Send + 'static,
    ) -> impl Future<Output = Result<Digest>>;

    /// Spawns a task for which nobody waits.
    fn detach(task: impl Future<Output = ()> + Send + 'static);
}

/// The model: a thread with a runtime for each worker.
pub(super) struct Local<W: Work> {
    threads: Threads<Share<W>>,
    runtime: Runtime,
    max_tasks: usize,
}

/// Every so many jobs of a batch, from the first of them on.
struct Share<W: Work> {
    jobs: Jobs<W>,
    first: usize,
    step: usize,
    limit: Option<Arc<Semaphore>>,
    digests: Sender<(usize, Result<Vec<Digest>>)>,
}

impl<W: Work> Local<W> {
    /// Starts the threads, each with a runtime of the kind `R`.
    pub(super) fn start<R: LocalRuntime>(resources: &Resources) -> Result<Self> {
        let threads = Threads::start::<R, _>(resources.workers, serve_shares::<R, W>)?;
        Ok(Local { threads, runtime: R::IO, max_tasks: resources.max_tasks })
    }
}

async fn serve_shares<R: LocalRuntime, W: Work>(mut shares: UnboundedReceiver<Share<W>>) {
    while let Some(share) = shares.recv().await {
        let outcome = run_share::<R, W>(&share).await;
        // Nobody waits for it any longer if another share has failed.
        let _ = share.digests.send((share.first, outcome));
    }
}

/// Spawns a task for each job of a share, and awaits them in order.
async fn run_share<R: LocalRuntime, W: Work>(share: &Share<W>) -> Result<Vec<Digest>> {
    let mut tasks = Vec::new();
    for index in (share.first..share.jobs.len()).step_by(share.step) {
        let (jobs, limit) = (share.jobs.clone(), share.limit.clone());
        tasks.push(R::spawn(async move {
            let _permit = match &limit {
                // Nobody closes the semaphore.
                Some(limit) => limit.acquire().await.ok(),
                None => None,
            };
            jobs.run_async(index).await
        }));
    }
    let mut digests = Vec::with_capacity(tasks.len());
    for task in tasks {
        digests.push(task.await?);
    }
    Ok(digests)
}

impl<W: Work> Model<W> for Local<W> {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let jobs = jobs.on(self.runtime);
        let limit = (self.max_tasks < jobs.len()).then(|| permits(self.max_tasks));
        let step = self.threads.inboxes.len();
        let (digests, outcomes) = bounded(step);
        for first in 0..step {
            let share =
                Share { jobs: jobs.clone(), first, step, limit: limit.clone(), digests: digests.clone() };
            self.threads.send(first, share)?;
        }
        let mut shares = vec![vec![]; step];
        for _ in 0..step {
            let (first, outcome) = outcomes.recv().context(ENDED)?;
            shares[first] = outcome?;
        }
        let mut dealt: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
        let mut all = Vec::with_capacity(jobs.len());
        for index in 0..jobs.len() {
            all.push(dealt[index % step].next().context("a share lacks a digest")?);
        }
        Ok(all)
    }
}

/// Threads with a runtime each, to which arriving jobs are dealt in turn.
pub(super) struct LocalEach<W: Work> {
    threads: Threads<Arriving<W>>,
    runtime: Runtime,
    next: usize,
}

impl<W: Work> LocalEach<W> {
    /// Starts the threads, each with a runtime of the kind `R`.
    pub(super) fn start<R: LocalRuntime>(resources: &Resources) -> Result<Self> {
        let permits = permits(resources.max_tasks);
        let serve = move |jobs| serve_arriving::<R, W>(jobs, Arc::clone(&permits));
        let threads = Threads::start::<R, _>(resources.workers, serve)?;
        Ok(LocalEach { threads, runtime: R::IO, next: 0 })
    }
}

async fn serve_arriving<R: LocalRuntime, W: Work>(
    mut jobs: UnboundedReceiver<Arriving<W>>,
    permits: Arc<Semaphore>,
) {
    while let Some(job) = jobs.recv().await {
        R::detach(run_permitted(job, Arc::clone(&permits)));
    }
}

impl<W: Work> TakeJobs<W> for LocalEach<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let job = job.with_jobs(|jobs| jobs.on(self.runtime));
        self.next = (self.next + 1) % self.threads.inboxes.len();
        self.threads.send(self.next, job)
    }
}

const ENDED: &str = "the thread of a runtime has ended";

/// Threads with a runtime each, and what is sent to each.
struct Threads<T> {
    inboxes: Vec<UnboundedSender<T>>,
    threads: Vec<JoinHandle<()>>,
}

impl<T: Send + 'static> Threads<T> {
    /// Starts this many, each of which does with what it is sent what `serve` says.
    fn start<R: LocalRuntime, F: Future<Output = ()>>(
        count: usize,
        serve: impl Fn(UnboundedReceiver<T>) -> F + Send + Clone + 'static,
    ) -> Result<Self> {
        let mut threads = Threads { inboxes: vec![], threads: vec![] };
        let (started, starts) = bounded(count);
        for number in 0..count {
            let (inbox, received) = unbounded_channel();
            let (serve, started) = (serve.clone(), started.clone());
            let thread = Builder::new().spawn(move || {
                let (runtime, outcome) = match R::build(count) {
                    Ok(runtime) => (Some(runtime), Ok(())),
                    Err(why) => (None, Err(why)),
                };
                // Nobody waits for it any longer if another one has failed.
                let _ = started.send(outcome);
                if let Some(runtime) = runtime {
                    runtime.block_on(serve(received));
                }
            });
            threads.threads.push(
                thread.with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))?,
            );
            threads.inboxes.push(inbox);
        }
        for _ in 0..count {
            starts.recv().context(ENDED)??;
        }
        Ok(threads)
    }

    fn send(&self, number: usize, it: T) -> Result<()> {
        if self.inboxes[number].send(it).is_err() {
            bail!(ENDED);
        }
        Ok(())
    }
}

impl<T> Drop for Threads<T> {
    fn drop(&mut self) {
        // Closing the channels ends the threads.
        self.inboxes.clear();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
