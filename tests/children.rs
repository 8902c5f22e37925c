//! Workers that die, hang or send invalid messages cause errors with a name, and are removed.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bakeoff::internals::engine::model::Resources;
use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::model::{Platform, models};
use bakeoff::internals::workload::Size;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;

mod shared;
use shared::running;

/// A program that is not a worker: a shell script.
fn script(folder: &Path, name: &str, body: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The error of `model` if its workers are `exe`.
fn complaint(model: &str, exe: &Path) -> String {
    let catalog = Catalog::builtin();
    let noop = catalog.workload(Platform::Native, "noop").unwrap();
    let stage = Arc::new(Stage::new(Path::new("unused"), Path::new("unused")));
    let batch = noop.batch(Size { jobs: 3, each: 1 }, &stage).unwrap();
    let entry = models().into_iter().find(|entry| entry.name == model).unwrap();
    let resources = Resources { deadline: Duration::from_millis(400), ..Resources::new(2, exe) };
    let outcome = entry.start(&batch, &resources).and_then(|mut model| sample(model.as_mut(), &batch));
    format!("{:#}", outcome.expect_err("a script is no worker"))
}

#[test]
fn broken_worker_is_reported_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    // What a worker writes first; a hello of version 7 is the frame 02 00 00 00, 00 07.
    let mark = r"printf '\012\000bakeoff\000\030\002\031\012'";
    let hello = format!(r"{mark}; printf '\002\000\000\000\000\007'");
    let cases = [
        ("dies", "exit 7".to_owned(), "exit status: 7"),
        ("dies-of-a-signal", "kill -9 $$".to_owned(), "signal: 9"),
        ("dies-after-hello", format!("{hello}; exit 3"), "exit status: 3"),
        ("complains", "echo no such device >&2; exit 1".to_owned(), "it wrote: no such device"),
        ("hangs", "exec sleep 1000".to_owned(), "gave no answer for 400ms"),
        ("hangs-after-hello", format!("{hello}; exec sleep 1000"), "gave no answer for 400ms"),
        (
            "talks",
            "echo Hello, I am a shell.; exec sleep 1000".to_owned(),
            "It printed: Hello, I am a shell.",
        ),
        ("talks-in-frames", format!("{mark}; echo Hello, I am a shell.; exec sleep 1000"), "no frame"),
        ("talks-before-hello", format!("echo Hello; {hello}; exit 3"), "exit status: 3"),
        (
            "speaks-another-version",
            format!(r"{mark}; printf '\002\000\000\000\000\143'; exec sleep 1000"),
            "version 99",
        ),
        (
            "stops-in-a-frame",
            format!(r"{mark}; printf '\377\000\000\000abc'; exec >&-; exec sleep 1000"),
            "in the middle of a frame",
        ),
        (
            "answers-another-question",
            format!(r"{hello}; printf '\005\000\000\000\003\000\000\000\000'; exec sleep 1000"),
            "to another question",
        ),
        ("floods", "while :; do echo flood flood flood >&2; done".to_owned(), "gave no answer for 400ms"),
    ];
    // All are written before any is run: a process started meanwhile would keep a script open for writing.
    let scripts: Vec<_> = cases.iter().map(|(name, body, _)| script(folder.path(), name, body)).collect();
    std::thread::scope(|scope| {
        for ((name, _, expected), exe) in cases.iter().zip(&scripts) {
            scope.spawn(move || {
                for (model, worker) in [("processes", "the process of job"), ("prefork", "prefork worker")] {
                    let complaint = complaint(model, exe);
                    assert!(complaint.contains(worker), "{name}, {model}: {complaint}");
                    assert!(complaint.contains(expected), "{name}, {model}: {complaint}");
                }
            });
        }
    });
    for model in ["processes", "prefork"] {
        let complaint = complaint(model, Path::new("/no/such/bakeoff"));
        // Folders are private: the text may stand in a recording.
        assert!(complaint.contains("cannot start bakeoff as"), "{complaint}");
        assert!(!complaint.contains("/no/such"), "{complaint}");
    }
    let left = running(folder.path().to_str().unwrap(), "cmdline");
    assert!(left.is_empty(), "still running: {left:?}");
}
