//! Tasks on a current-thread runtime of tokio for each worker: a job stays on the thread that it was dealt to, and no thread takes
//! what another one has.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use anyhow::{Context, Result};
use crossbeam::channel::{Sender, bounded};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::engine::{Arriving, Digest, Jobs, MOST_WORKERS, Model, Resources, TakeJobs, Work};
use crate::model::threads::TOO_FEW_THREADS;
use crate::model::tokio_many::{in_order, permits, run_permitted};

pub(super) struct TokioLocal<W: Work> {
    threads: Threads<Share<W>>,
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

impl<W: Work> TokioLocal<W> {
    /// Starts a thread with a runtime for each worker. Files are read and written on blocking threads of each runtime, which together are
    /// at most [`MOST_WORKERS`], or one for each.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let threads =
            Threads::start(resources.workers, |mut shares: UnboundedReceiver<Share<W>>| async move {
                while let Some(share) = shares.recv().await {
                    let Share { jobs, first, step, limit, digests } = share;
                    let outcome = run_share(&jobs, first, step, limit).await;
                    // Nobody waits for it any longer if another share has failed.
                    let _ = digests.send((first, outcome));
                }
            })?;
        Ok(TokioLocal { threads, max_tasks: resources.max_tasks })
    }
}

/// Spawns a task for each job of a share, and awaits them in order.
async fn run_share<W: Work>(
    jobs: &Jobs<W>,
    first: usize,
    step: usize,
    limit: Option<Arc<Semaphore>>,
) -> Result<Vec<Digest>> {
    let mut tasks = Vec::new();
    for index in (first..jobs.len()).step_by(step) {
        let (jobs, limit) = (jobs.clone(), limit.clone());
        tasks.push(tokio::spawn(async move {
            let _permit = match &limit {
                // Nobody closes the semaphore.
                Some(limit) => limit.acquire().await.ok(),
                None => None,
            };
            jobs.run_async(index).await
        }));
    }
    in_order(tasks).await
}

impl<W: Work> Model<W> for TokioLocal<W> {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let limit = (self.max_tasks < jobs.len()).then(|| permits(self.max_tasks));
        let step = self.threads.inboxes.len();
        let (digests, outcomes) = bounded(step);
        for (first, inbox) in self.threads.inboxes.iter().enumerate() {
            let share =
                Share { jobs: jobs.clone(), first, step, limit: limit.clone(), digests: digests.clone() };
            inbox.send(share).ok().context("the thread of a runtime has ended")?;
        }
        let mut shares = vec![vec![]; step];
        for _ in 0..step {
            let (first, outcome) = outcomes.recv().context("the thread of a runtime has ended")?;
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
pub(super) struct Dealt<W: Work> {
    threads: Threads<Arriving<W>>,
    next: usize,
}

/// Starts the threads.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<Dealt<W>> {
    let permits = permits(resources.max_tasks);
    let threads = Threads::start(resources.workers, move |mut jobs: UnboundedReceiver<Arriving<W>>| {
        let permits = Arc::clone(&permits);
        async move {
            while let Some(job) = jobs.recv().await {
                tokio::spawn(run_permitted(job, Arc::clone(&permits)));
            }
        }
    })?;
    Ok(Dealt { threads, next: 0 })
}

impl<W: Work> TakeJobs<W> for Dealt<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let inbox = &self.threads.inboxes[self.next];
        self.next = (self.next + 1) % self.threads.inboxes.len();
        inbox.send(job).ok().context("the thread of a runtime has ended")
    }
}

/// Threads with a current-thread runtime each, and what is sent to each.
struct Threads<T> {
    inboxes: Vec<UnboundedSender<T>>,
    threads: Vec<JoinHandle<()>>,
}

impl<T: Send + 'static> Threads<T> {
    /// Starts this many, each of which does with what it is sent what `serve` says.
    fn start<F: Future<Output = ()>>(
        count: usize,
        serve: impl Fn(UnboundedReceiver<T>) -> F + Send + Clone + 'static,
    ) -> Result<Self> {
        let mut threads = Threads { inboxes: vec![], threads: vec![] };
        let files = (MOST_WORKERS / count).max(1);
        for number in 0..count {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.max_blocking_threads(files).enable_all().build();
            let runtime = runtime.context("cannot start tokio's runtime of a thread")?;
            let (inbox, received) = unbounded_channel();
            let serve = serve.clone();
            let thread = Builder::new().spawn(move || runtime.block_on(serve(received)));
            threads.threads.push(
                thread.with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))?,
            );
            threads.inboxes.push(inbox);
        }
        Ok(threads)
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
