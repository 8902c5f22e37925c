//! A launch: a fresh process that measures the rounds of one workload. Each has a fresh address space, heap
//! and pools, because a tight interval from one process may be an artefact of its memory layout.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::child::{channel::Channel, parent_death, program, wire};
use crate::engine::{Batch, Digest, Resources, WhyNot, catch_panic, nanoseconds};
use crate::model::{Platform, cpython::Interpreter, cpython::interpreter::Facts};
use crate::record::schema::{CopyTimes, Failure, PartOfBatch, Role, Round, Sample};
use crate::study::arm_model::ArmModel;
use crate::study::slot::{Measured, slot, warm_device};
use crate::study::{capacity::Capacity, cell::Cell};
use crate::workload::fixture::stage::{Attached, Stage};
use crate::workload::{Workload, catalog::Catalog, python::PythonTask};

/// The hidden subcommand that runs a launch; its argument is the parent's process id.
pub const SUBCOMMAND: &str = "launch";

/// The first message to a launch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LaunchOrder {
    /// The workload.
    pub workload: String,
    /// The interpreter of the measured models; native models if absent.
    pub interpreter: Option<PlatformOrder>,
    /// The function in Python, if the workload is a user's.
    pub task: Option<PythonTask>,
    /// Jobs of its batch.
    pub jobs: usize,
    /// Its arms.
    pub arms: Vec<ArmOrder>,
    /// Number of rounds.
    pub rounds: u64,
    /// Decides the order of the slots.
    pub seed: u64,
    /// Workers of each model.
    pub workers: usize,
    /// The command that starts processes of MPI, if it is not `mpirun`.
    pub mpirun: Option<String>,
    /// Cores, and the number of copies of the baseline.
    pub cores: usize,
    /// The digests that the jobs must return.
    pub expected: Vec<Digest>,
    /// The parent's stage.
    pub stage: Attached,
}

/// An arm that a launch measures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArmOrder {
    /// Its index in the recording.
    pub index: u64,
    /// The id of its cell.
    pub id: String,
    /// Its role.
    pub role: Role,
    /// How many of the jobs it runs, if not all.
    pub jobs: Option<usize>,
}

/// An interpreter that the parent has found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlatformOrder {
    tag: String,
    path: PathBuf,
    facts: Facts,
}

impl PlatformOrder {
    /// The interpreter of `platform`, if it has a usable one.
    pub fn of(platform: Platform) -> Option<Self> {
        let Platform::Python(Interpreter { tag, path, facts: Ok(facts), .. }) = platform else { return None };
        Some(PlatformOrder { tag: tag.clone(), path: path.clone(), facts: facts.clone() })
    }

    /// The platform of a child process with this order.
    pub(crate) fn platform(order: Option<&Self>) -> Platform {
        match order {
            None => Platform::Native,
            Some(it) => Platform::Python(Interpreter::known(&it.tag, &it.path, it.facts.clone())),
        }
    }
}

/// The parent's message after each round, once it has stored the results.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Acknowledged;

/// An arm with its model.
struct RunningArm<'a> {
    arm: u64,
    model: ArmModel<'a>,
    warm_up: Batch,
    batch: Batch,
    part: Option<PartOfBatch>,
}

/// Serves as a launch on the standard streams.
///
/// # Errors
/// When the order can't be read, the batch can't be created or the parent has ended.
pub fn serve(parent: u32, exe: &Path, catalog: &Catalog) -> Result<()> {
    parent_death::hold(parent)?;
    program::show_name();
    parent_death::watch(parent)?;
    let mut channel = Channel::open()?;
    let order = wire::read(&mut channel.requests)?.context("the parent gave no order")?;
    measure(&order, exe, catalog, &mut channel)
}

fn measure(order: &LaunchOrder, exe: &Path, catalog: &Catalog, channel: &mut Channel) -> Result<()> {
    let platform = PlatformOrder::platform(order.interpreter.as_ref());
    let of_task = order.task.as_ref().map(|task| Catalog::of_python(task, &[platform]));
    let catalog = of_task.as_ref().unwrap_or(catalog);
    let workload = &catalog.workload(platform, &order.workload)?.with_jobs(order.jobs);
    let stage = Arc::new(Stage::attach(order.stage.clone(), exe));
    let batch = workload.batch_with(order.expected.clone(), &stage)?;
    let StartedArms { mut running, mut failed } =
        Starter { order, workload, platform, batch: &batch, exe }.all()?;
    let mut random = fastrand::Rng::with_seed(order.seed);
    let continued = parent_death::watch_stops()?;
    for _ in 0..order.rounds {
        random.shuffle(&mut running);
        // As the slots of a round follow each other, the first one follows the last arm.
        if let Some(last) = running.iter_mut().rev().find_map(|arm| arm.model.started()) {
            warm_device(last, &batch);
        }
        let report = round(&mut running, &mut failed);
        let report = Round { stopped: continued.swap(false, Ordering::Relaxed), ..report };
        wire::write(&mut channel.replies, &report_of(&report)?)?;
        // The next measurement starts only after the last one is stored.
        let Some(Acknowledged) = wire::read(&mut channel.requests)? else { bail!("the parent has gone") };
    }
    Ok(())
}

/// A round as launches report it: in JSON, as recordings have it. Optional keys can't be left out of a binary frame.
fn report_of(round: &Round) -> Result<String> {
    Ok(serde_json::to_string(round)?)
}

/// The round that `report` tells.
///
/// # Errors
/// When it tells none.
pub(super) fn reported(report: &str) -> Result<Round> {
    serde_json::from_str(report).context("the launch reported no round")
}

/// What the arms of a launch are started with.
#[derive(Clone, Copy)]
struct Starter<'a> {
    order: &'a LaunchOrder,
    workload: &'a Workload,
    platform: Platform,
    batch: &'a Batch,
    exe: &'a Path,
}

/// The arms that have started, and why others have not.
#[derive(Default)]
struct StartedArms<'a> {
    running: Vec<RunningArm<'a>>,
    failed: BTreeMap<u64, WhyNot>,
}

impl<'a> StartedArms<'a> {
    fn add(&mut self, arm: u64, started: Result<RunningArm<'a>>) {
        match started {
            Ok(started) => self.running.push(started),
            Err(error) => drop(self.failed.insert(arm, WhyNot::of(&error))),
        }
    }
}

impl<'a> Starter<'a> {
    /// Starts the model of each arm; an arm that can't start has failed.
    fn all(self) -> Result<StartedArms<'a>> {
        let workers = self.order.workers;
        let mut cells = Cell::under(self.workload, &self.platform.every_model(), workers);
        // A reference is always on the native platform.
        cells.extend(Cell::of(self.workload, Platform::Native, workers));
        let cells = &cells;
        let mut started = StartedArms::default();
        if self.platform == Platform::Native {
            for arm in &self.order.arms {
                started.add(arm.index, self.arm(arm, cells));
            }
        } else {
            // Each is a separate process that mostly waits during its start.
            thread::scope(|scope| -> std::io::Result<()> {
                let mut starting = Vec::new();
                for arm in &self.order.arms {
                    let thread = thread::Builder::new().spawn_scoped(scope, move || self.arm(arm, cells))?;
                    starting.push((arm.index, thread));
                }
                for (arm, thread) in starting {
                    started.add(arm, thread.join().unwrap_or_else(|_| bail!("its start panicked")));
                }
                Ok(())
            })?;
        }
        Ok(started)
    }

    fn arm(self, order: &ArmOrder, cells: &[Cell]) -> Result<RunningArm<'a>> {
        let cell = cells.iter().find(|cell| cell.id() == order.id);
        let cell = cell.with_context(|| format!("there is no cell {}", order.id))?;
        let model = catch_panic(|| self.model(cell, order.role))?;
        // As many jobs as run at once, so that every thread, process and connection exists.
        let warm_up = self.batch.first(cell.in_flight(self.order.workers).max(2));
        let (batch, part) = match order.jobs {
            None => (self.batch.clone(), None),
            Some(jobs) => (self.batch.first(jobs), Some(part_of(jobs, self.order.jobs)?)),
        };
        Ok(RunningArm { arm: order.index, model, warm_up, batch, part })
    }

    fn model(self, cell: &Cell, role: Role) -> Result<ArmModel<'a>> {
        let Starter { order, batch, exe, .. } = self;
        if role != Role::Capacity {
            let resources = cell.resources(order.workers, exe);
            let resources = Resources { mpirun: order.mpirun.clone(), ..resources };
            return ArmModel::of(cell.model, batch, resources);
        }
        let mut copies = Vec::with_capacity(order.cores);
        for _ in 0..order.cores {
            copies.push(cell.start(batch, order.workers, exe)?);
        }
        Ok(ArmModel::Started(Box::new(Capacity::new(copies))))
    }
}

/// `jobs` of a batch of `all`.
fn part_of(jobs: usize, all: usize) -> Result<PartOfBatch> {
    let number = |jobs: usize| NonZeroU64::new(jobs as u64).context("a batch has jobs");
    Ok(PartOfBatch { jobs: number(jobs)?, of: number(all)? })
}

/// One slot for each arm that has not failed; a failed arm has no further slot in this launch.
fn round(running: &mut Vec<RunningArm<'_>>, failed: &mut BTreeMap<u64, WhyNot>) -> Round {
    let mut round = Round { samples: Vec::with_capacity(running.len()), ..Round::default() };
    for (place, RunningArm { arm, model, warm_up, batch, part }) in running.iter_mut().enumerate() {
        match catch_panic(|| model.for_a_slot(|model| slot(model, warm_up, batch))) {
            Ok(measured) => add_slot(&mut round, *arm, place as u64, &measured, *part),
            Err(error) => drop(failed.insert(*arm, WhyNot::of(&error))),
        }
    }
    running.retain(|running| !failed.contains_key(&running.arm));
    for (&arm, why) in failed.iter() {
        round.failures.push(Failure { arm, reason: why.reason.clone(), unavailable: why.is_lack });
    }
    round
}

/// Adds what was measured of `arm`.
fn add_slot(round: &mut Round, arm: u64, place: u64, measured: &Measured, part: Option<PartOfBatch>) {
    let Measured { runs, cpu_ns, .. } = *measured;
    round.samples.push(Sample { arm, place, runs, wall_ns: positive_ns(measured.wall), cpu_ns, part });
    if !measured.copies.is_empty() {
        let ns = measured.copies.iter().map(|&time| positive_ns(time)).collect();
        round.copies.push(CopyTimes { arm, ns });
    }
}

fn positive_ns(time: Duration) -> NonZeroU64 {
    NonZeroU64::new(nanoseconds(time)).unwrap_or(NonZeroU64::MIN)
}
