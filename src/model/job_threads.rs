//! Threads that take arriving jobs from one queue, each with something of its own to run them with.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use anyhow::{Context, Result};
use crossbeam::channel::{Receiver, Sender, bounded, unbounded};

use crate::engine::{Arriving, TakeJobs, Work};
use crate::model::threads::TOO_FEW_THREADS;

pub(super) struct JobThreads<W: Work> {
    queue: Option<Sender<Arriving<W>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<W: Work> JobThreads<W> {
    /// Starts this many threads, each of which runs jobs by `run` with what it has made by `begin`, and waits until all are ready.
    pub(super) fn start<T>(
        threads: usize,
        begin: impl Fn(usize) -> Result<T> + Send + Sync + 'static,
        run: impl Fn(&mut T, Arriving<W>) + Send + Sync + 'static,
    ) -> Result<Self> {
        let (queue, inbox) = unbounded();
        let (ready, are_ready) = bounded(threads);
        let steps = Arc::new((begin, run));
        let mut started = JobThreads { queue: Some(queue), threads: vec![] };
        for number in 0..threads {
            let (steps, inbox, ready) = (Arc::clone(&steps), inbox.clone(), ready.clone());
            let thread = Builder::new().spawn(move || {
                let (begin, run) = &*steps;
                serve(begin(number), run, &inbox, &ready);
            });
            started.threads.push(
                thread.with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))?,
            );
        }
        for _ in 0..threads {
            are_ready.recv().context("a worker thread has ended before it was ready")??;
        }
        Ok(started)
    }
}

fn serve<W: Work, T>(
    prepared: Result<T>,
    run: &impl Fn(&mut T, Arriving<W>),
    inbox: &Receiver<Arriving<W>>,
    ready: &Sender<Result<()>>,
) {
    let (answer, own) = match prepared {
        Ok(own) => (Ok(()), Some(own)),
        Err(why) => (Err(why), None),
    };
    let Ok(()) = ready.send(answer) else { return };
    let Some(mut own) = own else { return };
    for job in inbox {
        run(&mut own, job);
    }
}

impl<W: Work> TakeJobs<W> for JobThreads<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let queue = self.queue.as_ref().expect("it is taken only on drop");
        queue.send(job).ok().context("all workers have panicked")
    }
}

impl<W: Work> Drop for JobThreads<W> {
    fn drop(&mut self) {
        // Closing the queue ends the threads.
        self.queue = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
