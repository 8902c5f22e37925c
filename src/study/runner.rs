//! Runs the launches of a study, over all workloads in a new random order each time, and stores each result
//! before the next measurement.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::child::reporting::{Next, ReportingChild};
use crate::engine::{Batch, Timestamp, WhyNot, now};
use crate::machine::{host, idle, study_lock::StudyLock};
use crate::model::Platform;
use crate::record::journal::{Entry, Journal};
use crate::record::schema::{Arm, Stopping, Study, WorkloadEntry};
use crate::study::launch::{Acknowledged, ArmOrder, LaunchOrder, PlatformOrder, reported};
use crate::study::{isolated, launch, plan::PlannedArm, stops};
use crate::workload::{Workload, fixture::stage::Stage};

/// The maximum silence of a launch: a round of all its slots takes seconds.
pub(super) const DEADLINE: Duration = Duration::from_secs(120);

/// A study that is ready to run.
#[derive(Debug)]
pub struct Prepared {
    exe: PathBuf,
    cores: usize,
    workers: usize,
    mpirun: Option<String>,
    stage: Arc<Stage>,
    planned: Vec<PlannedArm>,
    /// A batch for each row, or why it has none.
    batches: BTreeMap<RowKey, Result<Batch, WhyNot>>,
}

/// A workload by its name and a platform by its tag: the subject of one launch.
type RowKey = (&'static str, Option<&'static str>);

impl Prepared {
    /// Prepares `planned`, whose launches run `exe` with `workers` workers per model. The cells of a workload
    /// that can't be prepared have the reason. Once `stop` is set, no further workload is prepared, which takes seconds.
    pub fn new(planned: Vec<PlannedArm>, workers: usize, exe: &Path, stop: &AtomicBool) -> Self {
        let stage = Arc::new(Stage::new(&Stage::default_place(), exe));
        let (exe, cores) = (exe.to_owned(), host::cores());
        let mut prepared =
            Prepared { exe, cores, workers, mpirun: None, stage, planned, batches: BTreeMap::new() };
        for (workload, platform) in prepared.rows() {
            let batch = if stop.load(Ordering::Relaxed) {
                Err(WhyNot { reason: "the study was stopped before".into(), is_lack: true })
            } else {
                workload.batch(workload.size, &prepared.stage).map_err(|error| WhyNot::of(&error))
            };
            prepared.batches.insert((workload.name, platform.tag()), batch);
        }
        prepared
    }

    /// The same, whose processes of MPI are started by this command.
    pub fn with_mpirun(self, mpirun: Option<String>) -> Self {
        Prepared { mpirun, ..self }
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
    fn why_not(&self, arm: &PlannedArm) -> Option<WhyNot> {
        let row = row_of(arm);
        let mut why = arm.cell.model.why_not();
        if let Err(of_workload) = &self.batches[&row] {
            why = why.or(Some(of_workload.clone()));
        }
        for other in &self.planned {
            if row_of(other) == row && other.cell.is_baseline() {
                why = why.or(other.cell.model.why_not());
            }
        }
        why
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

    fn order(&self, spec: &LaunchSpec<'_>, study: &Study, seed: u64) -> LaunchOrder {
        let LaunchSpec { workload, platform, batch, arms } = spec;
        let mut ordered = Vec::with_capacity(arms.len());
        for (index, arm) in arms {
            if study.stop_of(*index).is_none() {
                ordered.push(ArmOrder {
                    index: *index as u64,
                    id: arm.cell.id(),
                    role: arm.role,
                    jobs: arm.jobs,
                });
            }
        }
        LaunchOrder {
            workload: workload.name.to_owned(),
            interpreter: PlatformOrder::of(*platform),
            task: workload.python_task(),
            jobs: workload.size.jobs,
            arms: ordered,
            rounds: study.rounds_asked.get(),
            seed,
            workers: self.workers,
            mpirun: self.mpirun.clone(),
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

/// Runs the launches of `journal` until all are made, all rows have stopped, or `stop` is set; after each launch calls
/// `progress` with the numbers of completed and of all launches.
///
/// # Errors
/// When the journal can't be written. A launch that dies or hangs fails its arms, not the study.
pub fn run_launches(
    prepared: &Prepared,
    journal: &mut Journal,
    stop: &Arc<AtomicBool>,
    mut progress: impl FnMut(usize, usize),
) -> Result<()> {
    let study = study_of(journal);
    let (launches, mut random) = (study.launches_asked.get(), fastrand::Rng::with_seed(study.seed));
    let mut limit = TimeLimit::from_now(study.stopping);
    let mut specs = prepared.available();
    let mut made = 0;
    let study_lock = StudyLock::of_this_machine();
    journal.append(idle_check(&study_lock, made))?;
    for number in 0..launches {
        random.shuffle(&mut specs);
        for spec in &specs {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            if limit.is_over() {
                append_all(journal, stops::out_of_time(study_of(journal), row(journal, spec)))?;
            }
            let order = prepared.order(spec, study_of(journal), random.u64(..));
            if order.arms.is_empty() {
                continue;
            }
            let start = now();
            journal.append(Entry::launch(spec.workload.name, spec.platform.tag(), number))?;
            if spec.workload.is_isolated() {
                isolated::launch(&prepared.exe, &order, journal, stop)?;
            } else {
                launch(prepared, &order, journal, stop)?;
            }
            append_all(journal, stops::after_launch(study_of(journal), row(journal, spec), now() - start))?;
            limit.add_launch(start);
            made += 1;
            progress(made, limit.launches(made, due(study_of(journal))));
        }
        journal.append(idle_check(&study_lock, made))?;
        if due(study_of(journal)) == made {
            break;
        }
    }
    Ok(())
}

fn study_of(journal: &Journal) -> &Study {
    journal.recording().current_study().expect("the journal is a study's")
}

/// The row of a launch as the recording has it.
fn row<'a>(journal: &'a Journal, spec: &LaunchSpec<'_>) -> &'a WorkloadEntry {
    let is_row = |row: &&WorkloadEntry| {
        row.name == spec.workload.name && row.platform.as_deref() == spec.platform.tag()
    };
    study_of(journal).workloads.iter().find(is_row).expect("the recording has all rows that are planned")
}

fn append_all(journal: &mut Journal, entries: Vec<Entry>) -> Result<()> {
    for entry in entries {
        journal.append(entry)?;
    }
    Ok(())
}

/// The number of launches of a whole study, unless more of its arms stop.
fn due(study: &Study) -> usize {
    let due: u64 = study.workloads.iter().map(|row| study.launches_due(row)).sum();
    usize::try_from(due).unwrap_or(usize::MAX)
}

/// The longest duration of a study, if it has one.
struct TimeLimit {
    start: Timestamp,
    at_most: Option<Duration>,
    longest_launch: Duration,
}

impl TimeLimit {
    fn from_now(stopping: Option<Stopping>) -> Self {
        let at_most = match stopping {
            Some(Stopping::Settled { at_most_ns }) => Some(Duration::from_nanos(at_most_ns.get())),
            Some(Stopping::Look { .. } | Stopping::Race { .. }) | None => None,
        };
        TimeLimit { start: now(), at_most, longest_launch: Duration::ZERO }
    }

    /// Whether there is no time for a launch as long as the longest, and the idle check after it.
    fn is_over(&self) -> bool {
        let next = now() - self.start + self.longest_launch + idle::WINDOW;
        self.at_most.is_some_and(|at_most| next > at_most)
    }

    fn add_launch(&mut self, start: Timestamp) {
        self.longest_launch = self.longest_launch.max(now() - start);
    }

    /// How many launches there may be in all: `due`, or as many as there is time for if that is less.
    fn launches(&self, made: usize, due: usize) -> usize {
        let Some(at_most) = self.at_most else { return due };
        let share = at_most.as_secs_f64() / (now() - self.start).as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number of launches"
        )]
        let in_time = (made as f64 * share) as usize;
        due.min(in_time.max(made))
    }
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    /// The limit of a study that began just now and may take so long.
    fn limit(at_most: Duration) -> TimeLimit {
        let at_most_ns = NonZeroU64::new(u64::try_from(at_most.as_nanos()).unwrap()).unwrap();
        TimeLimit::from_now(Some(Stopping::Settled { at_most_ns }))
    }

    #[test]
    fn last_launch_ends_within_the_time() {
        let hour = Duration::from_secs(3_600);
        assert!(!limit(hour).is_over() && limit(idle::WINDOW).is_over());
        let long = TimeLimit { longest_launch: hour, ..limit(hour) };
        assert!(long.is_over(), "another one as long would end too late");
        let unlimited = TimeLimit { longest_launch: hour, ..TimeLimit::from_now(None) };
        assert!(!unlimited.is_over());
        assert_eq!(unlimited.launches(3, 7), 7);
    }
}
