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
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

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

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Bakeoff,
    Mpirun,
    FirstRank,
    LastRank,
}

/// The processes with `mark` in their environment whose command line has `word`, the oldest first.
fn with_mark(mark: &str, word: &str) -> Vec<i32> {
    let mut found = Vec::new();
    for process in running(mark, "environ") {
        let id = process.split(':').next().unwrap().trim_start_matches("/proc/");
        let words = fs::read_to_string(Path::new("/proc").join(id).join("cmdline")).unwrap_or_default();
        if words.contains(word) {
            found.push(id.parse().unwrap());
        }
    }
    found.sort_unstable();
    found
}

/// The ranks: `mpirun` has their words too.
fn ranks(mark: &str) -> Vec<i32> {
    let mut ranks = with_mark(mark, "mpi-rank");
    ranks.retain(|rank| !with_mark(mark, "mpirun").contains(rank));
    ranks
}

/// Looks every 20 ms, for ten seconds at the longest, whether it is `true`.
fn soon(mut is_true: impl FnMut() -> bool) -> bool {
    (0..500).any(|_| {
        sleep(Duration::from_millis(20));
        is_true()
    })
}

/// Runs jobs under MPI, and kills `victim` in the middle of them.
fn kill_in_the_middle(victim: Victim) -> Output {
    let mark = format!("BAKEOFF_TEST_MARK=mpi-{victim:?}-{}", std::process::id());
    let (name, value) = mark.split_once('=').unwrap();
    let mut run = Command::new(EXE);
    run.args(["verify", "^sleep/mpi"]).env(name, value);
    let run = run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(
        soon(|| ranks(&mark).len() == bakeoff::internals::machine::host::cores()),
        "{victim:?}: no ranks"
    );
    // They take a while to begin, and the jobs take seconds.
    sleep(Duration::from_millis(1_000));
    let target = match victim {
        Victim::Bakeoff => i32::try_from(run.id()).unwrap(),
        Victim::Mpirun => with_mark(&mark, "mpirun")[0],
        Victim::FirstRank => ranks(&mark)[0],
        Victim::LastRank => *ranks(&mark).last().unwrap(),
    };
    kill(Pid::from_raw(target), Signal::SIGKILL).unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(soon(|| running(&mark, "environ").is_empty()), "{victim:?}: {:?}", running(&mark, "environ"));
    output
}

#[test]
fn killed_process_of_mpi_is_named_and_leaves_none() {
    if !mpi_starts() {
        return;
    }
    for victim in [Victim::Bakeoff, Victim::Mpirun, Victim::FirstRank, Victim::LastRank] {
        let output = kill_in_the_middle(victim);
        if victim == Victim::Bakeoff {
            continue;
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let words: Vec<&str> = said.split_whitespace().collect();
        assert_eq!(output.status.code(), Some(3), "{victim:?}: {said}");
        assert!(
            words.join(" ").contains("FAILED: mpirun ended (signal: 9") == (victim == Victim::Mpirun),
            "{said}"
        );
        assert!(words.join(" ").contains("signal"), "{victim:?}: {said}");
    }
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
    let is_alone = bakeoff::internals::machine::host::cores() > 1;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.contains("another MPI's mpirun has started them"), is_alone, "{said}");
}

#[test]
fn missing_mpirun_is_named() {
    let (code, said) = run_by("no-such-mpirun");
    assert!(code == Some(0) && said.contains("no-such-mpirun: there is no such program"), "{code:?}: {said}");
}
