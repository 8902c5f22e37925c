//! The models of a launch: starts them, and finds out what they can do at most and what a job takes alone.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::engine::{Arrived, Batch, Digest, Phase, Resources, Serving, nanoseconds};
use crate::model::ModelEntry;
use crate::record::schema::AloneJob;
use crate::study::arrivals::launch::ArmOrder;

/// The models of a platform, and the jobs that arrive.
pub(super) struct Starter<'a> {
    /// The baseline first.
    pub(super) models: Vec<ModelEntry>,
    pub(super) users: Users,
    pub(super) batch: &'a Batch,
    pub(super) exe: &'a Path,
}

/// What interpreters need for functions of users.
#[derive(Clone, Copy)]
pub(super) struct Users {
    pub(super) with_packages: bool,
    pub(super) long_batch: Duration,
}

/// How long a run takes that shows the capacity of a model, and the most jobs of it.
const RUN: Duration = Duration::from_millis(400);
const MOST_JOBS: usize = 20_000;

/// How long jobs that are all there at once may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Starter<'_> {
    /// A started model, whose workers know the jobs.
    pub(super) fn started(&self, arm: &ArmOrder) -> Result<Box<dyn Serving>> {
        let Some(model) = self.models.iter().find(|model| model.name == arm.model) else {
            bail!("there is no model {}", arm.model)
        };
        let mut resources = self.resources(model, arm.workers).limited_to(arm.at_most);
        resources.max_concurrent = resources.max_concurrent.min(arm.workers.max(1));
        model.ensure_startable(&resources)?;
        let mut serving = self.batch.serve(&arm.model, &resources)?;
        serving.prepare(self.batch)?;
        Ok(serving)
    }

    fn resources(&self, model: &ModelEntry, workers: usize) -> Resources {
        let Users { with_packages, long_batch } = self.users;
        let resources = model.resources(workers, self.exe);
        Resources { with_packages, deadline: resources.deadline + long_batch, ..resources }
    }

    /// What each job takes alone: the medians of traced runs, one job after the other.
    pub(super) fn alone(&self) -> Result<Vec<AloneJob>> {
        let baseline = self.models[0];
        let mut performer = baseline.start_traced(self.batch, &self.resources(&baseline, 1))?;
        // Of each job the waits and the computing of each run.
        let mut times = vec![(vec![0; ALONE_RUNS], vec![0; ALONE_RUNS]); self.batch.expected().len()];
        for run in 0..ALONE_RUNS {
            for span in performer.perform(self.batch)?.spans {
                let (waits, computes) = times.get_mut(span.job as usize).context("a span is of no job")?;
                match span.phase {
                    Phase::Wait => waits[run] += span.len_ns(),
                    Phase::Compute => computes[run] += span.len_ns(),
                }
            }
        }
        let mut alone = Vec::with_capacity(times.len());
        for (waits, computes) in times {
            alone.push(AloneJob { wait_ns: middle(waits), compute_ns: middle(computes) });
        }
        Ok(alone)
    }

    /// How many jobs end in how long in a run of many that are there at once, after a warm-up. The last tenth does not count: there
    /// is not enough of it for all that the model has.
    pub(super) fn capacity(&self, serving: &mut dyn Serving) -> Result<(NonZeroU64, NonZeroU64)> {
        let jobs = self.batch.expected().len();
        let warm = self.all_at_once(serving, jobs)?;
        let took = warm.last().context("no job was run")?.as_secs_f64();
        let many = jobs as f64 * RUN.as_secs_f64() / took.max(1e-6);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of jobs")]
        let many = (many as usize).clamp(jobs, MOST_JOBS);
        let ended = self.all_at_once(serving, many)?;
        let counted = (ended.len() * 9).div_ceil(10);
        let ns = nanoseconds(ended[counted - 1]);
        let counted = NonZeroU64::new(counted as u64).context("no job was run")?;
        Ok((counted, NonZeroU64::new(ns).context("its jobs take no time")?))
    }

    /// When each of this many jobs ended that were there at once, in ascending order.
    fn all_at_once(&self, serving: &mut dyn Serving, jobs: usize) -> Result<Vec<Duration>> {
        let arrived = run(self.batch, serving, &vec![0; jobs], PATIENCE)?;
        if arrived.served.len() < jobs {
            bail!("{} of {jobs} jobs ended within {PATIENCE:?}", arrived.served.len());
        }
        let mut ended: Vec<Duration> = arrived.served.iter().map(|job| job.ended - arrived.start).collect();
        ended.sort_unstable();
        Ok(ended)
    }
}

/// Lets jobs arrive and verifies every answer.
pub(super) fn run(
    batch: &Batch,
    serving: &mut dyn Serving,
    due_ns: &[u64],
    patience: Duration,
) -> Result<Arrived> {
    batch.reset()?;
    let mut arrived = serving.level(due_ns, patience)?;
    let mut returned: BTreeMap<usize, Vec<Digest>> = BTreeMap::new();
    for job in &mut arrived.served {
        let digest = std::mem::replace(&mut job.digest, Ok(Digest::new(0, 0)))?;
        returned.entry(job.number % batch.expected().len()).or_default().push(digest);
    }
    batch.verify_arrived(&returned)?;
    Ok(arrived)
}

/// The runs of which [`AloneJob`]s are the medians.
const ALONE_RUNS: usize = 3;

/// The median of an odd number of times.
fn middle(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times[times.len() / 2]
}
