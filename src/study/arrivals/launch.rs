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
use crate::engine::{Digest, Serving, WhyNot, nanoseconds};
use crate::record::arrivals::ArrivalEvent;
use crate::record::schema::{Capacity, Failure, Level};
use crate::stats::schedule::Schedule;
use crate::study::arrivals::starter::{Starter, Users, run};
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
    let starter = Starter { models: platform.every_model(), users, batch: &batch, exe };
    Launch { order: &order, starter, channel: &mut channel }.measure()
}

struct Launch<'a> {
    order: &'a ArrivalOrder,
    starter: Starter<'a>,
    channel: &'a mut Channel,
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
        let alone = self.starter.alone()?;
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
            let starter = &self.starter;
            let started = starter.started(arm).and_then(|mut it| Ok((starter.capacity(&mut *it)?, it)));
            let event = match started {
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
        let arrived = run(self.starter.batch, &mut *running.serving, &due_ns, patience)?;
        let mut latency_us = vec![None; due_ns.len()];
        let mut service_us = latency_us.clone();
        for job in &arrived.served {
            let due = arrived.start + Duration::from_nanos(due_ns[job.number]);
            latency_us[job.number] = Some(micros(job.ended - due));
            service_us[job.number] = Some(micros(job.ended - job.started));
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
            let Ok(mut serving) = self.starter.started(arm) else { continue };
            match first_jobs::measure(self.starter.batch, &mut *serving, arm.index, self.order.cores) {
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

/// The most jobs of a level.
const MOST_JOBS_OF_LEVEL: f64 = 10_000.0;

fn failed(arm: u64, why: &anyhow::Error) -> ArrivalEvent {
    let WhyNot { reason, is_lack } = WhyNot::of(why);
    ArrivalEvent::Failed(Failure { arm, reason, unavailable: is_lack })
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
