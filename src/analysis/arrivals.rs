//! Evaluates jobs that arrived over time: latencies at each load, beside those of an ideal machine.
//!
//! - here: all launches of a model together; `level`: one of them at one load
//! - `first_job`: jobs after a time without any; `apart`: models that do as much in batches, and differ under load

mod apart;
mod first_job;
mod level;
#[cfg(test)]
pub(crate) mod tests;

use crate::record::schema::{ArrivalLaunch, Arrivals, ServingArm, WorkloadEntry};
use crate::stats::estimate::Estimate;
use crate::stats::interval::LEVEL;
use crate::stats::median;
use crate::stats::ratio::{Ratio, of_logs};

pub use apart::Apart;
pub use first_job::FirstJob;
use first_job::first_jobs;
use level::{OneLevel, log_ratio, mean, percentile};

/// The most by which 99 of 100 jobs may be handed over late, as a share of the 99th percentile of the times from their start to their end.
const LATE: f64 = 0.05;

/// A mean below this share of the ideal's is no measurement: nothing is faster than the work itself.
const IMPOSSIBLE: f64 = 0.98;

/// Jobs that must be slower than a percentile, over all launches, before it is told.
const BEYOND: f64 = 10.0;

/// The arrivals of a recording, evaluated.
#[derive(Clone, Debug)]
pub struct AnalysedArrivals<'a> {
    /// As they are recorded.
    pub arrivals: &'a Arrivals,
    /// A workload each.
    pub subjects: Vec<Subject<'a>>,
}

/// A workload and the models that took its jobs.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The workload.
    pub workload: &'a WorkloadEntry,
    /// How long a job takes alone, in nanoseconds.
    pub job_ns: f64,
    /// The models, in the order of the recording.
    pub models: Vec<ServedModel<'a>>,
}

/// A model on a workload.
#[derive(Clone, Debug)]
pub struct ServedModel<'a> {
    /// The arm.
    pub arm: &'a ServingArm,
    /// How many jobs it ends in a second, if there are always more.
    pub capacity: Option<Estimate>,
    /// What it did at each load, in the order of the loads.
    pub loads: Vec<AtLoad>,
    /// After times without any job.
    pub first_jobs: Vec<FirstJob>,
    /// Why it failed in some launch.
    pub failure: Option<&'a str>,
}

/// What a model did at a load, over all launches.
#[derive(Clone, Debug)]
pub enum AtLoad {
    /// It kept up.
    Kept(Box<Kept>),
    /// It did not: its queue grew by so many jobs in a second.
    OverCapacity(f64),
    /// Jobs were handed over too late, by so many microseconds in the last hundredth.
    Late(f64),
    /// The mean is so small a part of the ideal's that the measurement is wrong.
    Impossible(f64),
    /// It was not measured.
    Unmeasured,
}

/// The latencies of a model that kept up, in nanoseconds: a job that had not ended in some launch is slower than all that had, so that upper bounds may
/// be infinite. Values are not, since fewer than half of the launches have such jobs.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Jobs in a second.
    pub rate: f64,
    /// Jobs that arrived, and those that ended, in all launches.
    pub offered: usize,
    /// See [`Kept::offered`].
    pub completed: usize,
    /// The mean.
    pub mean: Estimate,
    /// The median, if enough jobs were slower.
    pub p50: Option<Estimate>,
    /// That which 99 of 100 jobs do not exceed.
    pub p99: Option<Estimate>,
    /// The median and the 99th of the ideal, with the same arrivals.
    pub ideal_p50: Option<f64>,
    /// See [`Kept::ideal_p50`].
    pub ideal_p99: Option<f64>,
    /// The mean over that of the ideal.
    pub mean_over_ideal: Option<Ratio>,
    /// The mean time until a job was begun, over that of the ideal whose jobs take as long as they did here; only of jobs that do nothing
    /// but compute.
    pub wait_over_ideal: Option<Ratio>,
    /// The 99th over that of the ideal.
    pub p99_over_ideal: Option<Ratio>,
    /// The 99th of each launch, for comparisons with other models.
    pub p99_by_launch: Vec<Option<f64>>,
}

impl<'a> AnalysedArrivals<'a> {
    /// Evaluates `arrivals` of a machine with this many `cores`.
    pub fn of(arrivals: &'a Arrivals, cores: u64) -> Self {
        let cores = usize::try_from(cores).unwrap_or(usize::MAX);
        let mut subjects = Vec::new();
        for workload in &arrivals.workloads {
            let launches: Vec<&ArrivalLaunch> =
                arrivals.launches.iter().filter(|it| is_of(it, workload)).collect();
            let mut models = Vec::new();
            for (index, arm) in arrivals.arms.iter().enumerate() {
                if arm.workload == workload.name && arm.platform == workload.platform {
                    let launches = &launches[..];
                    models.push(ServedModel::of(Measured {
                        arrivals,
                        launches,
                        index: index as u64,
                        arm,
                        cores,
                    }));
                }
            }
            let jobs: Vec<f64> = launches.iter().filter_map(|launch| job_ns(launch)).collect();
            subjects.push(Subject { workload, job_ns: median(&jobs).unwrap_or(0.0), models });
        }
        AnalysedArrivals { arrivals, subjects }
    }
}

fn is_of(launch: &ArrivalLaunch, workload: &WorkloadEntry) -> bool {
    launch.workload == workload.name && launch.platform == workload.platform
}

/// How long a job takes alone.
fn job_ns(launch: &ArrivalLaunch) -> Option<f64> {
    let jobs: Vec<f64> = launch.alone.iter().map(|job| (job.wait_ns + job.compute_ns) as f64).collect();
    median(&jobs)
}

/// A model on a workload, and the launches that it was measured in.
#[derive(Clone, Copy)]
struct Measured<'a, 'b> {
    arrivals: &'a Arrivals,
    launches: &'b [&'a ArrivalLaunch],
    index: u64,
    arm: &'a ServingArm,
    cores: usize,
}

impl Measured<'_, '_> {
    /// The maximum number of jobs that the model runs at once.
    fn limit(&self) -> usize {
        self.arm.limit.map_or(usize::MAX, |limit| usize::try_from(limit.get()).unwrap_or(usize::MAX))
    }
}

impl<'a> ServedModel<'a> {
    fn of(measured: Measured<'a, '_>) -> Self {
        let Measured { arrivals, launches, index, arm, .. } = measured;
        let mut capacities = Vec::new();
        let mut failure = arm.unavailable.as_deref();
        for launch in launches {
            capacities.extend(capacity(launch, index));
            let failed = launch.failures.iter().find(|it| it.arm == index).map(|it| it.reason.as_str());
            failure = failure.or(failed).or(launch.failure.as_deref());
        }
        let loads = arrivals.loads.iter().map(|load| AtLoad::of(measured, load.get()));
        ServedModel {
            arm,
            capacity: Estimate::of(&capacities),
            loads: loads.collect(),
            first_jobs: first_jobs(launches, index),
            failure,
        }
    }
}

/// Jobs in a second.
fn capacity(launch: &ArrivalLaunch, arm: u64) -> Option<f64> {
    let found = launch.capacities.iter().find(|it| it.arm == arm)?;
    Some(found.jobs.get() as f64 / found.ns.get() as f64 * 1e9)
}

impl AtLoad {
    fn of(measured: Measured<'_, '_>, load: u64) -> Self {
        let Measured { launches, index, .. } = measured;
        let mut levels = Vec::new();
        for launch in launches {
            let mut of_arm = launch.levels.iter().filter(|it| it.arm == index && !it.stopped);
            let level = of_arm.find(|it| it.load.get() == load);
            levels.push(level.and_then(|level| OneLevel::of(measured, launch, level)));
        }
        let found: Vec<&OneLevel> = levels.iter().flatten().collect();
        if found.is_empty() {
            return AtLoad::Unmeasured;
        }
        let count = found.len();
        if let Some(growth) = growth_of_half(&levels) {
            return AtLoad::OverCapacity(growth);
        }
        // A launch in which jobs were late does not count, nor do all if that is half of them.
        let mut late = Vec::new();
        for level in &mut levels {
            late.extend(
                level.take_if(|it| it.late_p99_us > LATE * it.service_p99_us).map(|it| it.late_p99_us),
            );
        }
        if late.len() * 2 >= count {
            return AtLoad::Late(median(&late).unwrap_or(0.0));
        }
        // Those that are left may be fewer.
        if let Some(growth) = growth_of_half(&levels) {
            return AtLoad::OverCapacity(growth);
        }
        let kept = Kept::of(&levels);
        match kept.mean_over_ideal {
            Some(ratio) if ratio.ratio < IMPOSSIBLE => AtLoad::Impossible(ratio.ratio),
            _ => AtLoad::Kept(Box::new(kept)),
        }
    }
}

/// By how many jobs in a second the queue grew, if the model could not keep up in half of the launches.
fn growth_of_half(levels: &[Option<OneLevel>]) -> Option<f64> {
    let found: Vec<&OneLevel> = levels.iter().flatten().collect();
    let over = found.iter().filter(|it| it.is_over).count();
    let growths: Vec<f64> = found.iter().map(|it| it.growth).collect();
    if over * 2 >= found.len() { median(&growths) } else { None }
}

impl Kept {
    fn of(levels: &[Option<OneLevel>]) -> Self {
        let found: Vec<&OneLevel> = levels.iter().flatten().collect();
        let offered: usize = found.iter().map(|it| it.offered).sum();
        let each = |of: &dyn Fn(&OneLevel) -> Option<f64>| -> Vec<f64> {
            found.iter().filter_map(|level| of(level)).collect()
        };
        let at = |share: f64| {
            let is_told = offered as f64 * (1.0 - share) >= BEYOND;
            is_told.then(|| Estimate::of(&each(&|it| percentile(&it.latencies, share)))).flatten()
        };
        let ideal_at = |share: f64| median(&each(&|it| percentile(&it.ideal, share)));
        let p99 = at(0.99);
        Kept {
            rate: median(&each(&|it| Some(it.rate))).unwrap_or(0.0),
            offered,
            completed: found.iter().map(|it| it.completed).sum(),
            mean: Estimate::of(&each(&|it| mean(&it.latencies))).expect("some level has jobs"),
            p50: at(0.5),
            p99,
            ideal_p50: ideal_at(0.5),
            ideal_p99: ideal_at(0.99),
            mean_over_ideal: of_logs(&each(&|it| it.log_ratio(mean)), LEVEL),
            wait_over_ideal: of_logs(&each(&|it| log_ratio(it.waits?[0], it.waits?[1])), LEVEL),
            p99_over_ideal: p99
                .and_then(|_| of_logs(&each(&|it| it.log_ratio(|all| percentile(all, 0.99))), LEVEL)),
            p99_by_launch: levels.iter().map(|it| percentile(&it.as_ref()?.latencies, 0.99)).collect(),
        }
    }
}
