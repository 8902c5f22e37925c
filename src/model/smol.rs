//! Tasks on smol's executor, whose queue a thread for each worker works off: async IO that may use every core.
//!
//! A thread that has nothing to run waits for timers and sockets in `block_on`, as in the documentation of `smol` and
//! `async-executor`. Files are read and written on the threads of `blocking`, of which there are as many as it likes.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use anyhow::{Context, Result};
use smol::channel::{Sender, unbounded};
use smol::{Executor, block_on};
use tokio::sync::Semaphore;

use crate::engine::io::Runtime;
use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Work, catch_panic};
use crate::model::threads::TOO_FEW_THREADS;
use crate::model::tokio_many::{permits, run_permitted};

pub(super) struct Smol {
    executor: Arc<Executor<'static>>,
    max_tasks: usize,
    /// Closed on drop, which ends the threads.
    stop: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Smol {
    /// Starts the threads.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let (stop, stopped) = unbounded::<()>();
        let mut smol = Smol {
            executor: Arc::default(),
            max_tasks: resources.max_tasks,
            stop: Some(stop),
            threads: vec![],
        };
        for number in 0..resources.workers {
            let (executor, stopped) = (Arc::clone(&smol.executor), stopped.clone());
            let thread = Builder::new().spawn(move || {
                // It ends with an error when the channel is closed.
                let _ = block_on(executor.run(stopped.recv()));
            });
            smol.threads.push(
                thread.with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))?,
            );
        }
        Ok(smol)
    }

    /// Spawns a task for each job, at most `max_tasks` at once, and awaits them in order.
    async fn run_tasks<W: Work>(&self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let limit = (self.max_tasks < jobs.len()).then(|| permits(self.max_tasks));
        let mut tasks = Vec::with_capacity(jobs.len());
        for index in 0..jobs.len() {
            let (jobs, limit) = (jobs.clone(), limit.clone());
            tasks.push(self.executor.spawn(async move {
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
}

impl<W: Work> Model<W> for Smol {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let jobs = jobs.on(Runtime::SMOL);
        catch_panic(|| block_on(self.run_tasks(&jobs)))
    }
}

impl Drop for Smol {
    fn drop(&mut self) {
        self.stop = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The executor, to which arriving jobs are handed as tasks; those beyond the limit wait as tasks.
pub(super) struct TaskEach {
    smol: Smol,
    permits: Arc<Semaphore>,
}

/// Starts the threads.
pub(super) fn serve(resources: &Resources) -> Result<TaskEach> {
    Ok(TaskEach { smol: Smol::start(resources)?, permits: permits(resources.max_tasks) })
}

impl<W: Work> TakeJobs<W> for TaskEach {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let job = job.with_jobs(|jobs| jobs.on(Runtime::SMOL));
        self.smol.executor.spawn(run_permitted(job, Arc::clone(&self.permits))).detach();
        Ok(())
    }
}
