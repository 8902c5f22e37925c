//! All models do the same work; deviations are detected.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bakeoff::internals::engine::batch::Batch;
use bakeoff::internals::engine::clock::Usage;
use bakeoff::internals::engine::digest::Digest;
use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::engine::trace::{Performer, Phase};
use bakeoff::internals::engine::work::Work;
use bakeoff::internals::model::{Model, Resources, models};
use bakeoff::internals::workload::fixture::stage::{Stage, Unavailable};
use bakeoff::internals::workload::{Job, Size, WORKLOADS, Workload};

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

fn stage() -> Arc<Stage> {
    let exe = Path::new(EXE);
    Arc::new(Stage::new(&Stage::default_place(exe), exe))
}

fn resources(workers: usize) -> Resources {
    Resources::new(workers, EXE.as_ref())
}

/// The batches of every workload at its tiny size with `jobs` jobs, and the workloads' names.
fn batches(stage: &Arc<Stage>, jobs: usize) -> Vec<(&'static str, Batch)> {
    let sized =
        |workload: &'static Workload| match Batch::new(workload, Size { jobs, ..workload.tiny }, stage) {
            Err(error) if error.is::<Unavailable>() => {
                eprintln!("skipped: {}: {error:#}", workload.name);
                None
            }
            batch => Some((workload.name, batch.expect("a tiny batch can be made"))),
        };
    WORKLOADS.iter().filter_map(sized).collect()
}

#[test]
fn all_models_return_the_same_digests() {
    let stage = stage();
    let batches: Vec<_> = [0, 1, 24, 25].into_iter().flat_map(|jobs| batches(&stage, jobs)).collect();
    for workers in [1, 2, 3, 7] {
        for entry in models() {
            let mut model = (entry.start)(&resources(workers)).unwrap();
            for (name, batch) in &batches {
                let jobs = batch.jobs().len();
                sample(model.as_mut(), batch).unwrap_or_else(|error| {
                    panic!("{jobs} jobs of {name}, {workers} {}: {error:#}", entry.name)
                });
            }
        }
    }
}

/// A model with a specific fault.
struct WrongModel(WrongRun);

type WrongRun = fn(&[Job]) -> Vec<Digest>;

impl Model for WrongModel {
    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        // Long enough for any job, so that the duration does not reveal the fault.
        std::thread::sleep(Duration::from_millis(1));
        Ok((self.0)(jobs))
    }

    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage::ZERO)
    }
}

fn right(jobs: &[Job]) -> Vec<Digest> {
    jobs.iter().map(Work::expected).collect()
}

#[test]
fn detects_dropped_doubled_swapped_or_reused_digests() {
    let wrongs: [(&str, WrongRun); 5] = [
        ("drops the last", |jobs| right(&jobs[1..])),
        ("drops the first", |jobs| right(&jobs[..jobs.len() - 1])),
        ("doubles one", |jobs| [right(&jobs[..1]), right(jobs)].concat()),
        ("swaps two", |jobs| {
            let mut digests = right(jobs);
            digests.swap(0, 1);
            digests
        }),
        ("reuses one", |jobs| {
            let mut digests = right(jobs);
            digests[1] = digests[0];
            digests
        }),
    ];
    let stage = stage();
    for (workload, batch) in batches(&stage, 24) {
        for (name, wrong) in wrongs {
            assert!(sample(&mut WrongModel(wrong), &batch).is_err(), "{workload} {name}");
        }
    }
}

#[test]
fn detects_digests_of_another_batch() {
    struct Stale(Option<Vec<Digest>>);
    impl Model for Stale {
        fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
            std::thread::sleep(Duration::from_millis(1));
            Ok(self.0.get_or_insert_with(|| right(jobs)).clone())
        }
    }
    let stage = stage();
    for name in ["sleep", "hash", "primes", "mandelbrot"] {
        let workload = WORKLOADS.iter().find(|workload| workload.name == name).unwrap();
        let batch = |each| Batch::new(workload, Size { jobs: 2, each }, &stage).unwrap();
        let mut stale = Stale(None);
        sample(&mut stale, &batch(workload.tiny.each)).unwrap();
        assert!(sample(&mut stale, &batch(workload.tiny.each * 2)).is_err(), "{name}");
    }
}

#[test]
fn detects_return_before_jobs_finish() {
    struct Early(Vec<Digest>);
    impl Model for Early {
        fn run(&mut self, _: &Arc<[Job]>) -> Result<Vec<Digest>> {
            Ok(self.0.clone())
        }
    }
    let stage = stage();
    for name in ["sleep", "http", "cold-file", "save", "cake"] {
        // `batches` has already reported a batch that this machine can't measure.
        for (_, batch) in batches(&stage, 24).into_iter().filter(|(workload, _)| *workload == name) {
            assert!(sample(&mut Early(right(batch.jobs())), &batch).is_err(), "{name}");
        }
    }
}

#[test]
fn traced_model_records_every_phase() {
    let stage = stage();
    let wanted = |name: &str| ["cake", "http", "warm-file"].contains(&name);
    for (workload, batch) in batches(&stage, 24).into_iter().filter(|(name, _)| wanted(name)) {
        for entry in models() {
            let mut performer = Performer::start(&entry, &resources(2)).unwrap();
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
