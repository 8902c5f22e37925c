//! Tasks: work that is made of the names in `bakeoff::work`, the built-in workloads among them. Their programs are
//! `examples/builtin` and `examples/functions`.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bakeoff::Suite;
use bakeoff::internals::model::Platform;

/// An example, which `cargo test` has built; alone: `cargo build --example NAME`.
fn example(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_bakeoff")).parent().unwrap().join("examples");
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// What the program with this task prints for these words.
fn run(task: &str, words: &[&str]) -> Output {
    let mut program = Command::new(example("functions"));
    program.args(words).env("FUNCTIONS", task).env("COLUMNS", "400").output().unwrap()
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn builtin_workloads_are_made_of_public_names() {
    let output = Command::new(example("builtin")).arg("--test").env("COLUMNS", "400").output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let mut seen = BTreeSet::new();
    for line in text.lines().filter(|line| line.contains('/')) {
        let mut words = line.split_whitespace();
        let (id, result) = (words.next().unwrap(), words.collect::<Vec<_>>().join(" "));
        if let Some(why) = result.strip_prefix("not available: ") {
            eprintln!("skipped: {id}, {why}");
        } else {
            assert_eq!(result, "ok", "{id}");
        }
        seen.insert(id.split('/').next().unwrap().to_owned());
    }
    let (suite, platform) = (Suite::builtin(), Platform::Native);
    let builtin = suite.catalog().workloads(platform).iter().map(|row| row.name.to_owned());
    assert_eq!(seen, builtin.collect());
    assert!(output.status.success() && text.contains(" cells verified, 0 failed"), "{}", said(&output));
}

#[test]
fn every_model_runs_a_task_with_files() {
    for words in [&["--test"][..], &["verify"]] {
        let output = run("task", words);
        let said = said(&output);
        let is_whole = said.contains("write/processes/jobs ok") && said.contains("write/prefork/cores ok");
        // Root may not start MPI unless a user says so.
        let refused = said.matches("write/mpi/cores not available: ").count();
        let told = format!(" 0 failed, {refused} not available");
        assert!(output.status.success() && is_whole && said.contains(&told), "{said}");
    }
}

#[test]
fn suite_of_tasks_is_asked_as_one_of_functions() {
    let list = said(&run("task", &["--list", "--format", "terse"]));
    assert!(list.contains("write/rayon/jobs: benchmark"), "{list}");
    let one = said(&run("task", &["write/rayon/cores", "--exact"]));
    assert_eq!(one, "write/rayon/cores ok 1 cells verified, 0 failed, 0 not available");
    let claims = run("task", &["claims", "--bench"]);
    assert!(claims.status.code() == Some(2) && said(&claims).contains("tasks of bakeoff itself"));
}

#[test]
fn wrong_tasks_are_named() {
    for (task, code, why) in [
        ("task-setup-panics", 3, "FAILED: making the jobs panicked: no room"),
        ("task-job-panics", 3, "FAILED: making the jobs panicked: there is no such number"),
        ("task-expected-panics", 3, "FAILED: job 0: panicked: nobody knows"),
        ("task-run-panics", 3, "write/crossbeam/jobs FAILED: job 7: panicked: seven is not my number"),
        ("task-run-fails", 3, "seven is not found"),
        ("task-wrong-digest", 3, "job 7 returned the digest"),
        ("task-wrong-digest", 3, ": as it was meant to be"),
        ("task-writes-nothing", 3, r#"has "" in it"#),
        ("task-unavailable", 0, "not available: this machine has no printer"),
        ("task-no-jobs", 2, r#"the workload "write" has a size of 0 jobs"#),
    ] {
        let output = run(task, &["--test"]);
        let said = said(&output);
        assert!(output.status.code() == Some(code) && said.contains(why), "{task}: {said}");
        assert!(!said.contains("/cores ok") && !said.contains("/jobs ok"), "{task}: {said}");
    }
}

#[test]
fn study_of_a_task_is_saved_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = run("task", &["/(sequential|threads|prefork)/", "--quick", "--out", out, "--bench"]);
    assert!(output.status.success(), "{}", said(&output));
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let recording = bakeoff::internals::record::read::read(&file).unwrap();
    let study = recording.study.unwrap();
    assert_eq!((study.workloads[0].name.as_str(), study.workloads[0].revision), ("write", Some(3)));
    assert!(study.workloads[0].function.is_none());
    let page = folder.path().join("page.html");
    let made = run("task", &["report", file.to_str().unwrap(), "--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap_or_default();
    assert!(made.status.success() && page.contains("write") && !page.contains("Is the post right?"));
}

/// The names that a user's code can have: those at the root, and those in `bakeoff::work`. At most 30.
const PUBLIC: [&str; 18] = [
    "ByAnswer",
    "ByItself",
    "Comparable",
    "Context",
    "Suite",
    "Workload",
    "work",
    "work::Digest",
    "work::Fork",
    "work::Kind",
    "work::Reads",
    "work::Size",
    "work::Stage",
    "work::Task",
    "work::Unavailable",
    "work::Work",
    "work::pseudorandom_bytes",
    "work::sampled_checksum",
];

/// The names that the file declares or exports as public, each after `prefix`; what is hidden is none.
fn public_names(file: &str, prefix: &str, names: &mut BTreeSet<String>) {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)).unwrap();
    let text = text.split("#[doc(hidden)]\npub mod").next().unwrap();
    let public = regex::Regex::new(
        r"(?m)^pub (use|mod|struct|enum|trait|fn|type|const|static) ([^;({<=]*)(\{[^}]*\})?",
    )
    .unwrap();
    for item in public.captures_iter(text) {
        let path = item[2].trim();
        let last = path.rsplit("::").next().unwrap();
        let group = item.get(3).filter(|_| &item[1] == "use");
        let listed = group.map_or(last, |group| group.as_str().trim_matches(['{', '}']));
        for name in listed.split(',') {
            names.insert(format!("{prefix}{}", name.trim()));
        }
    }
}

/// Whether the documentation of an item `name` has a test, in some file under `folder`.
fn has_doc_test(folder: &Path, name: &str) -> bool {
    let item = regex::Regex::new(&format!(r"(?m)^pub (struct|enum|trait|fn) {name}\b")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if has_doc_test(&path, name) {
                return true;
            }
            continue;
        }
        let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap_or_default();
        if let Some(found) = item.find(&text) {
            // Nothing is empty between an item and the first line about it.
            let about = text[..found.start()].rsplit("\n\n").next().unwrap();
            if about.contains("/// ```") {
                return true;
            }
        }
    }
    false
}

#[test]
fn public_names_are_these_and_have_doc_tests() {
    let mut names = BTreeSet::new();
    public_names("lib.rs", "", &mut names);
    public_names("work.rs", "work::", &mut names);
    assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), PUBLIC);
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for name in PUBLIC.iter().filter(|name| **name != "work") {
        let plain = name.strip_prefix("work::").unwrap_or(name);
        assert!(has_doc_test(&src, plain), "{name} has no doc test");
    }
}
