//! Long-lived threads that take jobs from one channel and put digests into another.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use crossbeam::channel::{Receiver, Sender, unbounded};

use crate::engine::digest::Digest;
use crate::engine::work::{Kit, Phases, Work};
use crate::model::threads::TOO_FEW_THREADS;
use crate::model::{Model, Resources};
use crate::workload::Job;

/// Starts the workers.
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    let kit = Arc::new(Kit::new(phases));
    let (tasks, inbox) = unbounded();
    let (outbox, answers) = unbounded();
    let worker = |number| spawn(number, Arc::clone(&kit), inbox.clone(), outbox.clone());
    let workers = (0..resources.workers).map(worker).collect::<Result<_>>()?;
    Ok(Box::new(Crossbeam { tasks: Some(tasks), answers, workers }))
}

struct Crossbeam {
    tasks: Option<Sender<Task>>,
    answers: Receiver<IndexedDigest>,
    workers: Vec<JoinHandle<()>>,
}

type Task = (usize, Arc<[Job]>);
type IndexedDigest = (usize, Result<Digest>);

impl Model for Crossbeam {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        let tasks = self.tasks.as_ref().expect("it is taken only on drop");
        for index in 0..jobs.len() {
            tasks.send((index, Arc::clone(jobs))).context("all workers have panicked")?;
        }
        let mut digests: Vec<_> = jobs.iter().map(|_| None).collect();
        for _ in jobs.iter() {
            let (index, digest) = self.answers.recv().context("all workers have panicked")?;
            digests[index] = Some(digest);
        }
        digests.into_iter().map(|digest| digest.expect("one answer came for each job")).collect()
    }
}

impl Drop for Crossbeam {
    fn drop(&mut self) {
        // Closing the channel ends the workers.
        self.tasks = None;
        self.workers.drain(..).for_each(|worker| drop(worker.join()));
    }
}

fn spawn<P: Phases>(
    number: usize,
    kit: Arc<Kit<P>>,
    inbox: Receiver<Task>,
    outbox: Sender<IndexedDigest>,
) -> Result<JoinHandle<()>> {
    let work = move || {
        for (index, jobs) in inbox {
            let digest = jobs[index].run(&kit.ctx(index));
            if outbox.send((index, digest)).is_err() {
                break;
            }
        }
    };
    thread::Builder::new()
        .spawn(work)
        .with_context(|| format!("cannot start worker thread {number}; {TOO_FEW_THREADS}"))
}
