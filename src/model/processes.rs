//! A child process for each job, at most [`Resources::max_concurrent`] at once.

use std::collections::VecDeque;
use std::slice;
use std::sync::Arc;

use anyhow::Result;

use crate::child::wire::Request;
use crate::child::{Life, Supervisor, Worker};
use crate::engine::digest::Digest;
use crate::engine::work::Phases;
use crate::model::{Model, Resources};
use crate::workload::Job;

/// Starts no process here: the model starts one per job, inside the timed section.
pub(super) fn start<P: Phases>(phases: P, resources: &Resources) -> Result<Box<dyn Model>> {
    Ok(Box::new(Processes {
        supervisor: Supervisor::start(resources, phases.spans())?,
        max_concurrent: resources.max_concurrent,
    }))
}

struct Processes {
    supervisor: Supervisor,
    max_concurrent: usize,
}

impl Processes {
    fn spawn(&self, index: usize, job: &Job) -> Result<Worker> {
        let mut worker = self.supervisor.spawn(format!("the process of job {index}"), Life::OneRequest)?;
        worker.send(&Request::Run(index, slice::from_ref(job).into()))?;
        Ok(worker)
    }
}

impl Model for Processes {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        self.supervisor.watching(|| {
            let mut digests = Vec::with_capacity(jobs.len());
            let mut running = VecDeque::new();
            for (index, job) in jobs.iter().enumerate() {
                if running.len() == self.max_concurrent {
                    digests.extend(running.pop_front().map(join).transpose()?);
                }
                running.push_back(self.spawn(index, job)?);
            }
            for worker in running {
                digests.push(join(worker)?);
            }
            Ok(digests)
        })
    }
}

fn join(mut worker: Worker) -> Result<Digest> {
    worker.greet()?;
    let digests = worker.digests(1)?;
    worker.join();
    Ok(digests[0])
}
