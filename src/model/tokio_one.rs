//! Tasks on tokio's current-thread runtime: async IO with one thread.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::engine::{Arriving, Digest, Jobs, MOST_WORKERS, Model, Resources, TakeJobs, Work};
use crate::model::threads::TOO_FEW_THREADS;
use crate::model::{runtime::Counted, tokio_many};

pub(super) struct TokioOne {
    runtime: Counted,
    max_tasks: usize,
}

impl TokioOne {
    /// Builds the runtime. Its file operations run on tokio's blocking threads, at most [`MOST_WORKERS`].
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let mut builder = Builder::new_current_thread();
        builder.max_blocking_threads(MOST_WORKERS).enable_all();
        Ok(TokioOne { runtime: Counted::build(&mut builder, 0)?, max_tasks: resources.max_tasks })
    }
}

impl<W: Work> Model<W> for TokioOne {
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        self.runtime.ensure_threads(jobs.len().min(MOST_WORKERS))
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.runtime.run(tokio_many::run_tasks(jobs, self.max_tasks))
    }
}

/// A thread that runs the runtime, to which arriving jobs are sent.
pub(super) struct TaskEach<W: Work> {
    inbox: Option<UnboundedSender<Arriving<W>>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts the thread.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<TaskEach<W>> {
    let TokioOne { runtime, max_tasks } = TokioOne::start(resources)?;
    let (inbox, mut jobs) = unbounded_channel();
    let permits = tokio_many::permits(max_tasks);
    let spawn_all = async move {
        while let Some(job) = jobs.recv().await {
            tokio::spawn(tokio_many::run_permitted(job, Arc::clone(&permits)));
        }
    };
    let thread = thread::Builder::new().spawn(move || runtime.block_on(spawn_all));
    let thread =
        thread.with_context(|| format!("cannot start the thread of a runtime; {TOO_FEW_THREADS}"))?;
    Ok(TaskEach { inbox: Some(inbox), thread: Some(thread) })
}

impl<W: Work> TakeJobs<W> for TaskEach<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let inbox = self.inbox.as_ref().expect("it is taken only on drop");
        inbox.send(job).ok().context("the thread of the runtime has ended")
    }
}

impl<W: Work> Drop for TaskEach<W> {
    fn drop(&mut self) {
        // Closing the channel ends the thread.
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
