//! Long-lived child processes that receive jobs over pipes.
//!
//! A thread in this process communicates with each child process and sends it the next jobs as soon as it has
//! answered: no process waits for another.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, bail};
use crossbeam::channel::{Receiver, Sender, unbounded};

use crate::child::wire::{MOST_JOBS, Request};
use crate::child::{Life, Supervisor, Worker};
use crate::engine::clock::Usage;
use crate::engine::digest::Digest;
use crate::engine::work::Phases;
use crate::model::threads::TOO_FEW_THREADS;
use crate::model::{Model, Resources};
use crate::workload::Job;

/// Starts the processes and waits for the hello of each.
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    let supervisor = Arc::new(Supervisor::start(resources, phases.spans())?);
    let (outbox, answers) = unbounded();
    let worker_thread = |number| WorkerThread::start(number, Arc::clone(&supervisor), outbox.clone());
    let worker_threads = (0..resources.workers).map(worker_thread).collect::<Result<_>>()?;
    let model = Prefork { worker_threads, answers, supervisor };
    model.collect()?;
    Ok(Box::new(model))
}

struct Prefork {
    worker_threads: Vec<WorkerThread>,
    answers: Receiver<Result<WorkerAnswer>>,
    supervisor: Arc<Supervisor>,
}

impl Prefork {
    fn order(&self, order: impl Fn() -> WorkerOrder) -> Result<Vec<WorkerAnswer>> {
        for worker_thread in &self.worker_threads {
            worker_thread.orders.as_ref().and_then(|orders| orders.send(order()).ok()).context(BROKEN)?;
        }
        self.collect()
    }

    /// Collects one answer from each worker thread, even after a failure, so that none is left for the next
    /// order.
    fn collect(&self) -> Result<Vec<WorkerAnswer>> {
        let wait = || self.worker_threads.iter().map(|_| self.answers.recv()).collect::<Vec<_>>();
        self.supervisor.watching(wait).into_iter().map(|answer| answer.context(BROKEN)?).collect()
    }
}

impl Model for Prefork {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        let queue = Arc::new(Queue::new(Arc::clone(jobs), self.worker_threads.len()));
        let mut parts = Vec::new();
        for answer in self.order(|| WorkerOrder::Run(Arc::clone(&queue)))? {
            let WorkerAnswer::Digests(part) = answer else { bail!(BROKEN) };
            parts.extend(part);
        }
        parts.sort_unstable_by_key(|(first, _)| *first);
        Ok(parts.into_iter().flat_map(|(_, digests)| digests).collect())
    }

    fn usage(&mut self) -> Result<Usage> {
        let answers = self.order(|| WorkerOrder::Usage)?;
        Ok(answers.into_iter().fold(Usage::of_this_process(), |sum, answer| match answer {
            WorkerAnswer::Usage(usage) => sum + usage,
            _ => sum,
        }))
    }
}

/// A thread that communicates with one process.
struct WorkerThread {
    orders: Option<Sender<WorkerOrder>>,
    thread: Option<JoinHandle<()>>,
}

enum WorkerOrder {
    Run(Arc<Queue>),
    Usage,
}

enum WorkerAnswer {
    Ready,
    /// Digests, with the index of the first job of each vector.
    Digests(Vec<(usize, Vec<Digest>)>),
    Usage(Usage),
}

impl WorkerThread {
    /// Starts the thread. It starts the process itself, because the process ends with the thread that started
    /// it.
    fn start(
        number: usize,
        supervisor: Arc<Supervisor>,
        outbox: Sender<Result<WorkerAnswer>>,
    ) -> Result<Self> {
        let (orders, inbox) = unbounded();
        let work = move || {
            let worker = supervisor.spawn(format!("prefork worker {number}"), Life::UntilDismissed);
            let greeted = worker.and_then(|mut worker| worker.greet().map(|()| worker));
            match greeted {
                Ok(worker) => serve(worker, &inbox, &outbox),
                Err(error) => drop(outbox.send(Err(error))),
            }
        };
        let thread = thread::Builder::new().spawn(work).with_context(|| {
            format!("cannot start the thread of prefork worker {number}; {TOO_FEW_THREADS}")
        })?;
        Ok(WorkerThread { orders: Some(orders), thread: Some(thread) })
    }
}

impl Drop for WorkerThread {
    fn drop(&mut self) {
        self.orders = None;
        self.thread.take().map(JoinHandle::join);
    }
}

fn serve(mut worker: Worker, orders: &Receiver<WorkerOrder>, outbox: &Sender<Result<WorkerAnswer>>) {
    let mut answer = Ok(WorkerAnswer::Ready);
    while outbox.send(answer).is_ok() {
        answer = match orders.recv() {
            Ok(WorkerOrder::Run(queue)) => carry_out(&mut worker, &queue).map(WorkerAnswer::Digests),
            Ok(WorkerOrder::Usage) => worker.usage().map(WorkerAnswer::Usage),
            Err(_) => break,
        };
    }
}

fn carry_out(worker: &mut Worker, queue: &Queue) -> Result<Vec<(usize, Vec<Digest>)>> {
    let mut answered = Vec::new();
    while let Some(range) = queue.take() {
        worker.send(&Request::Run(range.start, queue.jobs[range.clone()].into()))?;
        answered.push((range.start, worker.digests(range.len())?));
    }
    Ok(answered)
}

/// The jobs of one run. Each part is half of the remaining jobs divided by the workers: large parts first, so
/// that
/// small jobs need few frames, and single jobs last, so that uneven ones end together.
struct Queue {
    jobs: Arc<[Job]>,
    workers: usize,
    next: Mutex<usize>,
}

impl Queue {
    fn new(jobs: Arc<[Job]>, workers: usize) -> Self {
        Queue { jobs, workers, next: Mutex::new(0) }
    }

    fn take(&self) -> Option<Range<usize>> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let remain = self.jobs.len() - *next;
        let part = remain.div_ceil(2 * self.workers).min(MOST_JOBS);
        let range = *next..*next + part;
        *next = range.end;
        (part > 0).then_some(range)
    }
}

const BROKEN: &str = "a prefork worker failed in an earlier run, and the model with it";
