//! Runs the launches of a study, over all workloads in a new random order each time, and stores each result
//! before the next measurement.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::child::reporting::{Next, ReportingChild};
use crate::engine::Batch;
use crate::machine::{host, idle, study_lock::StudyLock};
use crate::model::Platform;
use crate::record::journal::{Entry, Journal};
use crate::record::schema::Arm;
use crate::study::launch::{Acknowledged, ArmOrder, LaunchOrder, PlatformOrder, reported};
use crate::study::{launch, plan::PlannedArm};
use crate::workload::{Workload, fixture::stage::Stage};

/// The maximum silence of a launch: a round of all its slots takes seconds.
const DEADLINE: Duration = Duration::from_secs(120);

/// A study that is ready to run.
#[derive(Debug)]
pub struct Prepared {
    exe: PathBuf,
    cores: usize,
    workers: usize,
    stage: Arc<Stage>,
    planned: Vec<PlannedArm>,
    /// A batch for each row, or why it is unavailable.
    batches: BTreeMap<RowKey, Result<Batch, String>>,
}

/// A workload by its name and a platform by its tag: the subject of one launch.
type RowKey = (&'static str, Option<&'static str>);

impl Prepared {
    /// Prepares `planned`, whose launches run `exe` with `workers` workers per model. A workload that can't
    /// be prepared becomes unavailable.
    pub fn new(planned: Vec<PlannedArm>, workers: usize, exe: &Path) -> Self {
        let stage = Arc::new(Stage::new(&Stage::default_place(exe), exe));
        let (exe, cores) = (exe.to_owned(), host::cores());
        let mut prepared = Prepared { exe, cores, workers, stage, planned, batches: BTreeMap::new() };
        for (workload, platform) in prepared.rows() {
            let batch = workload.batch(workload.size, &prepared.stage).map_err(|why| format!("{why:#}"));
            prepared.batches.insert((workload.name, platform.tag()), batch);
        }
        prepared
    }

    /// The workloads of this study on each of their platforms.
    pub fn rows(&self) -> Vec<(Workload, Platform)> {
        let mut rows = vec![];
        for arms in self.planned.chunk_by(|a, b| row_of(a) == row_of(b)) {
            rows.push((arms[0].cell.workload, arms[0].platform));
        }
        rows
    }

    /// The arms, in their recorded form.
    pub fn arms(&self) -> Vec<Arm> {
        self.planned.iter().map(|arm| arm.entry(self.workers, self.why_not(arm))).collect()
    }

    /// Why an arm can't be measured here: because of its model or workload, or because only its row's
    /// reference can be.
    fn why_not(&self, arm: &PlannedArm) -> Option<String> {
        let row = row_of(arm);
        let mut why = arm.cell.model.unavailable;
        if let Err(of_workload) = &self.batches[&row] {
            why = why.or(Some(of_workload));
        }
        for other in &self.planned {
            if row_of(other) == row && other.cell.is_baseline() {
                why = why.or(other.cell.model.unavailable);
            }
        }
        why.map(str::to_owned)
    }

    /// The batches of the measurable rows.
    fn available(&self) -> Vec<LaunchSpec<'_>> {
        let mut specs = vec![];
        for (workload, platform) in self.rows() {
            let row = (workload.name, platform.tag());
            let Ok(batch) = &self.batches[&row] else { continue };
            let mut arms = vec![];
            for (index, arm) in self.planned.iter().enumerate() {
                if row_of(arm) == row && self.why_not(arm).is_none() {
                    arms.push((index, arm));
                }
            }
            if !arms.is_empty() {
                specs.push(LaunchSpec { workload, platform, batch, arms });
            }
        }
        specs
    }

    fn order(&self, spec: &LaunchSpec<'_>, rounds: NonZeroU64, seed: u64) -> LaunchOrder {
        let LaunchSpec { workload, platform, batch, arms } = spec;
        let mut ordered = Vec::with_capacity(arms.len());
        for (index, arm) in arms {
            ordered.push(ArmOrder { index: *index as u64, id: arm.cell.id(), role: arm.role });
        }
        LaunchOrder {
            workload: workload.name.to_owned(),
            interpreter: PlatformOrder::of(*platform),
            jobs: workload.size.jobs,
            arms: ordered,
            rounds: rounds.get(),
            seed,
            workers: self.workers,
            cores: self.cores,
            expected: batch.expected().to_vec(),
            stage: self.stage.attachment(),
        }
    }
}

/// The subject of a launch: an available row, and its arms by index.
struct LaunchSpec<'a> {
    workload: Workload,
    platform: Platform,
    batch: &'a Batch,
    arms: Vec<(usize, &'a PlannedArm)>,
}

fn row_of(arm: &PlannedArm) -> RowKey {
    (arm.cell.workload.name, arm.platform.tag())
}

/// Runs all launches of `journal` until `stop` is set; after each launch calls `progress` with the numbers of
/// completed and of all launches.
///
/// # Errors
/// When the journal can't be written. A launch that dies or hangs fails its arms, not the study.
pub fn run_launches(
    prepared: &Prepared,
    journal: &mut Journal,
    stop: &Arc<AtomicBool>,
    mut progress: impl FnMut(usize, usize),
) -> Result<()> {
    let study = journal.recording().study.as_ref().expect("the journal is a study's");
    let (launches, rounds, seed) = (study.launches_asked, study.rounds_asked, study.seed);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut specs = prepared.available();
    let all = specs.len() * usize::try_from(launches.get())?;
    let mut made = 0;
    let study_lock = StudyLock::join(&std::env::temp_dir());
    journal.append(idle_check(&study_lock, made))?;
    for number in 0..launches.get() {
        random.shuffle(&mut specs);
        for spec in &specs {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let order = prepared.order(spec, rounds, random.u64(..));
            journal.append(Entry::launch(spec.workload.name, spec.platform.tag(), number))?;
            launch(prepared, &order, journal, stop)?;
            made += 1;
            progress(made, all);
        }
        journal.append(idle_check(&study_lock, made))?;
    }
    Ok(())
}

fn idle_check(study_lock: &StudyLock, launches: usize) -> Entry {
    Entry::Quiet(idle::watch(Path::new("/"), study_lock, launches as u64))
}

/// Runs one launch: stores each round, and its failure if there is one.
fn launch(
    prepared: &Prepared,
    order: &LaunchOrder,
    journal: &mut Journal,
    stop: &Arc<AtomicBool>,
) -> Result<()> {
    let started = ReportingChild::<String>::start(&prepared.exe, launch::SUBCOMMAND, order, DEADLINE, stop);
    let mut process = match started {
        Ok(process) => process,
        Err(error) => return journal.append(Entry::Failure(format!("{error:#}"))),
    };
    for _ in 0..order.rounds {
        match process.next() {
            Next::Report(report) => match reported(&report) {
                Ok(round) => journal.append(Entry::Round(round))?,
                Err(error) => return journal.append(Entry::Failure(format!("{error:#}"))),
            },
            Next::Failed(why) => return journal.append(Entry::Failure(why)),
            Next::Stopped => return Ok(()),
        }
        // If the launch has ended meanwhile, the next round reports it.
        let _ = process.tell(&Acknowledged);
    }
    process.finish();
    Ok(())
}
