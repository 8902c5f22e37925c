//! What becomes of a run whose processes of MPI, or what started them, are killed or were never together.
#![cfg(all(feature = "mpi", target_os = "linux"))]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::{self, sleep};
use std::time::Duration;

use bakeoff::internals::engine::error::Unavailable;
use bakeoff::internals::engine::model::Resources;
use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::machine::host;
use bakeoff::internals::model::{Platform, built_in_models};
use bakeoff::internals::workload::Size;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

mod shared;
use shared::running;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// Whether processes of MPI start here. One that may not be started by root says so.
fn mpi_starts() -> bool {
    let why = match Command::new("mpirun").args(["-n", "1", "true"]).output() {
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    eprintln!(
        "skipped: mpirun starts nothing here: {}",
        why.trim_matches(['-', '\n']).lines().next().unwrap()
    );
    false
}

/// The running processes that `parent` has started, the oldest first.
fn children(parent: u32) -> Vec<i32> {
    let mut found = Vec::new();
    for process in running(") ", "stat") {
        let (id, stat) = process.trim_start_matches("/proc/").split_once(": ").unwrap();
        // Behind the name, which may have spaces, stand the state and the parent.
        let parent_of_it = stat.rsplit(") ").next().unwrap().split(' ').nth(1).unwrap();
        if parent_of_it == parent.to_string() {
            found.push(id.parse().unwrap());
        }
    }
    found.sort_unstable();
    found
}

/// The process of `mpirun`, and its ranks, of which there are two.
fn mpirun_and_ranks(parent: u32) -> Option<[i32; 3]> {
    for mpirun in children(parent) {
        if let [first, last] = children(mpirun.unsigned_abs())[..] {
            return Some([mpirun, first, last]);
        }
    }
    None
}

fn is_there(process: i32) -> bool {
    Path::new("/proc").join(process.to_string()).join("exe").read_link().is_ok()
}

/// Looks every 20 ms, for ten seconds at the longest, whether it is there.
fn soon<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    (0..500).find_map(|_| {
        sleep(Duration::from_millis(20));
        look()
    })
}

/// Why jobs of seconds under MPI have failed, of whose processes one is killed in the middle: that of this number.
fn kill_in_the_middle(number: usize) -> anyhow::Error {
    let exe = Path::new(EXE);
    let stage = Arc::new(Stage::new(&Stage::default_place(), exe));
    let catalog = Catalog::builtin();
    let size = Size { jobs: 4, each: 3_000_000 };
    let batch = catalog.workload(Platform::Native, "sleep").unwrap().batch(size, &stage).unwrap();
    let entry = *built_in_models().iter().find(|model| model.name == "mpi").unwrap();
    let mut model = entry.start(&batch, &Resources::new(2, exe)).unwrap();
    let processes = mpirun_and_ranks(std::process::id()).unwrap();
    let run = thread::spawn(move || sample(model.as_mut(), &batch).unwrap_err());
    sleep(Duration::from_millis(300));
    kill(Pid::from_raw(processes[number]), Signal::SIGKILL).unwrap();
    let why = run.join().unwrap();
    let all_ended = soon(|| (!processes.iter().any(|process| is_there(*process))).then_some(()));
    assert!(all_ended.is_some(), "{number} of {processes:?} was killed");
    why
}

#[test]
fn killed_process_of_mpi_is_named_and_leaves_none() {
    if !mpi_starts() {
        return;
    }
    for (number, named) in
        [(0, "mpirun ended (signal: 9"), (1, "process rank 0 with PID"), (2, "process rank 1 with PID")]
    {
        let why = kill_in_the_middle(number);
        assert!(!why.is::<Unavailable>() && format!("{why:#}").contains(named), "{why:#}");
    }
}

#[test]
fn ranks_end_with_a_killed_study() {
    if !mpi_starts() {
        return;
    }
    let mut study = Command::new(EXE);
    study.args(["run", "^sleep/", "--quick", "--models", "+mpi", "--workers", "2", "--out"]);
    let folder = tempfile::tempdir().unwrap();
    let mut study = study.arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // The study starts a launch, and that mpirun.
    let mpi = soon(|| children(study.id()).iter().find_map(|launch| mpirun_and_ranks(launch.unsigned_abs())));
    let mpi = mpi.expect("MPI begins");
    study.kill().unwrap();
    study.wait().unwrap();
    let all_ended = soon(|| (!mpi.iter().any(|process| is_there(*process))).then_some(()));
    assert!(all_ended.is_some(), "{mpi:?}");
}

/// What `bakeoff run` says of the cells of MPI that `command` starts.
fn run_by(command: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Command::new(EXE);
    run.args(["run", "^noop/", "--quick", "--models", "+mpi", "--mpirun", command, "--out"])
        .arg(folder.path());
    let output = run.env("COLUMNS", "400").output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn ranks_that_are_not_together_are_not_measured() {
    if !mpi_starts() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("alone");
    fs::write(&alone, "#!/bin/sh\ncount=$2; shift 2; for i in $(seq $count); do \"$@\" & done; wait\n")
        .unwrap();
    fs::set_permissions(&alone, fs::Permissions::from_mode(0o755)).unwrap();
    let (code, said) = run_by(alone.to_str().unwrap());
    assert_eq!(code, Some(0), "{said}");
    // A single rank is as it should be.
    assert_eq!(said.contains("another MPI's mpirun has started them"), host::cores() > 1, "{said}");
}

#[test]
fn missing_mpirun_is_named() {
    let (code, said) = run_by("no-such-mpirun");
    assert!(code == Some(0) && said.contains("no-such-mpirun: there is no such program"), "{code:?}: {said}");
}

/// What a shell on the first of two hosts runs there: this program, on jobs that do nothing, under MPI on both.
const ON_TWO_HOSTS: &str =
    r#"exec "$0" run '^noop/' --quick --models sequential,+mpi --workers 2 --mpirun "$TWO_HOSTS" --out "$1""#;

#[test]
fn ranks_on_two_hosts_run_jobs() {
    if !mpi_starts() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/two-hosts");
    let mut two_hosts = Command::new(script);
    two_hosts.args(["sh", "-c", ON_TWO_HOSTS, EXE]).arg(folder.path());
    let output = two_hosts.env("COLUMNS", "400").output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if said.starts_with("skipped") || said.contains("attempt to run as root") {
        eprintln!("skipped: no MPI on two hosts: {}", said.lines().next().unwrap());
        return;
    }
    assert!(output.status.success() && !said.contains("Not measured"), "{said}");
    let recording = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let recording = fs::read_to_string(recording).unwrap();
    assert!(recording.contains("noop/mpi/cores") && recording.contains("--hostfile"), "{recording}");
}
