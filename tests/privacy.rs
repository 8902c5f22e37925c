//! A recording names no folder, user or host, whatever has failed.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The name of the folder in which everything is: a user's, with a space.
const TELLING: &str = "Alice Quux";

/// A study of a copy of the program, with its files and its output in a telling folder.
fn studied(args: &[&str], folder: &Path, setup: &str) -> String {
    let home = folder.join(TELLING);
    for name in ["bin", "out", "tmp"] {
        fs::create_dir_all(home.join(name)).unwrap();
    }
    let program = home.join("bin/bakeoff");
    fs::copy(env!("CARGO_BIN_EXE_bakeoff"), &program).unwrap();
    let output = Command::new("/bin/sh")
        .args(["-c", &format!("{setup} exec \"$0\" \"$@\"")])
        .arg(&program)
        .args(args)
        .arg("--out")
        .arg(home.join("out"))
        .current_dir(&home)
        .envs([("HOME", &home), ("TMPDIR", &home.join("tmp")), ("BAKEOFF_STAGE", &home.join("tmp"))])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All texts of a document.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// Whether a word of `text` is an absolute path.
fn has_absolute_path(text: &str) -> bool {
    let begins = |word: &str| word.trim_start_matches(['"', '\'', '(', '=']).starts_with('/');
    text.split_whitespace().any(|word| begins(word) && !word.ends_with('/'))
}

#[test]
fn no_recording_names_folder_user_or_host() {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    // What fails or can't be measured, and how: few descriptors, no room for files, a folder that is none.
    let failing: &[(&[&str], &str)] = &[
        (&["run", "^(noop|http)/", "--profile", "quick"], "ulimit -n 40;"),
        (&["run", "^(save|noop)/sequential/", "--profile", "quick"], "rm -r tmp; : >tmp;"),
        (&["run", "^noop/(sequential|processes)/", "--profile", "quick"], "ulimit -f 64;"),
        (&["evidence", "--models", "threads,processes"], "rm -r tmp; : >tmp;"),
        (&["story", "downloads"], "ulimit -n 16;"),
        (&["costs", "--quick", "--models", "processes", "--most", "40"], "ulimit -n 60;"),
    ];
    let mut reasons = 0;
    for (args, setup) in failing {
        let folder = tempfile::tempdir().unwrap();
        let stderr = studied(args, folder.path(), setup);
        let out = folder.path().join(TELLING).join("out");
        let saved: Vec<PathBuf> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!saved.is_empty(), "{args:?}: {stderr}");
        for path in saved {
            let recording: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let mut found = Vec::new();
            texts(&recording, &mut found);
            for text in found {
                assert!(!text.contains("Quux") && !text.contains("Alice"), "{args:?}: {text}");
                assert!(!has_absolute_path(&text), "{args:?}: {text}");
                assert!(!text.contains(host.trim()) || host.trim().len() < 4, "{args:?}: {text}");
                reasons += usize::from(text.contains("cannot") || text.contains("os error"));
            }
        }
    }
    assert!(reasons > 4, "only {reasons} reasons: too little has failed");
}
