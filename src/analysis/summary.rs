//! The statistics and verdicts of a recording, computed from its samples alone.

use crate::analysis::warning::Warning;
use crate::analysis::warnings::warnings;
use crate::record::schema::{Recording, Role, Sample, Study, WorkloadEntry};
use crate::stats::interval::LEVEL;
use crate::stats::median;
use crate::stats::ratio::{Ratio, Times, log_ratios_by_launch, noise_floor, of_logs, speedup};
use crate::stats::verdict::{Verdict, verdicts};

/// All results of a recording.
#[derive(Clone, Debug)]
pub struct Summary {
    /// A row for each workload of the native platform, in recording order.
    pub rows: Vec<Row>,
    /// A row for each workload of other platforms, ordered by platform.
    pub others: Vec<Row>,
    /// The warnings that affect the numbers.
    pub warnings: Vec<Warning>,
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
    /// rounds, or in
    /// the native platform's own.
    pub reference: Option<Reference>,
    /// The logarithm of each launch's ratio of the capacity of all cores to one core, for computing jobs.
    pub capacity: Vec<Option<f64>>,
    /// The median time of a run of the baseline in each launch, in nanoseconds.
    pub baseline_ns: Vec<Option<f64>>,
    /// A warning blocks its verdicts.
    pub withheld: bool,
}

/// The native baseline in a row of another platform.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Its speedup over the row's baseline.
    pub speedup: Ratio,
    /// The logarithm of each launch's.
    pub logs: Vec<Option<f64>>,
}

/// The results of one cell.
#[derive(Clone, Debug)]
pub struct CellResult {
    /// `model/width`.
    pub name: String,
    /// The number of jobs at once.
    pub in_flight: u64,
    /// The median time of a run, in nanoseconds.
    pub wall_ns: Option<f64>,
    /// CPU time relative to the baseline's, for the same work.
    pub cpu_ratio: Option<f64>,
    /// CPU time over wall time: the number of busy cores.
    pub busy_cores: Option<Ratio>,
    /// The speedup over the baseline.
    pub speedup: Option<Ratio>,
    /// The logarithm of each launch's speedup.
    pub logs: Vec<Option<f64>>,
    /// Its comparison with the fastest of the row.
    pub verdict: Verdict,
    /// Why it has no samples, or fewer than others.
    pub error: Option<String>,
}

impl CellResult {
    /// Whether it is the baseline of its row: one job after the other.
    pub fn is_baseline(&self) -> bool {
        self.name.ends_with("/one")
    }

    /// The model's name.
    pub fn model(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// The model's name without its interpreter.
    pub fn plain_model(&self) -> &str {
        self.model().split('@').next().unwrap_or(&self.name)
    }
}

impl Summary {
    /// Evaluates `recording`.
    pub fn of(recording: &Recording) -> Self {
        let warnings = warnings(recording);
        let study = recording.study.iter();
        let rows = study.flat_map(|study| {
            study.workloads.iter().map(|workload| row(recording, study, workload, &warnings))
        });
        let (rows, mut others): (Vec<Row>, Vec<Row>) = rows.partition(|row| row.workload.platform.is_none());
        for row in others.iter_mut().filter(|row| row.reference.is_none()) {
            row.reference =
                rows.iter().find(|native| native.is_same_work(row)).and_then(|it| it.as_reference(row));
        }
        Summary { rows, others, warnings }
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

    /// The models of its cells without their interpreter, as often as they have cells.
    pub fn plain_models(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(CellResult::plain_model)
    }

    /// The cell of `model`, named without its interpreter, with the higher speedup of its concurrencies, and
    /// that speedup.
    pub fn better_cell(&self, model: &str) -> Option<(&CellResult, Ratio)> {
        let mut better: Option<(&CellResult, Ratio)> = None;
        for cell in &self.cells {
            let Some(speedup) = cell.speedup else { continue };
            let is_higher = better.is_none_or(|(_, other)| speedup.ratio >= other.ratio);
            if cell.plain_model() == model && is_higher {
                better = Some((cell, speedup));
            }
        }
        better
    }

    fn is_same_work(&self, other: &Row) -> bool {
        self.workload.definition == other.workload.definition
    }

    /// This row's baseline as the reference of `other`, which has the same jobs; launches are paired by
    /// number.
    fn as_reference(&self, other: &Row) -> Option<Reference> {
        let pairs = other.baseline_ns.iter().zip(&self.baseline_ns);
        let logs: Vec<Option<f64>> = pairs.map(|(a, b)| Some(((*a)? / (*b)?).ln())).collect();
        let speedup = of_logs(&logs.iter().flatten().copied().collect::<Vec<_>>(), LEVEL)?;
        Some(Reference { speedup, logs })
    }

    /// The difference that this study would report in this row without a real one, on the logarithmic scale.
    pub fn noise_floor(&self) -> Option<f64> {
        noise_floor(self.control.as_ref()?)
    }
}

fn row(recording: &Recording, study: &Study, workload: &WorkloadEntry, warnings: &[Warning]) -> Row {
    let prefix = format!("{}/", workload.name);
    let arms = study.arms.iter().enumerate().filter(|(_, arm)| arm.is_of(workload));
    let (cells, others): (Vec<_>, Vec<_>) = arms.partition(|(_, arm)| arm.role == Role::Cell);
    let wall = |index: usize| times(study, workload, index, |sample| Some(sample.wall_ns.get()));
    let walls: Vec<Times> = cells.iter().map(|(index, _)| wall(*index)).collect();
    let baseline = cells.iter().position(|(_, arm)| arm.id.ends_with("/one"));
    let none = Times::new();
    let baseline_walls = baseline.map_or(&none, |at| &walls[at]);
    let baseline_cpu = baseline.map(|at| cpu(study, workload, cells[at].0));
    let verdicts = verdicts(baseline_walls, &walls);
    let finding = |((&(index, arm), walls), verdict): ((&(usize, &_), &Times), Verdict)| {
        let arm: &crate::record::schema::Arm = arm;
        let cpu = cpu(study, workload, index);
        CellResult {
            name: arm.id[prefix.len()..].to_owned(),
            in_flight: arm.in_flight.get(),
            wall_ns: median(&walls.iter().flatten().flatten().copied().collect::<Vec<_>>()),
            cpu_ratio: baseline_cpu.as_ref().and_then(|base| Some(speedup(&cpu, base, LEVEL)?.ratio)),
            busy_cores: speedup(&cpu, walls, LEVEL),
            speedup: speedup(baseline_walls, walls, LEVEL),
            logs: log_ratios_by_launch(baseline_walls, walls),
            verdict,
            error: arm.unavailable.clone().or_else(|| failure(study, workload, index)),
        }
    };
    let copies = (recording.environment.cores as f64).ln();
    let reference = others.iter().find(|(_, arm)| arm.role == Role::Reference).map(|(index, _)| wall(*index));
    let capacities = others.iter().filter(|(_, arm)| arm.role == Role::Capacity);
    let capacities: Vec<_> =
        capacities.map(|(index, _)| log_ratios_by_launch(baseline_walls, &wall(*index))).collect();
    let control = others.iter().find(|(_, arm)| arm.role == Role::Control);
    Row {
        workload: workload.clone(),
        cells: cells.iter().zip(&walls).zip(verdicts).map(finding).collect(),
        capacity: best(&capacities, copies),
        baseline_ns: baseline_walls
            .iter()
            .map(|launch| median(&launch.iter().flatten().copied().collect::<Vec<_>>()))
            .collect(),
        withheld: warnings.iter().any(|warning| warning.blocks_verdicts_of(&workload.called())),
        reference: reference.as_ref().and_then(|walls| {
            let logs = log_ratios_by_launch(baseline_walls, walls);
            Some(Reference { speedup: speedup(baseline_walls, walls, LEVEL)?, logs })
        }),
        control: control.and_then(|(index, _)| speedup(baseline_walls, &wall(*index), LEVEL)),
    }
}

/// The best of several arms in each launch, the least disturbed one, scaled by `more`.
fn best(arms: &[Vec<Option<f64>>], more: f64) -> Vec<Option<f64>> {
    let launches = arms.iter().map(Vec::len).max().unwrap_or(0);
    let of_launch = |launch: usize| arms.iter().filter_map(|arm| *arm.get(launch)?).max_by(f64::total_cmp);
    (0..launches).map(|launch| Some(of_launch(launch)? + more)).collect()
}

fn cpu(study: &Study, workload: &WorkloadEntry, arm: usize) -> Times {
    times(study, workload, arm, |sample| sample.cpu_ns)
}

/// A per-run value of each sample, by launch of the workload and by round.
fn times(study: &Study, workload: &WorkloadEntry, arm: usize, of: impl Fn(&Sample) -> Option<u64>) -> Times {
    let a_run = |sample: &Sample| Some(of(sample)? as f64 / sample.runs.get() as f64);
    let launches = study.launches.iter().filter(|launch| launch.is_of(workload));
    let rounds = launches.map(|launch| {
        let sample =
            |samples: &[Sample]| samples.iter().find(|sample| sample.arm == arm as u64).and_then(a_run);
        launch.rounds.iter().map(|round| sample(&round.samples)).collect()
    });
    rounds.collect()
}

/// The first failure of an arm, or of a launch that should have measured it.
fn failure(study: &Study, workload: &WorkloadEntry, arm: usize) -> Option<String> {
    let launches = || study.launches.iter().filter(|launch| launch.is_of(workload));
    let failures = launches().flat_map(|launch| launch.rounds.iter().flat_map(|round| &round.failures));
    let own =
        failures.into_iter().find(|failure| failure.arm == arm as u64).map(|failure| failure.reason.clone());
    own.or_else(|| launches().find_map(|launch| launch.failure.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn half_the_time_is_twice_as_fast() {
        let findings = Summary::of(&recording(16, 50));
        let [sequential, rayon] = &findings.rows[0].cells[..] else { panic!("two cells") };
        assert_eq!((rayon.name.as_str(), rayon.model()), ("rayon/cores", "rayon"));
        assert_eq!(rayon.verdict, Verdict::Fastest);
        assert!((rayon.speedup.unwrap().ratio - 2.0).abs() < 1e-3);
        assert!(matches!(sequential.verdict, Verdict::Slower(_)));
        assert_eq!(rayon.cpu_ratio, Some(1.0));
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
}
