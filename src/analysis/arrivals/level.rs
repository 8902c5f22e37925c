//! A level of one launch: latencies, and those of an ideal machine with the same arrivals.

use crate::analysis::arrivals::{Measured, capacity};
use crate::record::schema::{ArrivalLaunch, Level};
use crate::stats::queue::{Arrival, ends_ns};
use crate::stats::schedule::Schedule;

/// A level of one launch, in nanoseconds.
pub(super) struct OneLevel {
    pub(super) rate: f64,
    pub(super) offered: usize,
    pub(super) completed: usize,
    /// Those of all jobs in ascending order: a job that had not ended is slower than all that had.
    pub(super) latencies: Vec<f64>,
    pub(super) ideal: Vec<f64>,
    /// The mean time until a job was started, and the ideal one of jobs that take as long as they did.
    pub(super) waits: Option<[f64; 2]>,
    pub(super) late_p99_us: f64,
    /// The time from the start of a job to its end.
    pub(super) service_p99_us: f64,
    /// Jobs that were due and had not ended when the last had arrived, in a second of the level.
    pub(super) growth: f64,
    pub(super) is_over: bool,
}

impl OneLevel {
    /// `None` if no job arrived.
    pub(super) fn of(measured: Measured<'_, '_>, launch: &ArrivalLaunch, level: &Level) -> Option<Self> {
        let rate = level.jobs_per_1000_s.get() as f64 / 1_000.0;
        let due_ns = due_ns(measured.arrivals.schedule, level);
        let mut latencies = Vec::new();
        let mut open_at_end = 0;
        for (latency_us, due) in level.latency_us.iter().zip(&due_ns) {
            let end_ns = latency_us.map(|us| due + us * 1_000);
            open_at_end += usize::from(end_ns.is_none_or(|end| end > level.level_ns.get()));
            latencies.push(latency_us.map_or(f64::INFINITY, |us| us as f64 * 1e3));
        }
        latencies.sort_unstable_by(f64::total_cmp);
        let late = sorted(level.late_us.iter().copied());
        let service = sorted(level.service_us.iter().flatten().copied());
        let seconds = level.level_ns.get() as f64 / 1e9;
        let completed = level.latency_us.iter().flatten().count();
        let is_over = capacity(launch, level.arm).is_none_or(|capacity| capacity < rate)
            || completed < level.latency_us.len();
        Some(OneLevel {
            rate,
            offered: level.latency_us.len(),
            completed,
            ideal: ideal(measured, launch, &due_ns),
            waits: waits(measured, launch, level, &due_ns),
            late_p99_us: percentile(&late, 0.99)?,
            service_p99_us: percentile(&service, 0.99).unwrap_or(0.0),
            latencies,
            growth: open_at_end as f64 / seconds,
            is_over,
        })
    }

    /// The logarithm of what was measured over the ideal.
    pub(super) fn log_ratio(&self, of: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
        log_ratio(of(&self.latencies)?, of(&self.ideal)?)
    }
}

fn sorted(us: impl Iterator<Item = u64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = us.map(|us| us as f64).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
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
    let ends = ends_ns(&arrivals, measured.cores, measured.limit());
    let mut latencies: Vec<f64> =
        ends.iter().zip(&arrivals).map(|(end, arrival)| (end - arrival.due_ns) as f64).collect();
    latencies.sort_unstable_by(f64::total_cmp);
    latencies
}

/// The logarithm of a ratio of times, infinite if one of them is; `None` if both are, or one is zero.
pub(super) fn log_ratio(time: f64, over: f64) -> Option<f64> {
    (time > 0.0 && over > 0.0).then(|| (time / over).ln()).filter(|log| !log.is_nan())
}

/// The mean time until a job that only computes was started, and that on an ideal machine on which each computes as long as it did here.
fn waits(
    measured: Measured<'_, '_>,
    launch: &ArrivalLaunch,
    level: &Level,
    due_ns: &[u64],
) -> Option<[f64; 2]> {
    if launch.alone.iter().any(|job| job.wait_ns > 0) {
        return None;
    }
    let (mut arrivals, mut waited) = (Vec::new(), Vec::new());
    for ((&due_ns, latency_us), service_us) in due_ns.iter().zip(&level.latency_us).zip(&level.service_us) {
        let (Some(latency_us), Some(service_us)) = (latency_us, service_us) else {
            waited.push(f64::INFINITY);
            continue;
        };
        waited.push((latency_us - service_us.min(latency_us)) as f64 * 1e3);
        arrivals.push(Arrival { due_ns, wait_ns: 0, compute_ns: service_us * 1_000 });
    }
    let mut ideal = Vec::with_capacity(arrivals.len());
    for (end_ns, arrival) in ends_ns(&arrivals, measured.cores, measured.limit()).iter().zip(&arrivals) {
        ideal.push((end_ns - arrival.due_ns - arrival.compute_ns) as f64);
    }
    Some([mean(&waited)?, mean(&ideal)?])
}

/// The smallest of sorted values that a share of them does not exceed.
pub(super) fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank among values")]
    sorted.get((rank as usize).saturating_sub(1)).copied()
}

pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
