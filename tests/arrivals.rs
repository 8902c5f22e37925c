//! Jobs that arrive over time, under every model.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::process::{Command, Output};

use bakeoff::internals::model::built_in_models;
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

fn arrivals(args: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(EXE);
    command.args(["arrivals", "--quick", "--launches", "1"]).args(args).arg("--out").arg(folder);
    command.env("COLUMNS", "1000").output().unwrap()
}

/// The only recording in `folder`.
fn recording(folder: &Path, said: &Output) -> Recording {
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = files.next().unwrap_or_else(|| panic!("no recording: {said:?}"));
    assert_eq!(files.next(), None);
    read(&file).unwrap()
}

/// Models that take whole batches alone.
const NOT_ARRIVING: [&str; 2] = ["chili", "mpi"];

#[test]
fn every_arriving_job_is_told_under_every_model() {
    let all: Vec<&str> = built_in_models().iter().map(|model| model.name).collect();
    for (workload, named) in [("hash", all.join(",")), ("service", "prefork,tokio-one".to_owned())] {
        let folder = tempfile::tempdir().unwrap();
        let said = arrivals(&[workload, "--load", "30", "--models", &named], folder.path());
        assert!(said.status.success(), "{said:?}");
        let arrivals = recording(folder.path(), &said).arrivals.unwrap();
        let launch = &arrivals.launches[0];
        assert!(launch.failure.is_none());
        for failure in &launch.failures {
            let model = NOT_ARRIVING
                .iter()
                .find(|model| failure.reason == format!("{model} takes no jobs that arrive"));
            assert!(failure.unavailable && model.is_some(), "{failure:?}");
        }
        let serving = arrivals.arms.len() - launch.failures.len();
        assert_eq!((launch.capacities.len(), launch.levels.len()), (serving, serving));
        for level in &launch.levels {
            let rate = level.jobs_per_1000_s.get() as f64 / 1e3;
            let due = arrivals.schedule.due_ns(rate, level.level_ns.get() as f64 / 1e9, level.seed);
            let done = level.latency_us.iter().flatten().count();
            let open = level.latency_us.iter().filter(|latency| latency.is_none()).count();
            assert_eq!(due.len(), done + open);
            assert_eq!((due.len(), due.len()), (level.late_us.len(), level.service_us.len()));
            for (latency, service) in level.latency_us.iter().zip(&level.service_us) {
                assert!(latency >= service, "a job is served after it is due: {latency:?}, {service:?}");
            }
        }
    }
}

#[test]
fn wrong_loads_and_schedules_are_refused() {
    for (args, why) in [
        (["hash", "--load", "0"], "0 is not in 1..=200"),
        (["hash", "--load", "201"], "201 is not in 1..=200"),
        (["hash", "--schedule", "bursts"], "invalid value 'bursts'"),
        (["hsh", "--load", "50"], "did you mean \"hash\"?"),
        (["hash", "--models", "ryon"], "did you mean \"rayon\"?"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let said = arrivals(&args, folder.path());
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.status.code() == Some(2) && text.contains(why), "{args:?}: {text}");
    }
}
