//! Jobs that came after a time without any.

use std::collections::BTreeMap;

use crate::record::schema::ArrivalLaunch;
use crate::stats::estimate::Estimate;
use crate::stats::interval::LEVEL;
use crate::stats::median;
use crate::stats::ratio::{Ratio, of_logs};

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

/// Each number of jobs after each time without any, from the shortest.
pub(super) fn first_jobs(launches: &[&ArrivalLaunch], arm: u64) -> Vec<FirstJob> {
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
