//! Summarises probe results: pure functions.

use crate::record::schema::ProbeRecord;
use crate::stats::{line, median};

/// All probe results of one model.
#[derive(Clone, Copy, Debug)]
pub struct CostSummary<'a> {
    model: &'a str,
    probes: &'a [ProbeRecord],
}

/// The cost of starting and ending a model; times in nanoseconds, medians over processes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Starting {
    /// Starting it.
    pub start_ns: f64,
    /// Its first run.
    pub first_ns: f64,
    /// A warm run.
    pub warm_ns: f64,
    /// Ending it.
    pub stop_ns: f64,
}

impl Starting {
    /// The number of runs after which starting, running and ending it has taken less time than `baseline`;
    /// `None` if
    /// its warm run is no faster, so that it never breaks even.
    pub fn pays_back_after(&self, baseline: &Starting) -> Option<f64> {
        let gained = baseline.warm_ns - self.warm_ns;
        let once = self.start_ns + self.stop_ns + (self.first_ns - self.warm_ns)
            - (baseline.start_ns + baseline.stop_ns + (baseline.first_ns - baseline.warm_ns));
        // At least one: no model breaks even before the first run.
        (gained > 0.0).then(|| (once / gained).ceil().max(1.0))
    }
}

/// Memory per waiting job, in bytes: slopes over several job counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// Of the process itself and, proportionally, of its children.
    pub bytes: f64,
    /// Of the kernel, if the figures of the whole machine show it.
    pub kernel_bytes: Option<f64>,
}

/// Smaller differences between job counts say nothing about a job: systems and allocators grow memory in
/// large steps.
const TOLD_BYTES: f64 = 1024.0 * 1024.0;

/// The limit on jobs at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Most<'a> {
    /// The largest job count that succeeded.
    pub jobs: u64,
    /// Its memory including the kernel's, in bytes.
    pub bytes: Option<u64>,
    /// Why the smallest larger job count failed; `None` if none was tried.
    pub why_no_more: Option<(u64, &'a str)>,
}

impl<'a> CostSummary<'a> {
    /// The cost summaries of all models in `probes`, in their order.
    pub fn all(probes: &'a [ProbeRecord]) -> Vec<Self> {
        probes
            .chunk_by(|a, b| a.model == b.model)
            .map(|probes| CostSummary { model: &probes[0].model, probes })
            .collect()
    }

    /// The model.
    pub fn model(&self) -> &'a str {
        self.model
    }

    /// The start-up cost on a workload.
    pub fn starting(&self, workload: &str) -> Option<Starting> {
        let question = format!("start {workload}");
        Some(Starting {
            start_ns: self.median(&question, |probe| figure(probe, "start_ns"))?,
            first_ns: self.median(&question, |probe| figure(probe, "first_ns"))?,
            warm_ns: self.median(&question, |probe| ratio(probe, "warm_ns", "warm_runs"))?,
            stop_ns: self.median(&question, |probe| figure(probe, "stop_ns"))?,
        })
    }

    /// The dispatch overhead of a job that does nothing, in nanoseconds.
    pub fn dispatch_ns(&self) -> Option<f64> {
        self.median("dispatch", |probe| Some(ratio(probe, "wall_ns", "runs")? / figure(probe, "jobs")?))
    }

    /// CPU time relative to `sequential` on the same jobs.
    pub fn cpu(&self) -> Option<f64> {
        self.median("work", |probe| ratio(probe, "cpu_ns", "sequential_cpu_ns"))
    }

    /// Voluntary and involuntary context switches of threads, for each job that computes.
    pub fn switches(&self) -> Option<[f64; 2]> {
        let a_job = |name: &str| self.median("work", |probe| ratio(probe, name, "jobs"));
        Some([a_job("gave_way")?, a_job("were_preempted")?])
    }

    /// The actual duration of a wait of `us` microseconds, in nanoseconds.
    pub fn wait_ns(&self, us: u64) -> Option<f64> {
        self.median(&format!("wait {us}"), |probe| ratio(probe, "wall_ns", "runs"))
    }

    /// The actual duration of a burst of waits, in nanoseconds.
    pub fn burst_ns(&self) -> Option<f64> {
        self.median("burst", |probe| ratio(probe, "wall_ns", "runs"))
    }

    /// The memory of each waiting job.
    pub fn memory(&self) -> Option<Memory> {
        let slope = |bytes: &dyn Fn(&ProbeRecord) -> Option<f64>| {
            let point = |probe: &ProbeRecord| Some((figure(probe, "jobs")?, bytes(probe)?));
            let points: Vec<(f64, f64)> = self.crowds().filter_map(point).collect();
            let bounds = |best: fn(f64, f64) -> f64| points.iter().map(|point| point.1).reduce(best);
            let grown = bounds(f64::max)? - bounds(f64::min)?;
            line(&points).map(|(_, slope)| slope).filter(|_| grown >= TOLD_BYTES)
        };
        let with_children = |probe: &ProbeRecord| {
            Some(figure(probe, "own_bytes")? + figure(probe, "children_bytes").unwrap_or(0.0))
        };
        let kernel = |probe: &ProbeRecord| figure(probe, "kernel_bytes");
        Some(Memory { bytes: slope(&with_children)?, kernel_bytes: slope(&kernel) })
    }

    /// The maximum number of jobs at once.
    pub fn most(&self) -> Option<Most<'a>> {
        let reached =
            self.crowds().filter(|probe| probe.failure.is_none()).max_by_key(|probe| asked(probe))?;
        let failed = self.crowds().filter(|probe| asked(probe) > asked(reached));
        let failed = failed.filter_map(|probe| Some((asked(probe), probe.failure.as_deref()?)));
        let taken = ["own_bytes", "children_bytes", "kernel_bytes"].map(|name| reached.figures.get(name));
        Some(Most {
            jobs: asked(reached),
            bytes: taken[0].map(|_| taken.into_iter().flatten().sum()),
            why_no_more: failed.min_by_key(|(jobs, _)| *jobs),
        })
    }

    /// The first failure of a probe other than job-count probes.
    pub fn failure(&self) -> Option<(&'a str, &'a str)> {
        let failed = self.probes.iter().filter(|probe| !is_crowd(probe));
        failed.filter_map(|probe| Some((probe.question.as_str(), probe.failure.as_deref()?))).next()
    }

    /// Why no job count succeeded.
    pub fn no_crowd(&self) -> Option<&'a str> {
        self.crowds().find_map(|probe| probe.failure.as_deref()).filter(|_| self.most().is_none())
    }

    fn crowds(&self) -> impl Iterator<Item = &'a ProbeRecord> {
        self.probes.iter().filter(|probe| is_crowd(probe))
    }

    /// The median over the processes that answered `question`.
    fn median(&self, question: &str, of: impl Fn(&ProbeRecord) -> Option<f64>) -> Option<f64> {
        let asked = self.probes.iter().filter(|probe| probe.question == question);
        median(&asked.filter_map(of).collect::<Vec<_>>())
    }
}

fn is_crowd(probe: &ProbeRecord) -> bool {
    probe.question.starts_with("crowd ")
}

/// The number of jobs that a probe asked for.
fn asked(crowd: &ProbeRecord) -> u64 {
    crowd.question.rsplit(' ').next().and_then(|jobs| jobs.parse().ok()).unwrap_or(0)
}

fn figure(probe: &ProbeRecord, name: &str) -> Option<f64> {
    probe.figures.get(name).map(|&figure| figure as f64)
}

fn ratio(probe: &ProbeRecord, a: &str, b: &str) -> Option<f64> {
    Some(figure(probe, a)? / figure(probe, b).filter(|&b| b > 0.0)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn record(question: &str, figures: &[(&str, u64)]) -> ProbeRecord {
        let figures = figures.iter().map(|&(name, figure)| (name.to_owned(), figure)).collect();
        ProbeRecord { model: "m".into(), question: question.into(), figures, failure: None }
    }

    fn crowd(jobs: u64, own: u64, kernel: u64) -> ProbeRecord {
        let question = format!("crowd {jobs}");
        record(
            &question,
            &[("jobs", jobs), ("own_bytes", own), ("kernel_bytes", kernel), ("children_bytes", 0)],
        )
    }

    #[test]
    fn memory_per_job_excludes_first_job() {
        let probes = [100, 200, 400].map(|jobs| 1_000 * jobs);
        let probes = probes.map(|jobs| crowd(jobs, 1_000_000 + jobs * 470, 300_000 + jobs * 20));
        let memory = CostSummary::all(&probes)[0].memory().unwrap();
        assert!((memory.bytes - 470.0).abs() < 1e-6 && (memory.kernel_bytes.unwrap() - 20.0).abs() < 1e-6);
        assert_eq!(CostSummary::all(&probes[..1])[0].memory(), None);
        let small = [100, 200].map(|jobs| crowd(jobs, jobs * 470, jobs * 20));
        assert_eq!(CostSummary::all(&small)[0].memory(), None);
    }

    #[test]
    fn limit_is_largest_success_with_failure_reason() {
        let failed = |jobs: u64, why: &str| ProbeRecord {
            failure: Some(why.into()),
            ..record(&format!("crowd {jobs}"), &[])
        };
        let probes = [crowd(64, 1, 1), crowd(256, 2, 3), failed(1_024, "far"), failed(512, "near")];
        let most = CostSummary::all(&probes)[0].most().unwrap();
        assert_eq!(most, Most { jobs: 256, bytes: Some(5), why_no_more: Some((512, "near")) });
        let nothing = [failed(64, "none")];
        assert_eq!(
            (CostSummary::all(&nothing)[0].most(), CostSummary::all(&nothing)[0].no_crowd()),
            (None, Some("none"))
        );
    }

    #[test]
    fn start_up_breaks_even_after_enough_runs() {
        let of = |start_ns, first_ns, warm_ns| Starting { start_ns, first_ns, warm_ns, stop_ns: 0.0 };
        let baseline = of(0.0, 100.0, 100.0);
        assert_eq!(of(1_000.0, 150.0, 50.0).pays_back_after(&baseline), Some(22.0));
        assert_eq!(of(10.0, 50.0, 50.0).pays_back_after(&baseline), Some(1.0));
        assert_eq!(of(10.0, 100.0, 100.0).pays_back_after(&baseline), None);
    }

    #[test]
    fn figures_are_medians_over_processes() {
        let probe = |wall| record("wait 1000", &[("wall_ns", wall), ("runs", 2)]);
        let probes = [probe(2_000_000), probe(2_200_000), probe(9_000_000)];
        assert_eq!(CostSummary::all(&probes)[0].wait_ns(1_000), Some(1_100_000.0));
        assert_eq!(CostSummary::all(&probes)[0].wait_ns(3_000), None);
    }
}
