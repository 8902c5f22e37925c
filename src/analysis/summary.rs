//! The statistics and verdicts of a recording, computed from its samples alone.

use crate::analysis::judgement::{JudgedRow, Machine};
use crate::analysis::warning::Warning;
use crate::analysis::warnings::{Watched, warnings_of_traces, watched};
use crate::model::{MadeOf, made_of, plain_name};
use crate::record::schema::{Launch, Recording, Role, Study, Width, WorkloadEntry};
use crate::record::times::{times, walls};
use crate::stats::ratio::{Ratio, Times, log_ratios_by_launch, noise_floor, of_logs, speedup};
use crate::stats::verdict::Verdict;
use crate::stats::{interval::LEVEL, median, present};

/// All results of a recording.
#[derive(Clone, Debug)]
pub struct Summary {
    /// A row for each workload of the native platform, in recording order.
    pub rows: Vec<Row>,
    /// A row for each workload of other platforms, ordered by platform.
    pub others: Vec<Row>,
    /// The warnings that affect the numbers of the study.
    pub warnings: Vec<Warning>,
    /// The warnings that affect evidence and stories.
    pub of_traces: Vec<Warning>,
}

/// The cells of one workload.
#[derive(Clone, Debug)]
pub struct Row {
    /// The workload.
    pub workload: WorkloadEntry,
    /// Its cells.
    pub cells: Vec<CellResult>,
    /// The baseline against itself.
    pub control: Option<Ratio>,
    /// On other platforms, the speedup of the native baseline over this one on the same jobs: in the same
    /// rounds, or in the native platform's own.
    pub reference: Option<Reference>,
    /// On other platforms, the native tool that was measured on the same jobs, in the same rounds.
    pub native_tool: Option<NativeTool>,
    /// The logarithm of each launch's ratio of the capacity of all cores to one core, for computing jobs.
    pub capacity: Vec<Option<f64>>,
    /// The median time of a run of the baseline in each launch, in nanoseconds.
    pub baseline_ns: Vec<Option<f64>>,
    /// The version of its recording, whose program can't have had models that came later.
    pub version: u64,
    /// The index of the fastest cell, whatever its verdict.
    fastest: Option<usize>,
}

/// The native baseline in a row of another platform.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Its speedup over the row's baseline.
    pub speedup: Ratio,
    /// The logarithm of each launch's.
    pub logs: Vec<Option<f64>>,
}

/// A native tool on the jobs of another platform.
#[derive(Clone, Debug)]
pub struct NativeTool {
    /// `model/width`.
    pub name: String,
    /// The logarithm of each launch's speedup over the row's baseline.
    pub logs: Vec<Option<f64>>,
}

impl Reference {
    /// The baseline with these logarithms by launch; `None` if there are none.
    fn of(logs: Vec<Option<f64>>) -> Option<Self> {
        Some(Reference { speedup: of_logs(&present(&logs), LEVEL)?, logs })
    }
}

/// The results of one cell.
#[derive(Clone, Debug)]
pub struct CellResult {
    /// `model/width`.
    pub name: String,
    /// The revision of its model.
    pub revision: u32,
    /// The number of jobs at once.
    pub in_flight: u64,
    /// Its tasks block the threads of their runtime: the function has no async form.
    pub is_blocking: bool,
    /// The median time of a run, in nanoseconds.
    pub wall_ns: Option<f64>,
    /// CPU time relative to the baseline's, for the same work.
    pub cpu_ratio: Option<Ratio>,
    /// CPU time over wall time: the number of busy cores.
    pub busy_cores: Option<Ratio>,
    /// The speedup over the baseline.
    pub speedup: Option<Ratio>,
    /// The logarithm of each launch's speedup.
    pub logs: Vec<Option<f64>>,
    /// The same without the launches in which the machine was slow; `None` if a warning blocks verdicts.
    pub steady_logs: Option<Vec<Option<f64>>>,
    /// Its comparison with the fastest of the row.
    pub verdict: Verdict,
    /// Why it has no samples, or fewer than others.
    pub error: Option<String>,
}

impl CellResult {
    /// Whether it is the baseline of its row, which runs one job at a time.
    pub fn is_baseline(&self) -> bool {
        Width::of(&self.name) == Some(Width::One)
    }

    /// Whether the state of the machine allows no verdict on it.
    pub fn has_no_verdict(&self) -> bool {
        self.verdict == Verdict::NoVerdict
    }

    /// The model's name.
    pub fn model(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// The model's name without its interpreter.
    pub fn plain_model(&self) -> &str {
        plain_name(self.model())
    }
}

impl Summary {
    /// Evaluates `recording`.
    pub fn of(recording: &Recording) -> Self {
        let Watched { warnings, machines } = watched(recording);
        let (mut rows, mut others) = (Vec::new(), Vec::new());
        if let Some(study) = &recording.study {
            for (workload, machine) in study.workloads.iter().zip(&machines) {
                let row = Measured::of(study, workload).row(recording, machine);
                if workload.platform.is_none() { rows.push(row) } else { others.push(row) }
            }
        }
        for row in others.iter_mut().filter(|row| row.reference.is_none()) {
            let native = rows.iter().find(|native| native.is_same_work(row));
            row.reference = native.and_then(|native| native.as_reference(row));
        }
        Summary { rows, others, warnings, of_traces: warnings_of_traces(recording) }
    }

    /// Whether a warning blocks verdicts on evidence and stories.
    pub fn traces_have_no_verdict(&self) -> bool {
        self.of_traces.iter().any(Warning::blocks_verdicts)
    }

    /// All warnings, each once; those of the study come first.
    pub fn all_warnings(&self) -> Vec<&Warning> {
        let mut all: Vec<&Warning> = self.warnings.iter().collect();
        for warning in &self.of_traces {
            if !all.contains(&warning) {
                all.push(warning);
            }
        }
        all
    }

    /// The rows of every platform.
    pub fn all_rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().chain(&self.others)
    }

    /// The other platforms by their tags, with their rows.
    pub fn platforms(&self) -> impl Iterator<Item = (&str, &[Row])> {
        let platforms = self.others.chunk_by(|a, b| a.workload.platform == b.workload.platform);
        platforms.map(|rows| (rows[0].workload.platform.as_deref().unwrap_or_default(), rows))
    }
}

impl Row {
    /// The cell that the others' speedups are over.
    pub fn baseline(&self) -> Option<&CellResult> {
        self.cells.iter().find(|cell| cell.is_baseline())
    }

    /// The fastest cell, if any was measured. It may have no verdict.
    pub fn fastest(&self) -> Option<&CellResult> {
        self.cells.get(self.fastest?)
    }

    /// Whether none of its cells has a verdict because of the machine.
    pub fn has_no_verdict(&self) -> bool {
        let mut judged = self.cells.iter().filter(|cell| cell.verdict != Verdict::Unmeasured).peekable();
        judged.peek().is_some() && judged.all(CellResult::has_no_verdict)
    }

    /// The models of its cells without their interpreter, as often as they have cells.
    pub fn plain_models(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(CellResult::plain_model)
    }

    /// Whether both have the same jobs.
    pub fn is_same_work(&self, other: &Row) -> bool {
        let (one, other) = (&self.workload, &other.workload);
        // The description tells Python's cake, which is decorated with the lock held, from the native one.
        one.is_same_size(other) && one.revision() == other.revision() && one.about == other.about
    }

    /// This row's baseline as the reference of `other`, which has the same jobs; launches are paired by
    /// number.
    fn as_reference(&self, other: &Row) -> Option<Reference> {
        let mut logs = Vec::new();
        for pair in other.baseline_ns.iter().zip(&self.baseline_ns) {
            logs.push(if let (Some(a), Some(b)) = pair { Some((a / b).ln()) } else { None });
        }
        Reference::of(logs)
    }

    /// The difference that this study would report in this row without a real one, on the logarithmic scale.
    pub fn noise_floor(&self) -> Option<f64> {
        noise_floor(self.control.as_ref()?)
    }
}

/// What was measured of one workload.
struct Measured<'a> {
    study: &'a Study,
    workload: &'a WorkloadEntry,
    launches: Vec<&'a Launch>,
}

impl<'a> Measured<'a> {
    fn of(study: &'a Study, workload: &'a WorkloadEntry) -> Self {
        Measured { study, workload, launches: study.launches_of(workload) }
    }

    fn row(&self, recording: &Recording, machine: &Machine) -> Row {
        let cells = self.arms(Role::Cell);
        let walls: Vec<Times> = cells.iter().map(|&arm| self.walls(arm)).collect();
        let baseline = match cells.iter().find(|&&arm| self.study.arms[arm].is_baseline()) {
            Some(&arm) => Baseline { walls: self.walls(arm), cpu: self.cpu(arm) },
            None => Baseline::default(),
        };
        let judged = self.judged(&cells, &walls, &baseline, machine);
        let mut results = Vec::new();
        for ((arm, walls), verdict) in cells.into_iter().zip(walls).zip(judged.verdicts) {
            let cell = self.cell(arm, &walls, &baseline, verdict);
            results.push(CellResult { steady_logs: machine.steady(&cell.logs), ..cell });
        }
        Row {
            workload: self.workload.clone(),
            cells: results,
            control: speedup(&baseline.walls, &self.walls_of(Role::Control), LEVEL),
            reference: Reference::of(log_ratios_by_launch(&baseline.walls, &self.walls_of(Role::Reference))),
            native_tool: self.native_tool(&baseline),
            capacity: self.capacity(&baseline, recording.environment.cores),
            baseline_ns: baseline.walls.iter().map(|launch| median(&present(launch))).collect(),
            version: recording.version,
            fastest: judged.fastest,
        }
    }

    /// The verdicts on `cells`. Those that take several times as long as the best were not measured any further, and are compared with no
    /// other.
    fn judged(&self, cells: &[usize], walls: &[Times], baseline: &Baseline, machine: &Machine) -> JudgedRow {
        let (mut near, mut near_walls) = (Vec::new(), Vec::new());
        for (place, (&arm, walls)) in cells.iter().zip(walls).enumerate() {
            if !self.study.is_out_of_race(arm) {
                near.push(place);
                near_walls.push(walls.clone());
            }
        }
        if matches!(machine, Machine::Blocked) {
            return machine.judge(self.study.stopping, &baseline.walls, walls);
        }
        let of_near = machine.judge(self.study.stopping, &baseline.walls, &near_walls);
        let fastest = of_near.fastest.map(|place| near[place]);
        let mut verdicts = Vec::new();
        for times in walls {
            let over = fastest.and_then(|fastest| speedup(times, &walls[fastest], LEVEL));
            verdicts.push(over.map_or(Verdict::Unmeasured, Verdict::Slower));
        }
        for (place, verdict) in near.into_iter().zip(of_near.verdicts) {
            verdicts[place] = verdict;
        }
        JudgedRow { fastest, verdicts }
    }

    /// Whether a user's function without an async form runs in tasks. Workloads of bakeoff have both forms.
    fn is_blocking(&self, arm: usize) -> bool {
        let has_one_form = self.workload.function.is_some_and(|function| !function.asynchronous);
        let name = self.name(arm);
        let model = name.split('/').next().unwrap_or(&name);
        has_one_form && matches!(made_of(model), Some(MadeOf::Tasks | MadeOf::TasksOnOneThread))
    }

    fn cell(&self, arm: usize, walls: &Times, baseline: &Baseline, verdict: Verdict) -> CellResult {
        let cpu = self.cpu(arm);
        let entry = &self.study.arms[arm];
        CellResult {
            name: self.name(arm),
            revision: entry.revision(),
            in_flight: entry.in_flight.get(),
            is_blocking: self.is_blocking(arm),
            wall_ns: median(&present(&walls.concat())),
            cpu_ratio: speedup(&cpu, &baseline.cpu, LEVEL),
            busy_cores: speedup(&cpu, walls, LEVEL),
            speedup: speedup(&baseline.walls, walls, LEVEL),
            logs: log_ratios_by_launch(&baseline.walls, walls),
            steady_logs: None,
            verdict,
            error: entry.unavailable.clone().or_else(|| self.failure(arm)),
        }
    }

    /// The faster of the references, if there is another beside the native baseline.
    fn native_tool(&self, baseline: &Baseline) -> Option<NativeTool> {
        let references = self.arms(Role::Reference);
        if references.len() < 2 {
            return None;
        }
        let mut faster: Option<(f64, NativeTool)> = None;
        for arm in references {
            let logs = log_ratios_by_launch(&baseline.walls, &self.walls(arm));
            let Some(speedup) = median(&present(&logs)) else { continue };
            if faster.as_ref().is_none_or(|(other, _)| speedup > *other) {
                faster = Some((speedup, NativeTool { name: self.name(arm), logs }));
            }
        }
        Some(faster?.1)
    }

    /// `model/width` of an arm.
    fn name(&self, arm: usize) -> String {
        self.study.arms[arm].id[self.workload.name.len() + 1..].to_owned()
    }

    /// For each launch, the logarithm of the capacity of all cores over one: that of the better capacity arm,
    /// the less disturbed one.
    fn capacity(&self, baseline: &Baseline, cores: u64) -> Vec<Option<f64>> {
        let copies = (cores as f64).ln();
        let mut capacity: Vec<Option<f64>> = Vec::new();
        for arm in self.arms(Role::Capacity) {
            let logs = log_ratios_by_launch(&baseline.walls, &self.walls(arm));
            capacity.resize(logs.len(), None);
            for (best, log) in capacity.iter_mut().zip(logs) {
                let Some(log) = log else { continue };
                if best.is_none_or(|best| log + copies > best) {
                    *best = Some(log + copies);
                }
            }
        }
        capacity
    }

    /// The indices of its arms of a role.
    fn arms(&self, role: Role) -> Vec<usize> {
        let arms = self.study.arms.iter().enumerate();
        arms.filter(|(_, arm)| arm.role == role && arm.is_of(self.workload)).map(|(at, _)| at).collect()
    }

    /// The times of the first arm of a role; none if there is no such arm.
    fn walls_of(&self, role: Role) -> Times {
        match self.arms(role).first() {
            Some(&arm) => self.walls(arm),
            None => Times::new(),
        }
    }

    fn walls(&self, arm: usize) -> Times {
        walls(&self.launches, arm)
    }

    fn cpu(&self, arm: usize) -> Times {
        times(&self.launches, arm, |sample| sample.cpu_ns)
    }

    /// The first failure of an arm, or of a launch that should have measured it.
    fn failure(&self, arm: usize) -> Option<String> {
        let rounds = self.launches.iter().flat_map(|launch| &launch.rounds);
        for failure in rounds.flat_map(|round| &round.failures) {
            if failure.arm == arm as u64 {
                return Some(failure.reason.clone());
            }
        }
        self.launches.iter().find_map(|launch| launch.failure.clone())
    }
}

/// The times of the baseline of a row; empty if it has none.
#[derive(Default)]
struct Baseline {
    walls: Times,
    cpu: Times,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::Stopping;

    #[test]
    fn half_the_time_is_twice_as_fast() {
        let findings = Summary::of(&recording(16, 50));
        let [sequential, rayon] = &findings.rows[0].cells[..] else { panic!("two cells") };
        assert_eq!((rayon.name.as_str(), rayon.model()), ("rayon/cores", "rayon"));
        assert_eq!(rayon.verdict, Verdict::Fastest);
        assert!((rayon.speedup.unwrap().ratio - 2.0).abs() < 1e-3);
        assert!(matches!(sequential.verdict, Verdict::Slower(_)));
        assert_eq!(rayon.cpu_ratio.unwrap().ratio, 1.0);
    }

    #[test]
    fn failed_process_marks_cells_but_keeps_samples() {
        let mut one_failed = recording(16, 50);
        let launches = &mut one_failed.study.as_mut().unwrap().launches;
        launches[3].rounds.clear();
        launches[3].failure = Some("the launch ended (signal: 9)".into());
        let findings = Summary::of(&one_failed);
        let rayon = &findings.rows[0].cells[1];
        assert_eq!(rayon.speedup.unwrap().launches, 15);
        assert_eq!(rayon.error.as_deref(), Some("the launch ended (signal: 9)"));
    }

    /// The verdict on a baseline of twice the fastest's time in all of `launches` launches but one.
    fn verdict_under(stopping: Option<Stopping>, launches: u64) -> Verdict {
        let mut recording = recording(launches, 50);
        let study = recording.study.as_mut().unwrap();
        study.stopping = stopping;
        let samples = &mut study.launches[0].rounds[0].samples;
        samples[0].wall_ns = samples[1].wall_ns;
        Summary::of(&recording).rows[0].cells[0].verdict
    }

    #[test]
    fn verdicts_follow_the_rule_of_the_study() {
        let number = |number: u64| std::num::NonZeroU64::new(number).unwrap();
        assert!(matches!(verdict_under(None, 9), Verdict::Slower(_)));
        // A look after 5 launches takes 1/32 of the 5 %; 8 of 9 have a probability of 0.0195.
        let look = Some(Stopping::Look { launches: number(5) });
        assert!(matches!(verdict_under(look, 9), Verdict::Undecided(_)));
        // Evidence of 512 / (10 x 9), of 20 that it takes; 8 launches would do.
        let settled = Some(Stopping::Settled { at_most_ns: number(1) });
        assert!(matches!(verdict_under(settled, 9), Verdict::Undecided(_)));
        assert!(matches!(verdict_under(settled, 7), Verdict::TooFew(few) if few.need == 8));
    }
}
