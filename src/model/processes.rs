//! A child process for each job, at most [`Resources::max_concurrent`] of them at once.

use std::collections::VecDeque;

use anyhow::Result;

use crate::child::worker::{Life, Worker, Workers};
use crate::engine::{Arriving, Digest, Jobs, Model, Resources, Work};
use crate::model::job_threads::JobThreads;

pub(super) struct Processes {
    workers: Workers,
    max_concurrent: usize,
}

impl Processes {
    /// No process is started here: a process for each job is what defines the model, and is timed.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        Ok(Processes { workers: Workers::new(resources)?, max_concurrent: resources.max_concurrent })
    }

    fn spawn<W: Work>(&self, jobs: &Jobs<W>, index: usize) -> Result<Worker> {
        let mut worker = self.workers.spawn(format!("the process of job {index}"), Life::OneRequest)?;
        let range = index..index + 1;
        worker.run(Some(jobs.recipe(range.clone())), range)?;
        Ok(worker)
    }
}

impl<W: Work> Model<W> for Processes {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        self.workers.watching(|| {
            let mut digests = Vec::with_capacity(jobs.len());
            let mut running = VecDeque::new();
            for index in 0..jobs.len() {
                if running.len() == self.max_concurrent
                    && let Some(oldest) = running.pop_front()
                {
                    digests.push(join(oldest, jobs)?);
                }
                running.push_back(self.spawn(jobs, index)?);
            }
            for worker in running {
                digests.push(join(worker, jobs)?);
            }
            Ok(digests)
        })
    }
}

/// A process for each arriving job, started and waited for by a thread of its own.
pub(super) fn serve<W: Work>(resources: &Resources) -> Result<JobThreads<W>> {
    let processes = Processes::start(resources)?;
    let run = move |(): &mut (), job: Arriving<W>| {
        job.run_by(|jobs, index| {
            let one = || join(processes.spawn(jobs, index)?, jobs);
            processes.workers.watching(one)
        });
    };
    JobThreads::start(resources.max_concurrent, |_| Ok(()), run)
}

fn join<W: Work>(mut worker: Worker, jobs: &Jobs<W>) -> Result<Digest> {
    worker.greet()?;
    let digests = worker.digests(jobs, 1)?;
    worker.join();
    Ok(digests[0])
}
