//! No process is left behind, however its parent ends.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use bakeoff::internals::engine::jobs::{Origin, Recipe};
use bakeoff::internals::workload::Size;

mod shared;
use shared::running;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

#[test]
fn no_process_outlives_killed_parent() {
    for (moment, cells) in
        [(0, "prefork"), (37, "processes"), (120, "^(http|hash)/(prefork|processes)"), (240, "^http")]
    {
        let mark = format!("BAKEOFF_TEST_MARK={}-{moment}", std::process::id());
        let (name, value) = mark.split_once('=').unwrap();
        let mut parent = Command::new(EXE);
        let mut parent =
            parent.args(["verify", cells]).env(name, value).stdout(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(moment));
        parent.kill().unwrap();
        parent.wait().unwrap();
        // A starting worker must first reach the point where it watches its parent.
        let gone = within_a_second(|| running(&mark, "environ").is_empty());
        assert!(gone, "a second after the kill at {moment} ms: {:?}", running(&mark, "environ"));
    }
}

/// A request for one job that sleeps for ten seconds, as a frame of the worker protocol.
fn ten_seconds_of_sleep() -> Vec<u8> {
    let size = Size { jobs: 1, each: 10_000_000 };
    let recipe = Recipe {
        origin: Origin { workload: "sleep".into(), size, fixture: (None, None) },
        range: 0..1,
        portable: None,
        traced: false,
    };
    // The first kind of request: the recipe, and which of its jobs to run.
    let request = postcard::to_stdvec(&(0_u32, Some(recipe), 0..1_usize)).unwrap();
    [&u32::try_from(request.len()).unwrap().to_le_bytes(), request.as_slice()].concat()
}

/// Waits for up to a second until `ended` returns true.
fn within_a_second(mut ended: impl FnMut() -> bool) -> bool {
    (0..20).any(|_| {
        sleep(Duration::from_millis(50));
        ended()
    })
}

#[test]
fn busy_worker_ends_when_pipe_closes() {
    let mut worker = Command::new(EXE)
        .args(["worker", &std::process::id().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut pipe = worker.stdin.take().unwrap();
    pipe.write_all(&ten_seconds_of_sleep()).unwrap();
    assert!(!within_a_second(|| worker.try_wait().unwrap().is_some()), "it works on its job");
    drop(pipe);
    let ended = within_a_second(|| worker.try_wait().unwrap().is_some());
    let _ = worker.kill();
    assert!(ended);
}

#[test]
fn worker_ends_with_parent_despite_open_pipe() {
    // The shell is the worker's parent; this test owns the pipe.
    let mut shell = Command::new("/bin/sh")
        .args(["-c", r#"exec 3<&0; "$0" worker $$ <&3 >/dev/null & echo $!; wait"#, EXE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pid = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut pid).unwrap();
    let mut pipe = shell.stdin.take().unwrap();
    pipe.write_all(&ten_seconds_of_sleep()).unwrap();
    sleep(Duration::from_millis(100));
    let is_there = || Path::new("/proc").join(pid.trim()).join("exe").read_link().is_ok();
    assert!(is_there(), "it works on its job");
    shell.kill().unwrap();
    shell.wait().unwrap();
    assert!(within_a_second(|| !is_there()));
    drop(pipe);
}
