//! A launch: a fresh process in which jobs arrive, under each model and at each load.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::child::{channel::Channel, parent_death, program, wire};
use crate::engine::{Arrived, Batch, Digest, Phase, Resources, Serving, WhyNot, nanoseconds};
use crate::model::ModelEntry;
use crate::record::arrivals::ArrivalEvent;
use crate::record::schema::{AloneJob, Capacity, Failure, Level};
use crate::stats::schedule::Schedule;
use crate::study::arrivals::{first_jobs, precedence};
use crate::study::launch::{Acknowledged, PlatformOrder};
use crate::workload::catalog::Catalog;
use crate::workload::fixture::stage::{Attached, Stage};
use crate::workload::python::PythonTask;

/// The hidden subcommand that runs a launch; its argument is the parent's process id.
pub const SUBCOMMAND: &str = "arrivals-launch";

/// What a launch is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ArrivalOrder {
    pub(super) workload: String,
    pub(super) interpreter: Option<PlatformOrder>,
    pub(super) task: Option<PythonTask>,
    pub(super) jobs: usize,
    pub(super) arms: Vec<ArmOrder>,
    pub(super) loads: Vec<u64>,
    pub(super) schedule: Schedule,
    pub(super) level: Duration,
    pub(super) patience: Duration,
    pub(super) seed: u64,
    pub(super) cores: usize,
    /// Whether jobs come after times without any, too.
    pub(super) first_jobs: bool,
    pub(super) expected: Vec<Digest>,
    pub(super) stage: Attached,
}

/// A model, by its index in the recording.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ArmOrder {
    pub(super) index: u64,
    pub(super) model: String,
    /// Its workers, or the maximum number of threads or processes that it starts for jobs.
    pub(super) workers: usize,
    pub(super) at_most: usize,
}

/// What a launch reports: an event, or `None` at the end. In JSON, as recordings have it.
pub(super) type Report = Option<ArrivalEvent>;

/// Serves as a launch on the standard streams.
///
/// # Errors
/// When the order can't be read, the batch can't be made or the parent has ended.
pub fn serve(parent: u32, exe: &Path, catalog: &Catalog) -> Result<()> {
    parent_death::hold(parent)?;
    program::show_name();
    parent_death::watch(parent)?;
    let mut channel = Channel::open()?;
    let order: ArrivalOrder = wire::read(&mut channel.requests)?.context("the parent gave no order")?;
    let stage = Arc::new(Stage::attach(order.stage.clone(), exe));
    let platform = PlatformOrder::platform(order.interpreter.as_ref());
    let of_task = order.task.as_ref().map(|task| Catalog::of_python(task, &[platform]));
    let catalog = of_task.as_ref().unwrap_or(catalog);
    let workload = catalog.workload(platform, &order.workload)?.with_jobs(order.jobs);
    let batch = workload.batch_with(order.expected.clone(), &stage)?;
    let users = Users { with_packages: order.task.is_some(), long_batch: workload.long_batch() };
    Launch { order: &order, models: platform.models(), users, batch: &batch, exe, channel: &mut channel }
        .measure()
}

struct Launch<'a> {
    order: &'a ArrivalOrder,
    /// Those of the platform, the baseline first.
    models: Vec<ModelEntry>,
    users: Users,
    batch: &'a Batch,
    exe: &'a Path,
    channel: &'a mut Channel,
}

/// What interpreters need for functions of users.
#[derive(Clone, Copy)]
struct Users {
    with_packages: bool,
    long_batch: Duration,
}

/// A started model, and how many jobs it ends in a second.
struct Running {
    arm: u64,
    serving: Box<dyn Serving>,
    rate: f64,
}

/// A model at a load.
struct Turn {
    running: usize,
    load: u64,
}

impl Launch<'_> {
    fn measure(&mut self) -> Result<()> {
        let mut random = fastrand::Rng::with_seed(self.order.seed);
        self.tell(ArrivalEvent::Precedence(precedence::take()))?;
        let alone = self.alone()?;
        self.tell(ArrivalEvent::Alone(alone))?;
        let mut running = self.start_all(&mut random)?;
        let best = running.iter().map(|it| it.rate).fold(0.0, f64::max);
        let seeds: BTreeMap<u64, u64> = self.order.loads.iter().map(|&load| (load, random.u64(..))).collect();
        let mut turns = Vec::new();
        for running in 0..running.len() {
            turns.extend(self.order.loads.iter().map(|&load| Turn { running, load }));
        }
        random.shuffle(&mut turns);
        let stops = parent_death::watch_stops()?;
        for Turn { running: at, load } in turns {
            stops.store(false, Ordering::Relaxed);
            let event = match self.level(&mut running[at], load, best, seeds[&load]) {
                Ok(level) => ArrivalEvent::Level(Level { stopped: stops.load(Ordering::Relaxed), ..level }),
                Err(why) => failed(running[at].arm, &why),
            };
            self.tell(event)?;
        }
        drop(running);
        if self.order.first_jobs {
            self.first_jobs(&mut random)?;
        }
        wire::write(&mut self.channel.replies, &serde_json::to_string(&Report::None)?)
    }

    /// Starts all models and finds out how fast they are.
    fn start_all(&mut self, random: &mut fastrand::Rng) -> Result<Vec<Running>> {
        let mut arms: Vec<&ArmOrder> = self.order.arms.iter().collect();
        random.shuffle(&mut arms);
        let mut running = Vec::new();
        for arm in arms {
            let event = match self
                .started(arm)
                .and_then(|mut serving| Ok((self.capacity(&mut *serving)?, serving)))
            {
                Ok(((jobs, ns), serving)) => {
                    let rate = jobs.get() as f64 / (ns.get() as f64 / 1e9);
                    running.push(Running { arm: arm.index, serving, rate });
                    ArrivalEvent::Capacity(Capacity { arm: arm.index, jobs, ns })
                }
                Err(why) => failed(arm.index, &why),
            };
            self.tell(event)?;
        }
        Ok(running)
    }

    fn started(&self, arm: &ArmOrder) -> Result<Box<dyn Serving>> {
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
    fn alone(&self) -> Result<Vec<AloneJob>> {
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
    fn capacity(&self, serving: &mut dyn Serving) -> Result<(NonZeroU64, NonZeroU64)> {
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
        let arrived = self.run(serving, &vec![0; jobs], PATIENCE)?;
        if arrived.served.len() < jobs {
            bail!("{} of {jobs} jobs ended within {PATIENCE:?}", arrived.served.len());
        }
        let mut ended: Vec<Duration> = arrived.served.iter().map(|job| job.ended - arrived.start).collect();
        ended.sort_unstable();
        Ok(ended)
    }

    fn run(&self, serving: &mut dyn Serving, due_ns: &[u64], patience: Duration) -> Result<Arrived> {
        run(self.batch, serving, due_ns, patience)
    }

    /// One level of a model, at `load` percent of `best` jobs a second.
    fn level(&self, running: &mut Running, load: u64, best: f64, seed: u64) -> Result<Level> {
        let rate = best * load as f64 / 100.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of jobs")]
        let jobs_per_1000_s = NonZeroU64::new((rate * 1_000.0) as u64).unwrap_or(NonZeroU64::MIN);
        let is_over = running.rate < rate;
        // A third of the time shows that the queue grows, and nobody waits for it to end.
        let level = if is_over { self.order.level / 3 } else { self.order.level };
        // Of the shortest jobs a second has more than a recording holds.
        let level = level.min(Duration::from_secs_f64(MOST_JOBS_OF_LEVEL / rate.max(1.0)));
        let patience = if is_over { Duration::ZERO } else { self.order.patience };
        let due_ns =
            self.order.schedule.due_ns(jobs_per_1000_s.get() as f64 / 1_000.0, level.as_secs_f64(), seed);
        let arrived = self.run(&mut *running.serving, &due_ns, patience)?;
        let mut latency_us = vec![None; due_ns.len()];
        let mut service_us = latency_us.clone();
        for job in &arrived.served {
            let due = arrived.start + Duration::from_nanos(due_ns[job.number]);
            latency_us[job.number] = Some(micros(job.ended - due));
            service_us[job.number] = Some(micros(job.ended - job.begun));
        }
        Ok(Level {
            arm: running.arm,
            load: NonZeroU64::new(load).context("a load is above 0")?,
            jobs_per_1000_s,
            level_ns: NonZeroU64::new(nanoseconds(level)).context("a level takes some time")?,
            seed,
            late_us: arrived.late.iter().map(|late| micros(*late)).collect(),
            latency_us,
            service_us,
            stopped: false,
        })
    }

    /// Lets jobs come after times without any, under one model after the other, so that nothing else is there.
    fn first_jobs(&mut self, random: &mut fastrand::Rng) -> Result<()> {
        let mut arms: Vec<&ArmOrder> = self.order.arms.iter().collect();
        random.shuffle(&mut arms);
        for arm in arms {
            // Why a model can't be started has been told.
            let Ok(mut serving) = self.started(arm) else { continue };
            match first_jobs::measure(self.batch, &mut *serving, arm.index, self.order.cores) {
                Ok(found) => {
                    for first in found {
                        self.tell(ArrivalEvent::FirstJobs(first))?;
                    }
                }
                Err(why) => self.tell(failed(arm.index, &why))?,
            }
        }
        Ok(())
    }

    /// Reports, and waits until that is stored.
    fn tell(&mut self, event: ArrivalEvent) -> Result<()> {
        wire::write(&mut self.channel.replies, &serde_json::to_string(&Some(event))?)?;
        let Some(Acknowledged) = wire::read(&mut self.channel.requests)? else {
            bail!("the parent has gone")
        };
        Ok(())
    }
}

/// How long a run takes that shows the capacity of a model, and the most jobs of it.
const RUN: Duration = Duration::from_millis(400);
const MOST_JOBS: usize = 20_000;

/// The most jobs of a level.
const MOST_JOBS_OF_LEVEL: f64 = 10_000.0;

/// How long jobs that are all there at once may take.
const PATIENCE: Duration = Duration::from_secs(60);

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

fn failed(arm: u64, why: &anyhow::Error) -> ArrivalEvent {
    let WhyNot { reason, is_lack } = WhyNot::of(why);
    ArrivalEvent::Failed(Failure { arm, reason, unavailable: is_lack })
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
