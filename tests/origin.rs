//! What a recording says of its origin is what measured.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;

/// Starts a study by a copy of the program in `folder`, and does `meanwhile` to the copy while it runs. Returns the study's recording.
fn studied(folder: &Path, meanwhile: impl FnOnce(&Path)) -> Recording {
    let program = folder.join("bakeoff");
    fs::copy(env!("CARGO_BIN_EXE_bakeoff"), &program).unwrap();
    let out = folder.join("out");
    let mut study = Command::new(&program)
        .args(["run", "^noop/(sequential|processes|rayon)/", "--profile", "quick", "--out"])
        .arg(&out)
        .env("BAKEOFF_STAGE", folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !out.exists() {
        sleep(Duration::from_millis(10));
    }
    meanwhile(&program);
    assert!(study.wait().unwrap().success());
    let mut saved = fs::read_dir(&out).unwrap();
    read(&saved.next().unwrap().unwrap().path()).unwrap()
}

#[test]
fn study_runs_the_program_that_began() {
    let folder = tempfile::tempdir().unwrap();
    let removed = studied(folder.path(), |program| fs::remove_file(program).unwrap());
    assert!(failures(&removed).is_empty(), "{:?}", failures(&removed));

    let folder = tempfile::tempdir().unwrap();
    let swapped = studied(folder.path(), |program| {
        let script = folder.path().join("script");
        fs::write(&script, format!("#!/bin/sh\ntouch {}/swapped\n", folder.path().display())).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(&script, program).unwrap();
    });
    assert!(failures(&swapped).is_empty(), "{:?}", failures(&swapped));
    assert!(!folder.path().join("swapped").exists(), "another program was started");
}

/// The failures of all launches.
fn failures(recording: &Recording) -> Vec<&str> {
    let launches = &recording.study.as_ref().unwrap().launches;
    assert!(!launches.is_empty());
    launches.iter().filter_map(|launch| launch.failure.as_deref()).collect()
}
