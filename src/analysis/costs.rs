//! Summarises probe results: pure functions.

use crate::record::figure::{ProbeFigure, ProbeKind};
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
    /// `None` if its warm run is no faster, so that it never breaks even.
    pub fn pays_back_after(&self, baseline: &Starting) -> Option<f64> {
        let gained = baseline.warm_ns - self.warm_ns;
        let once = self.start_ns + self.stop_ns + (self.first_ns - self.warm_ns)
            - (baseline.start_ns + baseline.stop_ns + (baseline.first_ns - baseline.warm_ns));
        // At least one: no model breaks even before the first run.
        if gained > 0.0 { Some((once / gained).ceil().max(1.0)) } else { None }
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
        let mut all = vec![];
        for probes in probes.chunk_by(|a, b| a.model == b.model) {
            all.push(CostSummary { model: &probes[0].model, probes });
        }
        all
    }

    /// The model.
    pub fn model(&self) -> &'a str {
        self.model
    }

    /// The start-up cost on a workload.
    pub fn starting(&self, workload: &str) -> Option<Starting> {
        let start = ProbeKind::Start(workload);
        Some(Starting {
            start_ns: self.median(start, |probe| figure(probe, ProbeFigure::StartNs))?,
            first_ns: self.median(start, |probe| figure(probe, ProbeFigure::FirstNs))?,
            warm_ns: self.median(start, |probe| ratio(probe, ProbeFigure::WarmNs, ProbeFigure::WarmRuns))?,
            stop_ns: self.median(start, |probe| figure(probe, ProbeFigure::StopNs))?,
        })
    }

    /// The dispatch overhead of a job that does nothing, in nanoseconds.
    pub fn dispatch_ns(&self) -> Option<f64> {
        self.median(ProbeKind::Dispatch, |probe| Some(run_ns(probe)? / figure(probe, ProbeFigure::Jobs)?))
    }

    /// The number of jobs that were dispatched in each run.
    pub fn dispatched_jobs(&self) -> Option<f64> {
        self.median(ProbeKind::Dispatch, |probe| figure(probe, ProbeFigure::Jobs))
    }

    /// CPU time relative to `sequential` on the same jobs.
    pub fn cpu(&self) -> Option<f64> {
        self.median(ProbeKind::Work, |probe| ratio(probe, ProbeFigure::CpuNs, ProbeFigure::SequentialCpuNs))
    }

    /// Voluntary and involuntary context switches of threads, for each job that computes.
    pub fn switches(&self) -> Option<[f64; 2]> {
        Some([self.a_job(ProbeFigure::GaveWay)?, self.a_job(ProbeFigure::WerePreempted)?])
    }

    fn a_job(&self, of: ProbeFigure) -> Option<f64> {
        self.median(ProbeKind::Work, |probe| ratio(probe, of, ProbeFigure::Jobs))
    }

    /// The actual duration of a wait of `us` microseconds, in nanoseconds.
    pub fn wait_ns(&self, us: u64) -> Option<f64> {
        self.median(ProbeKind::Wait(us), run_ns)
    }

    /// The actual duration of a burst of waits, in nanoseconds.
    pub fn burst_ns(&self) -> Option<f64> {
        self.median(ProbeKind::TimerBurst, run_ns)
    }

    /// The memory of each waiting job.
    pub fn memory(&self) -> Option<Memory> {
        Some(Memory { bytes: self.slope(process_bytes)?, kernel_bytes: self.slope(kernel_bytes) })
    }

    /// The slope of `bytes` over job counts, if they grow enough to say something about a job.
    fn slope(&self, bytes: fn(&ProbeRecord) -> Option<f64>) -> Option<f64> {
        let (mut points, mut least, mut most) = (vec![], f64::MAX, f64::MIN);
        for (_, probe) in self.job_counts() {
            if let (Some(jobs), Some(bytes)) = (figure(probe, ProbeFigure::Jobs), bytes(probe)) {
                points.push((jobs, bytes));
                (least, most) = (least.min(bytes), most.max(bytes));
            }
        }
        let (_, slope) = line(&points)?;
        if most - least >= TOLD_BYTES { Some(slope) } else { None }
    }

    /// The maximum number of jobs at once.
    pub fn most(&self) -> Option<Most<'a>> {
        let job_counts = self.job_counts();
        let reached = job_counts.iter().filter(|(_, probe)| probe.failure.is_none());
        let &(jobs, probe) = reached.max_by_key(|(jobs, _)| *jobs)?;
        let more = job_counts.iter().filter(|(more, probe)| *more > jobs && probe.failure.is_some());
        let why_no_more = match more.min_by_key(|(jobs, _)| *jobs) {
            Some((jobs, probe)) => Some((*jobs, probe.failure.as_deref()?)),
            None => None,
        };
        Some(Most { jobs, bytes: all_bytes(probe), why_no_more })
    }

    /// The first failure of a probe other than job-count probes.
    pub fn failure(&self) -> Option<(&'a str, &'a str)> {
        for probe in self.probes {
            if let (None, Some(why)) = (job_count(probe), &probe.failure) {
                return Some((&probe.question, why));
            }
        }
        None
    }

    /// Why no job count succeeded.
    pub fn no_crowd(&self) -> Option<&'a str> {
        let job_counts = self.job_counts();
        if job_counts.iter().any(|(_, probe)| probe.failure.is_none()) {
            return None;
        }
        job_counts.first()?.1.failure.as_deref()
    }

    /// The probes of jobs at once, with the number that each asked for.
    fn job_counts(&self) -> Vec<(u64, &'a ProbeRecord)> {
        let mut job_counts = vec![];
        for probe in self.probes {
            if let Some(jobs) = job_count(probe) {
                job_counts.push((jobs, probe));
            }
        }
        job_counts
    }

    /// The median over the processes that answered a probe.
    fn median(&self, kind: ProbeKind<'_>, of: impl Fn(&ProbeRecord) -> Option<f64>) -> Option<f64> {
        let mut values = vec![];
        for probe in self.probes {
            if probe.kind() == Some(kind)
                && let Some(value) = of(probe)
            {
                values.push(value);
            }
        }
        median(&values)
    }
}

/// The number of jobs at once that a probe asked for.
fn job_count(probe: &ProbeRecord) -> Option<u64> {
    match probe.kind()? {
        ProbeKind::ConcurrencyLimit(jobs) => Some(jobs),
        _ => None,
    }
}

/// The duration of a run.
fn run_ns(probe: &ProbeRecord) -> Option<f64> {
    ratio(probe, ProbeFigure::WallNs, ProbeFigure::Runs)
}

/// The memory of the process itself and, proportionally, of its children.
fn process_bytes(probe: &ProbeRecord) -> Option<f64> {
    Some(figure(probe, ProbeFigure::OwnBytes)? + figure(probe, ProbeFigure::ChildrenBytes).unwrap_or(0.0))
}

fn kernel_bytes(probe: &ProbeRecord) -> Option<f64> {
    figure(probe, ProbeFigure::KernelBytes)
}

/// The memory of the process, its children and the kernel, as far as it is known.
fn all_bytes(probe: &ProbeRecord) -> Option<u64> {
    let children = probe.get(ProbeFigure::ChildrenBytes).unwrap_or(0);
    let kernel = probe.get(ProbeFigure::KernelBytes).unwrap_or(0);
    Some(probe.get(ProbeFigure::OwnBytes)? + children + kernel)
}

fn figure(probe: &ProbeRecord, figure: ProbeFigure) -> Option<f64> {
    Some(probe.get(figure)? as f64)
}

fn ratio(probe: &ProbeRecord, a: ProbeFigure, b: ProbeFigure) -> Option<f64> {
    let (a, b) = (figure(probe, a)?, figure(probe, b)?);
    if b > 0.0 { Some(a / b) } else { None }
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

    fn failed(jobs: u64, why: &str) -> ProbeRecord {
        ProbeRecord { failure: Some(why.into()), ..record(&format!("crowd {jobs}"), &[]) }
    }

    fn starting(start_ns: f64, first_ns: f64, warm_ns: f64) -> Starting {
        Starting { start_ns, first_ns, warm_ns, stop_ns: 0.0 }
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
        let baseline = starting(0.0, 100.0, 100.0);
        assert_eq!(starting(1_000.0, 150.0, 50.0).pays_back_after(&baseline), Some(22.0));
        assert_eq!(starting(10.0, 50.0, 50.0).pays_back_after(&baseline), Some(1.0));
        assert_eq!(starting(10.0, 100.0, 100.0).pays_back_after(&baseline), None);
    }

    #[test]
    fn figures_are_medians_over_processes() {
        let walls = [2_000_000, 2_200_000, 9_000_000];
        let probes = walls.map(|wall| record("wait 1000", &[("wall_ns", wall), ("runs", 2)]));
        assert_eq!(CostSummary::all(&probes)[0].wait_ns(1_000), Some(1_100_000.0));
        assert_eq!(CostSummary::all(&probes)[0].wait_ns(3_000), None);
    }
}
