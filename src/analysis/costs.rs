//! Summarises what models cost: pure functions.

use crate::analysis::sizes::summary_of;
use crate::analysis::starting::{Gain, StartUp, Starting};
use crate::analysis::{running, running::Running, warning::Warning, warnings::warnings_around};
use crate::record::figure::{ProbeFigure, ProbeKind};
use crate::record::schema::{ProbeRecord, Recording};
use crate::stats::estimate::Estimate;
use crate::stats::line;

/// The costs of all models in a recording.
#[derive(Clone, Debug)]
pub struct AnalysedCosts<'a> {
    /// A summary for each model, in the order of the recording.
    pub models: Vec<CostSummary<'a>>,
    /// The warnings on starting, switches and timers; `None` if the recording is older than passes.
    pub of_passes: Option<Vec<Warning>>,
    /// The warnings on dispatch and CPU time.
    pub of_study: Vec<Warning>,
    /// What a job that does nothing takes under the baseline, in nanoseconds.
    pub empty_job_ns: Option<Estimate>,
}

/// All costs of one model.
#[derive(Clone, Copy, Debug)]
pub struct CostSummary<'a> {
    model: &'a str,
    probes: &'a [ProbeRecord],
    running: Running,
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

impl<'a> AnalysedCosts<'a> {
    /// Evaluates the costs of `recording`, if it has any.
    pub fn of(recording: &'a Recording) -> Option<Self> {
        let costs = recording.costs.as_ref()?;
        let study = costs.study.as_ref().map(|study| summary_of(recording, study));
        let mut models = vec![];
        for probes in costs.probes.chunk_by(|a, b| a.model == b.model) {
            let model = &*probes[0].model;
            let running = study.as_ref().map(|study| Running::of(study, model)).unwrap_or_default();
            models.push(CostSummary { model, probes, running });
        }
        let passes = costs.passes.as_ref();
        let of_passes = passes.map(|passes| warnings_around(recording, &passes.idle_checks));
        let empty_job_ns = study.as_ref().and_then(running::empty_job_ns);
        let of_study = study.map_or(vec![], |study| study.warnings);
        Some(AnalysedCosts { models, of_passes, of_study, empty_job_ns })
    }

    /// The model that the others are compared with.
    pub fn baseline(&self) -> &'a str {
        self.models.first().map_or("the baseline", CostSummary::model)
    }

    /// The warnings on the passes.
    pub fn warnings_of_passes(&self) -> &[Warning] {
        self.of_passes.as_deref().unwrap_or_default()
    }

    /// Whether a warning blocks what would be said about the passes.
    pub fn has_no_verdict(&self) -> bool {
        self.warnings_of_passes().iter().any(Warning::blocks_verdicts)
    }

    /// What `model` gains over the baseline on a workload; `None` for the baseline itself, and where it is unknown.
    pub fn gain(&self, model: &CostSummary<'_>, workload: &str) -> Option<Gain> {
        let baseline = self.models.first()?;
        // Those of interpreters run the same jobs, but nobody chooses between them and native ones by their start.
        if model.model == baseline.model || model.is_of_interpreter() {
            return None;
        }
        Gain::of(&StartUp::all(model.probes, workload), &StartUp::all(baseline.probes, workload))
    }
}

impl<'a> CostSummary<'a> {
    /// The model.
    pub fn model(&self) -> &'a str {
        self.model
    }

    /// Whether it is a model of an interpreter.
    pub fn is_of_interpreter(&self) -> bool {
        self.model.contains('@')
    }

    /// The start-up cost on a workload.
    pub fn starting(&self, workload: &str) -> Option<Starting> {
        Starting::of(&StartUp::all(self.probes, workload))
    }

    /// The dispatch overhead of a job that does nothing, in nanoseconds: beyond the baseline's time if it is from a study, else
    /// the whole time of a job.
    pub fn dispatch_ns(&self) -> Option<Estimate> {
        let whole = |probe: &ProbeRecord| Some(run_ns(probe)? / figure(probe, ProbeFigure::Jobs)?);
        self.running.dispatch_ns.or_else(|| self.estimate(ProbeKind::Dispatch, whole))
    }

    /// CPU time relative to the baseline on the same jobs.
    pub fn cpu(&self) -> Option<Estimate> {
        let of_probe = |probe: &ProbeRecord| ratio(probe, ProbeFigure::CpuNs, ProbeFigure::SequentialCpuNs);
        self.running.cpu.or_else(|| self.estimate(ProbeKind::Work, of_probe))
    }

    /// The bytes that its workers are sent in a second.
    pub fn shipped(&self) -> Option<Estimate> {
        self.running.shipped
    }

    /// Voluntary and involuntary context switches of threads, for each job that computes.
    pub fn switches(&self) -> Option<[f64; 2]> {
        Some([self.a_job(ProbeFigure::GaveWay)?, self.a_job(ProbeFigure::WerePreempted)?])
    }

    fn a_job(&self, of: ProbeFigure) -> Option<f64> {
        let a_job = |probe: &ProbeRecord| ratio(probe, of, ProbeFigure::Jobs);
        let switches = self.estimate(ProbeKind::Start("hash"), a_job);
        // Until version 4, probes of their own counted them.
        Some(switches.or_else(|| self.estimate(ProbeKind::Work, a_job))?.value)
    }

    /// The actual duration of a wait of `us` microseconds, in nanoseconds.
    pub fn wait_ns(&self, us: u64) -> Option<Estimate> {
        self.estimate(ProbeKind::Wait(us), run_ns)
    }

    /// The actual duration of a burst of waits, in nanoseconds.
    pub fn burst_ns(&self) -> Option<Estimate> {
        self.estimate(ProbeKind::TimerBurst, run_ns)
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
    fn estimate(&self, kind: ProbeKind<'_>, of: impl Fn(&ProbeRecord) -> Option<f64>) -> Option<Estimate> {
        let mut values = vec![];
        for probe in self.probes {
            if probe.kind() == Some(kind) {
                values.extend(of(probe));
            }
        }
        Estimate::of(&values)
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
    Some(figure(probe, ProbeFigure::OwnBytes)? + figure(probe, ProbeFigure::ChildrenBytes)?)
}

fn kernel_bytes(probe: &ProbeRecord) -> Option<f64> {
    figure(probe, ProbeFigure::KernelBytes)
}

/// The memory of the process, its children and, where it is known, the kernel.
fn all_bytes(probe: &ProbeRecord) -> Option<u64> {
    let children = probe.get(ProbeFigure::ChildrenBytes)?;
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
    use crate::analysis::starting::BreaksEven;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Costs, IdleCheck, Kind, Passes, Turn, WorkloadEntry};
    use crate::stats::interval::TooFew;

    pub(crate) fn record(question: &str, figures: &[(&str, u64)]) -> ProbeRecord {
        let figures = figures.iter().map(|&(name, figure)| (name.to_owned(), figure)).collect();
        ProbeRecord { model: "m".into(), question: question.into(), turn: None, figures, failure: None }
    }

    /// A recording with the costs of two cells of `hash` and `noop`, of which the second takes `percent` of the first, and with
    /// `probes`.
    pub(crate) fn recording_of(probes: Vec<ProbeRecord>, percent: u64) -> Recording {
        let mut hash = recording(16, percent);
        let mut study = hash.study.take().unwrap();
        let noop = WorkloadEntry { name: "noop".into(), kind: Kind::Nothing, ..study.workloads[0].clone() };
        study.workloads.push(noop);
        for arm in study.arms.clone() {
            study.arms.push(Arm { id: arm.id.replace("hash", "noop"), ..arm });
        }
        for mut launch in study.launches.clone() {
            launch.workload = "noop".into();
            launch.rounds[0].samples.iter_mut().for_each(|sample| sample.arm += 2);
            study.launches.push(launch);
        }
        let passes = Some(Passes { seed: 1, idle_checks: study.idle_checks.clone() });
        Recording { costs: Some(Costs { probes, study: Some(study), passes, ..Costs::default() }), ..hash }
    }

    fn summary(probes: &[ProbeRecord]) -> CostSummary<'_> {
        CostSummary { model: "m", probes, running: Running::default() }
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

    #[test]
    fn memory_per_job_excludes_first_job() {
        let probes = [100, 200, 400].map(|jobs| 1_000 * jobs);
        let probes = probes.map(|jobs| crowd(jobs, 1_000_000 + jobs * 470, 300_000 + jobs * 20));
        let memory = summary(&probes).memory().unwrap();
        assert!((memory.bytes - 470.0).abs() < 1e-6 && (memory.kernel_bytes.unwrap() - 20.0).abs() < 1e-6);
        assert_eq!(summary(&probes[..1]).memory(), None);
        let small = [100, 200].map(|jobs| crowd(jobs, jobs * 470, jobs * 20));
        assert_eq!(summary(&small).memory(), None);
    }

    #[test]
    fn unknown_memory_of_children_is_not_zero() {
        let mut probes = [100, 200, 400].map(|jobs| crowd(1_000 * jobs, 1_000_000 + 470_000 * jobs, 0));
        assert!(summary(&probes).memory().is_some());
        probes.iter_mut().for_each(|probe| assert_eq!(probe.figures.remove("children_bytes"), Some(0)));
        assert_eq!((summary(&probes).memory(), summary(&probes).most().unwrap().bytes), (None, None));
    }

    #[test]
    fn limit_is_largest_success_with_failure_reason() {
        let probes = [crowd(64, 1, 1), crowd(256, 2, 3), failed(1_024, "far"), failed(512, "near")];
        let most = summary(&probes).most().unwrap();
        assert_eq!(most, Most { jobs: 256, bytes: Some(5), why_no_more: Some((512, "near")) });
        let nothing = [failed(64, "none")];
        assert_eq!((summary(&nothing).most(), summary(&nothing).no_crowd()), (None, Some("none")));
    }

    #[test]
    fn figures_are_medians_over_processes() {
        let walls = [2_000_000, 2_200_000, 9_000_000];
        let probes = walls.map(|wall| record("wait 1000", &[("wall_ns", wall), ("runs", 2)]));
        let wait_ns = summary(&probes).wait_ns(1_000).unwrap();
        assert_eq!((wait_ns.value, wait_ns.interval), (1_100_000.0, Err(TooFew { have: 3, need: 6 })));
        assert_eq!(summary(&probes).wait_ns(3_000), None);
    }

    /// A process of a pass in which `model` starts in 10 us and takes `warm_us` for each run.
    fn start(model: &str, pass: u64, warm_us: u64) -> ProbeRecord {
        let (start, warm) = (10_000, warm_us * 1_000);
        let figures =
            [("start_ns", start), ("first_ns", warm), ("warm_ns", warm), ("warm_runs", 1), ("stop_ns", 0)];
        let turn = Some(Turn { pass, place: 0 });
        ProbeRecord { model: model.into(), turn, ..record("start hash", &figures) }
    }

    /// Six passes of `sequential`, and of `rayon` in half the time.
    pub(crate) fn passes() -> Vec<ProbeRecord> {
        let of = |model, warm| (0..6).map(move |pass| start(model, pass, warm + pass));
        of("sequential", 200).chain(of("rayon", 100)).collect()
    }

    #[test]
    fn dispatch_and_cpu_come_from_study() {
        let recording = recording_of(passes(), 150);
        let costs = AnalysedCosts::of(&recording).unwrap();
        let [sequential, rayon] = &costs.models[..] else { panic!("two models") };
        let dispatch = rayon.dispatch_ns().unwrap();
        let row = &summary_of(&recording, recording.costs.as_ref().unwrap().study.as_ref().unwrap()).rows[1];
        assert_eq!(row.workload.name, "noop");
        assert_eq!(Some(dispatch), running::overhead_ns(row, &row.cells[1]), "the number of the row");
        assert!((dispatch.value - 5e7).abs() < 1e3 && dispatch.interval.is_ok(), "{dispatch:?}");
        assert_eq!((sequential.dispatch_ns(), rayon.cpu().unwrap().value), (None, 1.0));
        assert!((costs.empty_job_ns.unwrap().value - 1e8).abs() < 1e3);
    }

    #[test]
    fn old_probes_have_values_and_no_gain() {
        let mut probes = passes();
        probes.iter_mut().for_each(|probe| probe.turn = None);
        probes.push(record("dispatch", &[("wall_ns", 2_400_000), ("runs", 10), ("jobs", 240)]));
        let mut old = recording_of(probes, 150);
        let costs = old.costs.as_mut().unwrap();
        (costs.study, costs.passes) = (None, None);
        let costs = AnalysedCosts::of(&old).unwrap();
        assert_eq!(costs.gain(&costs.models[1], "hash"), None);
        assert_eq!(costs.models[1].starting("hash").unwrap().start_ns.value, 10_000.0);
        assert_eq!(costs.models[2].dispatch_ns().unwrap().value, 1_000.0);
        assert!(!costs.has_no_verdict() && costs.of_study.is_empty());
    }

    #[test]
    fn disturbed_passes_have_no_verdict() {
        let mut disturbed = recording_of(passes(), 150);
        let costs = AnalysedCosts::of(&disturbed).unwrap();
        assert!(!costs.has_no_verdict());
        assert!(matches!(costs.gain(&costs.models[1], "hash").unwrap().breaks_even, BreaksEven::After(_)));
        assert_eq!(costs.gain(&costs.models[0], "hash"), None, "the baseline gains nothing over itself");
        let checks = &mut disturbed.costs.as_mut().unwrap().passes.as_mut().unwrap().idle_checks;
        checks[0].alone = Some(false);
        let costs = AnalysedCosts::of(&disturbed).unwrap();
        assert!(costs.has_no_verdict() && costs.of_study.is_empty(), "{costs:?}");
        let checks = &mut disturbed.costs.as_mut().unwrap().passes.as_mut().unwrap().idle_checks;
        checks[0] = IdleCheck { alone: Some(true), pressure_ns: None, busy_ns: None, ..checks[0] };
        assert!(AnalysedCosts::of(&disturbed).unwrap().has_no_verdict(), "nobody watched");
    }
}
