//! Threads that take arriving jobs from one queue, each with something of its own to run them with.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use anyhow::{Context, Result};
use crossbeam::channel::{Receiver, Sender, bounded, unbounded};

use crate::engine::{Arriving, TakeJobs, Work};
use crate::model::threads::TOO_FEW_THREADS;

pub(super) struct Lanes<W: Work> {
    queue: Option<Sender<Arriving<W>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<W: Work> Lanes<W> {
    /// Starts this many threads, each of which runs jobs by `run` with what it has made by `begin`, and waits until all are ready.
    pub(super) fn start<T>(
        threads: usize,
        begin: impl Fn(usize) -> Result<T> + Send + Sync + 'static,
        run: impl Fn(&mut T, Arriving<W>) + Send + Sync + 'static,
    ) -> Result<Self> {
        let (queue, inbox) = unbounded();
        let (ready, begun) = bounded(threads);
        let steps = Arc::new((begin, run));
        let mut lanes = Lanes { queue: Some(queue), threads: vec![] };
        for number in 0..threads {
            let (steps, inbox, ready) = (Arc::clone(&steps), inbox.clone(), ready.clone());
            let thread = Builder::new().spawn(move || {
                let (begin, run) = &*steps;
                lane(begin(number), run, &inbox, &ready);
            });
            lanes.threads.push(
                thread.with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))?,
            );
        }
        for _ in 0..threads {
            begun.recv().context("a worker thread has ended before it was ready")??;
        }
        Ok(lanes)
    }
}

fn lane<W: Work, T>(
    begun: Result<T>,
    run: &impl Fn(&mut T, Arriving<W>),
    inbox: &Receiver<Arriving<W>>,
    ready: &Sender<Result<()>>,
) {
    let (answer, own) = match begun {
        Ok(own) => (Ok(()), Some(own)),
        Err(why) => (Err(why), None),
    };
    let Ok(()) = ready.send(answer) else { return };
    let Some(mut own) = own else { return };
    for job in inbox {
        run(&mut own, job);
    }
}

impl<W: Work> TakeJobs<W> for Lanes<W> {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        let queue = self.queue.as_ref().expect("it is taken only on drop");
        queue.send(job).ok().context("all workers have panicked")
    }
}

impl<W: Work> Drop for Lanes<W> {
    fn drop(&mut self) {
        // Closing the queue ends the threads.
        self.queue = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
