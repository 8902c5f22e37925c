//! Jobs that come after a time without any: what a model has to wake up first.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::engine::{Batch, Serving, nanoseconds};
use crate::record::schema::FirstJobs;
use crate::study::arrivals::launch::micros;
use crate::study::arrivals::starter::run;

/// How long nothing comes, and how often that is tried.
const IDLE: [(Duration, usize); 5] = [
    (Duration::ZERO, 10),
    (Duration::from_millis(1), 10),
    (Duration::from_millis(10), 5),
    (Duration::from_millis(100), 3),
    (Duration::from_secs(1), 1),
];

/// From this time on the CPU time without jobs is told: shorter ones are not worth a question.
const LONG: Duration = Duration::from_millis(100);

/// How long jobs may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// One job, and as many as there are cores, after each of the times without any; each try follows a run that keeps all busy.
pub(super) fn measure(
    batch: &Batch,
    serving: &mut dyn Serving,
    arm: u64,
    cores: usize,
) -> Result<Vec<FirstJobs>> {
    let mut found = Vec::new();
    for (idle, tries) in IDLE {
        for jobs in if cores > 1 { vec![1, cores] } else { vec![1] } {
            for _ in 0..tries {
                run(batch, serving, &vec![0; cores], PATIENCE)?;
                let before = serving.idle_usage();
                if idle > Duration::ZERO {
                    thread::sleep(idle);
                }
                let idle_cpu_ns = match (before, serving.idle_usage()) {
                    (Some(before), Some(after)) if idle >= LONG => (after - before).cpu_ns,
                    _ => None,
                };
                let arrived = run(batch, serving, &vec![0; jobs], PATIENCE)?;
                let latency_us = arrived.served.iter().map(|job| micros(job.ended - arrived.start)).collect();
                found.push(FirstJobs { arm, idle_us: nanoseconds(idle) / 1_000, latency_us, idle_cpu_ns });
            }
        }
    }
    Ok(found)
}
