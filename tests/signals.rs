//! The first signal stops a run that then saves what it has, in every command that measures; one that was ignored stays ignored.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;

/// Every command that measures and saves, with what makes it take longer than this test waits.
const MEASURING: &[&[&str]] = &[
    &["run", "^(sleep|hash)/"],
    &["sweep", "^(sleep|hash)/"],
    &["costs", "--quick"],
    &["evidence"],
    &["arrivals"],
    &["map"],
    &["story", "stall"],
    &["claims", "C1", "T3"],
    &["claims", "A1"],
];

/// Runs `args` with its output in `folder`, and sends `signal` after `wait`. `before` is a line of a shell that starts it.
fn stopped(args: &[&str], folder: &Path, before: &str, signal: &str, wait: Duration) -> Output {
    let out = if args[0] == "sweep" { "--into" } else { "--out" };
    let child = Command::new("/bin/sh")
        .args(["-c", &format!("{before} exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_bakeoff")])
        .args(args)
        .arg(out)
        .arg(folder.join("out"))
        .env("BAKEOFF_STAGE", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(wait);
    let kill = format!("kill -s {signal} {}", child.id());
    assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

/// The recordings that [`stopped`] has left; all files of that folder must be some.
fn recordings(folder: &Path) -> Vec<Recording> {
    let paths: Vec<PathBuf> =
        fs::read_dir(folder.join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.iter().map(|path| read(path).unwrap()).collect()
}

#[test]
fn first_signal_stops_and_saves_every_command() {
    for args in MEASURING {
        let folder = tempfile::tempdir().unwrap();
        let output = stopped(args, folder.path(), "", "INT", Duration::from_millis(2_500));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{args:?}: {stderr}");
        assert_eq!(stderr.matches("Ctrl-C again").count(), 1, "{args:?}: {stderr}");
        let recordings = recordings(folder.path());
        assert!(!recordings.is_empty(), "{args:?} has saved nothing");
        assert!(recordings.iter().all(|recording| recording.partial), "{args:?}");
    }
}

#[test]
fn ignored_signal_stays_ignored() {
    for (before, signal) in [("trap '' HUP;", "HUP"), ("trap '' INT;", "INT")] {
        let folder = tempfile::tempdir().unwrap();
        let args = ["run", "^noop/(sequential|threads)/", "--profile", "quick"];
        let output = stopped(&args, folder.path(), before, signal, Duration::from_millis(300));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(recordings(folder.path()).iter().all(|recording| !recording.partial));
    }
}
