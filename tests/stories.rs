//! Stories and claims, as requested by users.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::process::{Command, Stdio};

use bakeoff::internals::post::story::STORIES;
use bakeoff::internals::record::read::read;

fn bakeoff(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bakeoff"))
        .args(args)
        .env("COLUMNS", "200")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    let mut files = std::fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    file
}

#[test]
fn invalid_usage_suggests_alternatives() {
    for (args, word) in [
        (&["story", "fairy-tale"][..], "cook-eat"),
        (&["story", "cakes", "--boards", "3"], "chess"),
        (&["story", "chess", "--boards", "0"], "64"),
        (&["story", "chess", "--boards", "65"], "64"),
        (&["story", "chess", "--scale", "0.019"], "0.02"),
        (&["story", "chess", "--scale", "nan"], "0.02"),
        (&["story", "chess", "--model", "goroutines"], "tokio-one"),
        (&["claims", "Z1"], "A13"),
        (&["claims", "G1"], "--from"),
        (&["evidence", "--models", "goroutines"], "tokio-one"),
    ] {
        let (code, out, err) = bakeoff(args);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert!(err.contains(word), "{args:?}: {err}");
    }
}

#[test]
fn every_story_is_listed() {
    let (code, out, _) = bakeoff(&["story"]);
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code, Some(0));
    for story in STORIES {
        assert!(out.contains(story.name()) && out.contains(story.about()), "{}", story.name());
    }
}

#[test]
fn story_is_saved_traced_and_judged() {
    let folder = tempfile::tempdir().unwrap();
    let (out, trace) = (folder.path().join("out"), folder.path().join("trace.json"));
    let exhibition = ["story", "chess", "--scale", "0.05", "--model", "threads,prefork", "--boards", "3"];
    let options = ["--out", out.to_str().unwrap(), "--trace", trace.to_str().unwrap()];
    let (code, text, err) = bakeoff(&[&exhibition[..], &options].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(text.starts_with("3 boards: ") && text.contains("; predicted: 30 min 10 s."), "{text}");
    assert!(text.contains("1,810 s") && text.contains("30 x (5 + 55) s + 2 x 5 s"), "{text}");
    assert!(text.contains("in each process there is another exhibitor"), "{text}");
    let trace: serde_json::Value = serde_json::from_slice(&std::fs::read(trace).unwrap()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["ph"] == "X").count(), 3 * 60);
    let file = only_file(&out);
    let story_runs = read(&file).unwrap().stories.unwrap();
    assert_eq!(story_runs[0].acts[0].figures["computes"], 90);
    assert_eq!(story_runs[0].acts.len(), 3, "three plays");
    assert!(text.contains("plays") && text.contains(" .. "), "{text}");
    let (code, text, _) = bakeoff(&["claims", "--from", file.to_str().unwrap(), "C7"]);
    assert_eq!(code, Some(0));
    assert!(
        text.contains("C7: not measured here"),
        "another exhibition than the post's decides nothing: {text}"
    );
}

#[test]
fn unwritable_trace_keeps_the_numbers() {
    if !Path::new("/dev/full").exists() {
        eprintln!("skipped: no device that is always full");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let (code, text, err) = bakeoff(&["story", "downloads", "--trace", "/dev/full", "--out", out]);
    assert_eq!(code, Some(5), "{err}");
    assert!(text.contains("body=download") && err.contains("/dev/full"), "{text}{err}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the recording is saved all the same");
}

#[test]
fn claims_rejects_invalid_recordings_with_exit_4() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (code, _, err) = bakeoff(&["claims", "--from", file.path().to_str().unwrap()]);
    assert_eq!(code, Some(4));
    assert!(err.contains(file.path().to_str().unwrap()), "{err}");
}

#[test]
fn claims_say_where_files_belong() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let (code, _, err) = bakeoff(&["claims", "--from", path, path, "C1"]);
    assert!(code == Some(2) && err.contains(&format!("--from {path}")), "{err}");
    let (code, _, err) = bakeoff(&["claims", "--from", path, "--python=3.9"]);
    assert!(code == Some(2) && err.contains("cannot be used with"), "{err}");
}
