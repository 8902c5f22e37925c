//! All models do the same work; deviations are detected.

#![expect(clippy::print_stderr, reason = "what is skipped is told")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use bakeoff::internals::engine::batch::Batch;
use bakeoff::internals::engine::clock::Usage;
use bakeoff::internals::engine::digest::Digest;
use bakeoff::internals::engine::error::Unavailable;
use bakeoff::internals::engine::model::{Resources, Started};
use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::engine::trace::Phase;
use bakeoff::internals::model::{ModelEntry, Needs, Platform, built_in_models};
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;
use bakeoff::internals::workload::{Size, Workload};

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

fn stage() -> Arc<Stage> {
    let exe = Path::new(EXE);
    Arc::new(Stage::new(&Stage::default_place(), exe))
}

fn resources(workers: usize) -> Resources {
    Resources::new(workers, EXE.as_ref())
}

/// The batches of every workload at its tiny size with `jobs` jobs, and the workloads' names.
fn batches(stage: &Arc<Stage>, jobs: usize) -> Vec<(&'static str, Batch)> {
    let sized = |workload: &Workload| match workload.batch(Size { jobs, ..workload.tiny }, stage) {
        Err(error) if error.is::<Unavailable>() => {
            eprintln!("skipped: {}: {error:#}", workload.name);
            None
        }
        batch => Some((workload.name, batch.expect("a tiny batch can be made"))),
    };
    Catalog::builtin().workloads(Platform::Native).iter().filter_map(sized).collect()
}

/// Tests that read cold and warm files take turns: the system counts what a whole process reads from devices.
fn turn_to_read() -> MutexGuard<'static, ()> {
    static READS: Mutex<()> = Mutex::new(());
    READS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether no process could be made for a reason that only Wine has: now and then it makes none after hundreds of others.
fn is_refused_by_wine(error: &anyhow::Error) -> bool {
    cfg!(windows) && format!("{error:#}").contains("(os error 1359)")
}

#[test]
fn all_models_return_the_same_digests() {
    let _turn = turn_to_read();
    let stage = stage();
    let mut batches: BTreeMap<&str, Vec<Batch>> = BTreeMap::new();
    for jobs in [0, 1, 24, 25] {
        for (name, batch) in self::batches(&stage, jobs) {
            batches.entry(name).or_default().push(batch);
        }
    }
    for workers in [1, 2, 3, 7] {
        for entry in built_in_models() {
            for (name, batches) in &batches {
                let what = format!("{name}, {workers} {}", entry.name);
                match run_all(&entry, batches, workers) {
                    Err(error) if is_refused_by_wine(&error) || is_mpi_lacking(&entry, &error) => {
                        eprintln!("skipped: {what}: {error:#}");
                    }
                    run => run.unwrap_or_else(|error| panic!("{what}: {error:#}")),
                }
            }
        }
    }
}

/// Runs each of `batches`, which are of one workload. MPI, which takes long to start, is started once for all of them.
fn run_all(entry: &ModelEntry, batches: &[Batch], workers: usize) -> Result<()> {
    let mut started = None;
    for batch in batches {
        if entry.needs != Some(Needs::Feature("mpi")) {
            started = None;
        }
        let model = match &mut started {
            Some(model) => model,
            none => none.insert(entry.start(batch, &resources(workers))?),
        };
        let jobs = batch.expected().len();
        sample(model.as_mut(), batch).with_context(|| format!("{jobs} jobs"))?;
    }
    Ok(())
}

/// Whether processes of MPI can't be started here.
fn is_mpi_lacking(entry: &ModelEntry, error: &anyhow::Error) -> bool {
    entry.needs == Some(Needs::Feature("mpi")) && error.is::<Unavailable>()
}

/// A model that is wrong in a way of its own.
struct WrongModel {
    wrong: WrongRun,
    right: Vec<Digest>,
}

type WrongRun = fn(&[Digest]) -> Vec<Digest>;

impl Started for WrongModel {
    fn prepare(&mut self, batch: &Batch) -> Result<()> {
        self.right = batch.expected().to_vec();
        Ok(())
    }

    fn run(&mut self) -> Result<Vec<Digest>> {
        // Long enough for any job, so that the duration does not reveal it.
        std::thread::sleep(Duration::from_millis(1));
        Ok((self.wrong)(&self.right))
    }

    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage::ZERO)
    }
}

#[test]
fn detects_dropped_doubled_swapped_or_reused_digests() {
    let _turn = turn_to_read();
    let wrongs: [(&str, WrongRun); 5] = [
        ("drops the last", |right| right[1..].to_vec()),
        ("drops the first", |right| right[..right.len() - 1].to_vec()),
        ("doubles one", |right| [&right[..1], right].concat()),
        ("swaps two", |right| {
            let mut digests = right.to_vec();
            digests.swap(0, 1);
            digests
        }),
        ("reuses one", |right| {
            let mut digests = right.to_vec();
            digests[1] = digests[0];
            digests
        }),
    ];
    let stage = stage();
    for (workload, batch) in batches(&stage, 24) {
        for (name, wrong) in wrongs {
            assert!(sample(&mut WrongModel { wrong, right: vec![] }, &batch).is_err(), "{workload} {name}");
        }
    }
}

#[test]
fn detects_digests_of_another_batch() {
    #[derive(Default)]
    struct Stale(Option<Vec<Digest>>);
    impl Started for Stale {
        fn prepare(&mut self, batch: &Batch) -> Result<()> {
            self.0.get_or_insert_with(|| batch.expected().to_vec());
            Ok(())
        }

        fn run(&mut self) -> Result<Vec<Digest>> {
            std::thread::sleep(Duration::from_millis(1));
            Ok(self.0.clone().unwrap_or_default())
        }
    }
    let stage = stage();
    for name in ["sleep", "hash", "primes", "mandelbrot"] {
        let catalog = Catalog::builtin();
        let workload = catalog.workload(Platform::Native, name).unwrap();
        let batch = |each| workload.batch(Size { jobs: 2, each }, &stage).unwrap();
        let mut stale = Stale::default();
        sample(&mut stale, &batch(workload.tiny.each)).unwrap();
        assert!(sample(&mut stale, &batch(workload.tiny.each * 2)).is_err(), "{name}");
    }
}

#[test]
fn detects_return_before_jobs_finish() {
    let _turn = turn_to_read();
    #[derive(Default)]
    struct Early(Vec<Digest>);
    impl Started for Early {
        fn prepare(&mut self, batch: &Batch) -> Result<()> {
            self.0 = batch.expected().to_vec();
            Ok(())
        }

        fn run(&mut self) -> Result<Vec<Digest>> {
            Ok(self.0.clone())
        }
    }
    let stage = stage();
    for name in ["sleep", "http", "cold-file", "save", "cake"] {
        // `batches` has already reported a batch that this machine can't measure.
        for (_, batch) in batches(&stage, 24).into_iter().filter(|(workload, _)| *workload == name) {
            assert!(sample(&mut Early::default(), &batch).is_err(), "{name}");
        }
    }
}

#[test]
fn traced_model_records_every_phase() {
    let _turn = turn_to_read();
    let stage = stage();
    let wanted = |name: &str| ["cake", "http", "warm-file"].contains(&name);
    for (workload, batch) in batches(&stage, 24).into_iter().filter(|(name, _)| wanted(name)) {
        for entry in built_in_models() {
            let mut performer = match entry.start_traced(&batch, &resources(2)) {
                Err(error) if is_mpi_lacking(&entry, &error) => {
                    eprintln!("skipped: {workload}, traced {}: {error:#}", entry.name);
                    continue;
                }
                started => started.unwrap(),
            };
            let performance = performer.perform(&batch).unwrap();
            let phases = |job: u32| {
                let spans = performance.spans.iter().filter(|span| span.job == job);
                let mut phases: Vec<_> = spans.map(|span| (span.start, span.phase)).collect();
                phases.sort_by_key(|(start, _)| *start);
                phases.into_iter().map(|(_, phase)| phase).collect::<Vec<_>>()
            };
            for job in 0..24 {
                assert_eq!(
                    phases(job),
                    [Phase::Wait, Phase::Compute],
                    "{workload}/{}: job {job}",
                    entry.name
                );
            }
        }
    }
}
