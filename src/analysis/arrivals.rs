//! Evaluates jobs that arrived over time: latencies at each load, beside those of an ideal machine.

use std::collections::BTreeMap;

use crate::record::schema::{ArrivalLaunch, Arrivals, Level, ServingArm, WorkloadEntry};
use crate::stats::estimate::Estimate;
use crate::stats::interval::LEVEL;
use crate::stats::queue::{Arrival, ends_ns};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::{median, schedule::Schedule};

/// The largest share of a job's time by which the last hundredth of jobs may be handed over late.
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

/// The latencies of a model that kept up, in nanoseconds.
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

/// Jobs that came after a time without any.
#[derive(Clone, Debug)]
pub struct FirstJob {
    /// How many came at once.
    pub jobs: usize,
    /// How long nothing had come, in microseconds.
    pub idle_us: u64,
    /// Until the last of them had ended, in nanoseconds.
    pub latency: Estimate,
    /// The same over that of jobs which come directly after others.
    pub over_hot: Option<Ratio>,
    /// The share of a core that was busy while nothing came.
    pub idle_cores: Option<f64>,
}

/// A level of one launch, in nanoseconds.
struct OneLevel {
    rate: f64,
    offered: usize,
    /// Those of jobs that ended, in ascending order.
    latencies: Vec<f64>,
    ideal: Vec<f64>,
    /// The mean time until a job was begun, and the ideal one of jobs that take as long as they did.
    waits: Option<[f64; 2]>,
    late_p99_us: f64,
    /// Jobs that were due and had not ended when the last had arrived, in a second of the level.
    growth: f64,
    is_over: bool,
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
        let growths: Vec<f64> = found.iter().map(|it| it.growth).collect();
        let count = found.len();
        if found.iter().filter(|it| it.is_over).count() * 2 >= count {
            return AtLoad::OverCapacity(median(&growths).unwrap_or(0.0));
        }
        let jobs: Vec<f64> = launches.iter().filter_map(|launch| job_ns(launch)).collect();
        let allowed_us = LATE * median(&jobs).unwrap_or(0.0) / 1e3;
        // A launch in which jobs were late does not count, nor do all if that is half of them.
        let mut late = Vec::new();
        for level in &mut levels {
            late.extend(level.take_if(|it| it.late_p99_us > allowed_us).map(|it| it.late_p99_us));
        }
        if late.len() * 2 >= count {
            return AtLoad::Late(median(&late).unwrap_or(0.0));
        }
        let kept = Kept::of(&levels);
        match kept.mean_over_ideal {
            Some(ratio) if ratio.ratio < IMPOSSIBLE => AtLoad::Impossible(ratio.ratio),
            _ => AtLoad::Kept(Box::new(kept)),
        }
    }
}

impl OneLevel {
    /// `None` if no job ended.
    fn of(measured: Measured<'_, '_>, launch: &ArrivalLaunch, level: &Level) -> Option<Self> {
        let rate = level.jobs_per_1000_s.get() as f64 / 1_000.0;
        let due_ns = due_ns(measured.arrivals.schedule, level);
        let mut latencies = Vec::new();
        let mut open_at_end = 0;
        for (latency_us, due) in level.latency_us.iter().zip(&due_ns) {
            let end_ns = latency_us.map(|us| due + us * 1_000);
            open_at_end += usize::from(end_ns.is_none_or(|end| end > level.level_ns.get()));
            latencies.extend(latency_us.map(|us| us as f64 * 1e3));
        }
        latencies.sort_unstable_by(f64::total_cmp);
        let mut late: Vec<f64> = level.late_us.iter().map(|&us| us as f64).collect();
        late.sort_unstable_by(f64::total_cmp);
        let seconds = level.level_ns.get() as f64 / 1e9;
        let is_over = capacity(launch, level.arm).is_none_or(|capacity| capacity < rate)
            || latencies.len() < level.latency_us.len();
        Some(OneLevel {
            rate,
            offered: level.latency_us.len(),
            ideal: ideal(measured, launch, &due_ns),
            waits: waits(measured, launch, level, &due_ns),
            late_p99_us: percentile(&late, 0.99)?,
            latencies,
            growth: open_at_end as f64 / seconds,
            is_over,
        })
    }

    fn ratio(&self, of: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
        let log = (of(&self.latencies)? / of(&self.ideal)?).ln();
        log.is_finite().then_some(log)
    }
}

/// When the jobs of a level were due, in nanoseconds.
fn due_ns(schedule: Schedule, level: &Level) -> Vec<u64> {
    let seconds = level.level_ns.get() as f64 / 1e9;
    schedule.due_ns(level.jobs_per_1000_s.get() as f64 / 1_000.0, seconds, level.seed)
}

/// The latencies on an ideal machine, in ascending order: nothing but the work itself takes time.
fn ideal(measured: Measured<'_, '_>, launch: &ArrivalLaunch, due_ns: &[u64]) -> Vec<f64> {
    let mut arrivals = Vec::with_capacity(due_ns.len());
    for (job, &due_ns) in launch.alone.iter().cycle().zip(due_ns) {
        arrivals.push(Arrival { due_ns, wait_ns: job.wait_ns, compute_ns: job.compute_ns });
    }
    let limit =
        measured.arm.limit.map_or(usize::MAX, |limit| usize::try_from(limit.get()).unwrap_or(usize::MAX));
    let ends = ends_ns(&arrivals, measured.cores, limit);
    let mut latencies: Vec<f64> =
        ends.iter().zip(&arrivals).map(|(end, arrival)| (end - arrival.due_ns) as f64).collect();
    latencies.sort_unstable_by(f64::total_cmp);
    latencies
}

/// The mean time until a job that only computes was begun, and that on an ideal machine on which each computes as long as it did here.
fn waits(
    measured: Measured<'_, '_>,
    launch: &ArrivalLaunch,
    level: &Level,
    due_ns: &[u64],
) -> Option<[f64; 2]> {
    if launch.alone.iter().any(|job| job.wait_ns > 0) {
        return None;
    }
    let (mut arrivals, mut begun) = (Vec::new(), Vec::new());
    for ((&due_ns, latency_us), service_us) in due_ns.iter().zip(&level.latency_us).zip(&level.service_us) {
        let (Some(latency_us), Some(service_us)) = (latency_us, service_us) else { continue };
        begun.push((latency_us - service_us.min(latency_us)) as f64 * 1e3);
        arrivals.push(Arrival { due_ns, wait_ns: 0, compute_ns: service_us * 1_000 });
    }
    let limit =
        measured.arm.limit.map_or(usize::MAX, |limit| usize::try_from(limit.get()).unwrap_or(usize::MAX));
    let mut ideal = Vec::with_capacity(arrivals.len());
    for (end_ns, arrival) in ends_ns(&arrivals, measured.cores, limit).iter().zip(&arrivals) {
        ideal.push((end_ns - arrival.due_ns - arrival.compute_ns) as f64);
    }
    Some([mean(&begun)?, mean(&ideal)?])
}

/// The smallest of sorted values that a share of them does not exceed.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank among values")]
    sorted.get((rank as usize).saturating_sub(1)).copied()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
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
            completed: found.iter().map(|it| it.latencies.len()).sum(),
            mean: Estimate::of(&each(&|it| mean(&it.latencies))).expect("some level has jobs that ended"),
            p50: at(0.5),
            p99,
            ideal_p50: ideal_at(0.5),
            ideal_p99: ideal_at(0.99),
            mean_over_ideal: of_logs(&each(&|it| it.ratio(mean)), LEVEL),
            wait_over_ideal: of_logs(
                &each(&|it| Some((it.waits?[0] / it.waits?[1]).ln()).filter(|it| it.is_finite())),
                LEVEL,
            ),
            p99_over_ideal: p99
                .and_then(|_| of_logs(&each(&|it| it.ratio(|all| percentile(all, 0.99))), LEVEL)),
            p99_by_launch: levels.iter().map(|it| percentile(&it.as_ref()?.latencies, 0.99)).collect(),
        }
    }
}

/// Each number of jobs after each time without any, from the shortest.
fn first_jobs(launches: &[&ArrivalLaunch], arm: u64) -> Vec<FirstJob> {
    /// What the launches have found, a median each.
    #[derive(Default)]
    struct Found {
        latencies: Vec<f64>,
        over_hot: Vec<f64>,
        idle_cores: Vec<f64>,
    }
    let mut found: BTreeMap<(usize, u64), Found> = BTreeMap::new();
    for launch in launches {
        let mut tries: BTreeMap<(usize, u64), Vec<f64>> = BTreeMap::new();
        for first in launch.first_jobs.iter().filter(|it| it.arm == arm) {
            let Some(last) = first.latency_us.iter().max() else { continue };
            let key = (first.latency_us.len(), first.idle_us);
            tries.entry(key).or_default().push(*last as f64 * 1e3);
            if let Some(cpu_ns) = first.idle_cpu_ns {
                let share = cpu_ns as f64 / (first.idle_us as f64 * 1e3);
                found.entry(key).or_default().idle_cores.push(share);
            }
        }
        for (&(jobs, idle_us), latencies) in &tries {
            let of_key = found.entry((jobs, idle_us)).or_default();
            let Some(latency) = median(latencies) else { continue };
            of_key.latencies.push(latency);
            if let Some(hot) = tries.get(&(jobs, 0)).and_then(|hot| median(hot)) {
                of_key.over_hot.push((latency / hot).ln());
            }
        }
    }
    let mut first_jobs = Vec::new();
    for ((jobs, idle_us), Found { latencies, over_hot, idle_cores }) in found {
        let Some(latency) = Estimate::of(&latencies) else { continue };
        let over_hot = of_logs(&over_hot, LEVEL).filter(|_| idle_us > 0);
        first_jobs.push(FirstJob { jobs, idle_us, latency, over_hot, idle_cores: median(&idle_cores) });
    }
    first_jobs
}

/// Two models that do as much in batches, and differ most under load.
#[derive(Clone, Debug)]
pub struct Apart<'a> {
    /// The model whose jobs wait less.
    pub better: &'a str,
    /// The other one.
    pub worse: &'a str,
    /// What both can do at most, in jobs a second.
    pub capacities: [f64; 2],
    /// The load in percent.
    pub load: u64,
    /// The 99th percentile of both, in nanoseconds.
    pub p99_ns: [f64; 2],
    /// How many times as long it is, with the same arrivals.
    pub ratio: Ratio,
}

/// Models whose capacities differ by at most this factor do as much in batches.
const AS_MUCH: f64 = 1.05;

impl AnalysedArrivals<'_> {
    /// The two models of `subject` that do as much in batches and differ most at some load, if the whole interval says that they do.
    pub fn equal_in_batches<'a>(&self, subject: &'a Subject<'a>) -> Option<Apart<'a>> {
        let mut most: Option<Apart<'a>> = None;
        for better in &subject.models {
            for worse in &subject.models {
                let (Some(one), Some(other)) = (better.capacity, worse.capacity) else { continue };
                if one.value / other.value > AS_MUCH || other.value / one.value > AS_MUCH {
                    continue;
                }
                for (number, load) in self.arrivals.loads.iter().enumerate() {
                    let Some((ratio, p99_ns)) = apart(&better.loads[number], &worse.loads[number]) else {
                        continue;
                    };
                    let is_more = most.as_ref().is_none_or(|most| ratio.ratio > most.ratio.ratio);
                    if is_more && ratio.bounds().is_some_and(|(low, _)| low > AS_MUCH) {
                        most = Some(Apart {
                            better: &better.arm.model,
                            worse: &worse.arm.model,
                            capacities: [one.value, other.value],
                            load: load.get(),
                            p99_ns,
                            ratio,
                        });
                    }
                }
            }
        }
        most
    }
}

/// How many times as long the 99th percentile of `worse` is, launch by launch, and both.
fn apart(better: &AtLoad, worse: &AtLoad) -> Option<(Ratio, [f64; 2])> {
    let (AtLoad::Kept(better), AtLoad::Kept(worse)) = (better, worse) else { return None };
    let p99_ns = [better.p99?.value, worse.p99?.value];
    let mut logs = Vec::new();
    for pair in better.p99_by_launch.iter().zip(&worse.p99_by_launch) {
        if let (Some(better), Some(worse)) = pair {
            logs.push((worse / better).ln());
        }
    }
    Some((of_logs(&logs, LEVEL)?, p99_ns))
}

#[cfg(test)]
pub(crate) mod tests;
