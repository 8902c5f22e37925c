//! Walks over the launches of a study, workload by workload in a new order each time, and keeps what they measure
//! before they measure on.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use crossbeam::channel::{Receiver, RecvTimeoutError, unbounded};

use super::company::Company;
use super::launch::{self, Acknowledged, Order};
use super::plan::PlannedArm;
use super::quiet;
use crate::batch::Batch;
use crate::measure::now;
use crate::record::journal::{Entry, Journal};
use crate::record::schema::{Arm, Round};
use crate::stage::Stage;
use crate::wire;
use crate::workload::Workload;

/// How long a launch may say nothing: a round of all its slots takes seconds.
const DEADLINE: Duration = Duration::from_secs(120);

/// How often a waiting study looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A study that is about to be conducted: its stage is set.
#[derive(Debug)]
pub struct Prepared {
    exe: PathBuf,
    cores: usize,
    stage: Arc<Stage>,
    planned: Vec<PlannedArm>,
    /// A batch of each workload, or why it is unavailable.
    batches: BTreeMap<&'static str, Result<Batch, String>>,
}

impl Prepared {
    /// Sets the stage for `planned`, whose launches run `exe`. What can't be set makes its workload unavailable.
    pub fn new(planned: Vec<PlannedArm>, cores: usize, exe: &Path) -> Self {
        let stage = Arc::new(Stage::new(&Stage::default_place(exe), exe));
        let mut prepared = Prepared { exe: exe.to_owned(), cores, stage, planned, batches: BTreeMap::new() };
        for workload in prepared.workloads().collect::<Vec<_>>() {
            let batch = Batch::new(workload, workload.size, &prepared.stage);
            prepared.batches.insert(workload.name, batch.map_err(|error| format!("{error:#}")));
        }
        prepared
    }

    /// The workloads of this study.
    pub fn workloads(&self) -> impl Iterator<Item = &'static Workload> {
        workloads(&self.planned)
    }

    /// The arms, as the recording has them.
    pub fn arms(&self) -> Vec<Arm> {
        let why = |arm: &PlannedArm| self.batches[arm.cell.workload.name].as_ref().err().cloned();
        self.planned.iter().map(|arm| arm.entry(self.cores, why(arm))).collect()
    }

    /// The batches of the workloads that can be measured here.
    fn available(&self) -> impl Iterator<Item = (&'static Workload, &Batch)> {
        self.workloads().filter_map(|workload| Some((workload, self.batches[workload.name].as_ref().ok()?)))
    }

    fn order(&self, (workload, batch): (&Workload, &Batch), rounds: NonZeroU64, seed: u64) -> Order {
        let arms = self.planned.iter().enumerate();
        let arms = arms.filter(|(_, arm)| arm.cell.workload.name == workload.name);
        Order {
            workload: workload.name.to_owned(),
            arms: arms.map(|(index, arm)| (index as u64, arm.cell.id(), arm.role)).collect(),
            rounds: rounds.get(),
            seed,
            cores: self.cores,
            expected: batch.expected().to_vec(),
            stage: self.stage.attachment(),
        }
    }
}

fn workloads(planned: &[PlannedArm]) -> impl Iterator<Item = &'static Workload> {
    planned.chunk_by(|a, b| a.cell.workload.name == b.cell.workload.name).map(|arms| arms[0].cell.workload)
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
    let mut process = match Process::start(&prepared.exe, order) {
        Ok(process) => process,
        Err(error) => return journal.append(Entry::Failure(format!("{error:#}"))),
    };
    for _ in 0..order.rounds {
        match process.next_round(stop) {
            Next::Round(round) => journal.append(Entry::Round(round))?,
            Next::Failed(why) => return journal.append(Entry::Failure(why)),
            Next::Stopped => return Ok(()),
        }
        // Where the launch has gone meanwhile, the next round says so.
        let _ = wire::write(&mut process.orders, &Acknowledged);
    }
    Ok(())
}

/// A launch's process, killed and reaped on drop.
struct Process {
    child: Child,
    orders: ChildStdin,
    rounds: Receiver<Result<Option<Round>>>,
}

enum Next {
    Round(Round),
    Failed(String),
    Stopped,
}

impl Process {
    fn start(exe: &Path, order: &Order) -> Result<Self> {
        let mut child = Command::new(exe)
            .args([launch::SUBCOMMAND, &std::process::id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {} for a launch", exe.display()))?;
        let mut orders = child.stdin.take().context("standard input is piped")?;
        let mut reports = BufReader::new(child.stdout.take().context("standard output is piped")?);
        let (outbox, rounds) = unbounded();
        // Ends with the process, whose pipe it reads.
        let listen = move || while outbox.send(wire::read(&mut reports)).is_ok_and(|()| true) {};
        let process = |orders| Process { child, orders, rounds };
        if let Err(error) = std::thread::Builder::new().spawn(listen) {
            drop(process(orders));
            return Err(anyhow!(error).context("cannot start a thread to listen to a launch"));
        }
        // Where the launch has gone already, its first round says so.
        let _ = wire::write(&mut orders, order);
        Ok(process(orders))
    }

    fn next_round(&mut self, stop: &AtomicBool) -> Next {
        let start = now();
        loop {
            match self.rounds.recv_timeout(LOOK) {
                Ok(Ok(Some(round))) => return Next::Round(round),
                Ok(Ok(None)) | Err(RecvTimeoutError::Disconnected) => return Next::Failed(self.end()),
                Ok(Err(error)) => {
                    return Next::Failed(format!("the launch said what is no report: {error:#}"));
                }
                Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return Next::Stopped,
                Err(RecvTimeoutError::Timeout) if now() - start > DEADLINE => {
                    return Next::Failed(format!("the launch gave no round for {DEADLINE:?} and was killed"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// How the process ended.
    fn end(&mut self) -> String {
        match self.child.wait() {
            Ok(status) => format!("the launch ended before its last round ({status})"),
            Err(error) => format!("the launch ended before its last round, nobody knows how ({error})"),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
