//! Walks over the launches of a study, workload by workload in a new order each time, and keeps what they measure
//! before they measure on.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;

use super::company::Company;
use super::launch::{self, Acknowledged, Order};
use super::plan::PlannedArm;
use super::quiet;
use crate::batch::Batch;
use crate::host;
use crate::process::{Next, Reporter};
use crate::record::journal::{Entry, Journal};
use crate::record::schema::Arm;
use crate::stage::Stage;
use crate::workload::Workload;

/// How long a launch may say nothing: a round of all its slots takes seconds.
const DEADLINE: Duration = Duration::from_secs(120);

/// A study that is about to be conducted: its stage is set.
#[derive(Debug)]
pub struct Prepared {
    exe: PathBuf,
    cores: usize,
    workers: usize,
    stage: Arc<Stage>,
    planned: Vec<PlannedArm>,
    /// A batch of each workload, or why it is unavailable.
    batches: BTreeMap<&'static str, Result<Batch, String>>,
}

impl Prepared {
    /// Sets the stage for `planned`, whose launches run `exe` and give models so many `workers`. What can't be set makes
    /// its workload unavailable.
    pub fn new(planned: Vec<PlannedArm>, workers: usize, exe: &Path) -> Self {
        let stage = Arc::new(Stage::new(&Stage::default_place(exe), exe));
        let (exe, cores) = (exe.to_owned(), host::cores());
        let mut prepared = Prepared { exe, cores, workers, stage, planned, batches: BTreeMap::new() };
        for workload in prepared.workloads().copied().collect::<Vec<_>>() {
            let batch = Batch::new(&workload, workload.size, &prepared.stage);
            prepared.batches.insert(workload.name, batch.map_err(|error| format!("{error:#}")));
        }
        prepared
    }

    /// The workloads of this study.
    pub fn workloads(&self) -> impl Iterator<Item = &Workload> {
        workloads(&self.planned)
    }

    /// The arms, as the recording has them.
    pub fn arms(&self) -> Vec<Arm> {
        let why = |arm: &PlannedArm| self.batches[arm.cell.workload.name].as_ref().err().cloned();
        self.planned.iter().map(|arm| arm.entry(self.workers, why(arm))).collect()
    }

    /// The batches of the workloads that can be measured here.
    fn available(&self) -> impl Iterator<Item = (&Workload, &Batch)> {
        self.workloads().filter_map(|workload| Some((workload, self.batches[workload.name].as_ref().ok()?)))
    }

    fn order(&self, (workload, batch): (&Workload, &Batch), rounds: NonZeroU64, seed: u64) -> Order {
        let arms = self.planned.iter().enumerate();
        let arms = arms.filter(|(_, arm)| arm.cell.workload.name == workload.name);
        Order {
            workload: workload.name.to_owned(),
            jobs: workload.size.jobs,
            arms: arms.map(|(index, arm)| (index as u64, arm.cell.id(), arm.role)).collect(),
            rounds: rounds.get(),
            seed,
            workers: self.workers,
            cores: self.cores,
            expected: batch.expected().to_vec(),
            stage: self.stage.attachment(),
        }
    }
}

fn workloads(planned: &[PlannedArm]) -> impl Iterator<Item = &Workload> {
    planned.chunk_by(|a, b| a.cell.workload.name == b.cell.workload.name).map(|arms| &arms[0].cell.workload)
}

/// Conducts all launches that `journal` was begun for, until `stop` is set; `progress` is told after each launch how
/// many of how many have been made.
///
/// # Errors
/// Where the journal can't be written. A launch that dies or hangs fails its arms, not the study.
pub fn conduct(
    prepared: &Prepared,
    journal: &mut Journal,
    stop: &AtomicBool,
    mut progress: impl FnMut(usize, usize),
) -> Result<()> {
    let study = journal.recording().study.as_ref().expect("the journal is a study's");
    let (launches, rounds, seed) = (study.launches_asked, study.rounds_asked, study.seed);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut batches: Vec<_> = prepared.available().collect();
    let all = batches.len() * usize::try_from(launches.get())?;
    let mut made = 0;
    let company = Company::join(&std::env::temp_dir());
    let watch = |made: usize| Entry::Quiet(quiet::watch(Path::new("/"), &company, made as u64));
    journal.append(watch(0))?;
    for number in 0..launches.get() {
        random.shuffle(&mut batches);
        for &batch in &batches {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let order = prepared.order(batch, rounds, random.u64(..));
            journal.append(Entry::Launch(order.workload.clone(), number))?;
            launch(prepared, &order, journal, stop)?;
            made += 1;
            progress(made, all);
        }
        journal.append(watch(made))?;
    }
    Ok(())
}

/// Makes one launch: keeps each round, and its failure where it has one.
fn launch(prepared: &Prepared, order: &Order, journal: &mut Journal, stop: &AtomicBool) -> Result<()> {
    let mut process = match Reporter::start(&prepared.exe, launch::SUBCOMMAND, order) {
        Ok(process) => process,
        Err(error) => return journal.append(Entry::Failure(format!("{error:#}"))),
    };
    for _ in 0..order.rounds {
        match process.next(DEADLINE, stop) {
            Next::Report(round) => journal.append(Entry::Round(round))?,
            Next::Failed(why) => return journal.append(Entry::Failure(format!("the launch failed: {why}"))),
            Next::Stopped => return Ok(()),
        }
        // Where the launch has gone meanwhile, the next round says so.
        let _ = process.tell(&Acknowledged);
    }
    Ok(())
}
