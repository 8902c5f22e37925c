//! Trace evidence does not depend on the name of a model.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bakeoff::internals::analysis::evidence::{Observation, properties};
use bakeoff::internals::machine::host;
use bakeoff::internals::model::{ModelEntry, models};
use bakeoff::internals::record::schema::EvidenceRecord;
use bakeoff::internals::study::evidence::{JobsOf, LOOKS, QUICK_LOOKS, evidence_record, gather};
use bakeoff::internals::study::run_environment::RunEnvironment;
use bakeoff::internals::workload::catalog::Catalog;

fn model(name: &str) -> ModelEntry {
    models().into_iter().find(|model| model.name == name).unwrap()
}

/// CPU time and threads are counted for the whole process, so that tests must not measure at once.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn only_gil_without_lock_is_parallel() {
    let _alone = alone();
    let exe = Path::new(env!("CARGO_BIN_EXE_bakeoff"));
    let with = RunEnvironment::new(&Catalog::builtin(), exe.into(), host::cores());
    let [locked, unlocked] = ["gil", "threads"]
        .map(|name| evidence_record(&with, &model(name), JobsOf::Cakes, LOOKS, &AtomicBool::new(false)));
    // Threads without a lock that call themselves `gil`.
    let unlocked = EvidenceRecord { model: "gil".into(), ..unlocked };
    let parallel = |evidence_record| properties(evidence_record).unwrap().parallel.0;
    // On one core, or beside other programs, both answers may be inconclusive; conclusive ones are right.
    assert_ne!(parallel(&locked), Observation::Yes);
    assert_ne!(parallel(&unlocked), Observation::No);
    if parallel(&locked) == Observation::No && host::cores() > 1 {
        assert_eq!(parallel(&unlocked), Observation::Yes);
    } else {
        eprintln!("skipped in part: this machine is too busy to show parallelism");
    }
    assert_eq!(properties(&unlocked).unwrap().concurrent.0, Observation::Yes);
}

#[test]
fn runtimes_resolve_names_on_threads() {
    let _alone = alone();
    let exe = Path::new(env!("CARGO_BIN_EXE_bakeoff"));
    let with = RunEnvironment::new(&Catalog::builtin(), exe.into(), host::cores());
    let models = ["threads", "tokio-one"].map(model);
    let mut records = gather(&with, &models, QUICK_LOOKS, &AtomicBool::new(false), |_, _| {});
    records.retain(|record| record.jobs == JobsOf::Names.name());
    let [of_tokio] = &records[..] else { panic!("names are asked of runtimes only: {records:?}") };
    assert_eq!(of_tokio.model, "tokio-one");
    if cfg!(target_os = "linux") {
        assert_eq!(properties(of_tokio).unwrap().threads.0, Observation::Yes);
    }
}
