//! A user's own functions, through the command line of a program that has them: `examples/functions`.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::PathBuf;
use std::process::{Command, Output};

/// The example, which `cargo test` has built; alone: `cargo build --example functions`.
fn program() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_bakeoff")).parent().unwrap().join("examples");
    folder.join(format!("functions{}", std::env::consts::EXE_SUFFIX))
}

/// What the program with these functions prints for these words.
fn run(functions: &str, words: &[&str]) -> Output {
    Command::new(program()).args(words).env("FUNCTIONS", functions).env("COLUMNS", "400").output().unwrap()
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_model_gives_the_answers_of_a_function() {
    for functions in ["", "runtime", "moves", "reads", "nested", "prints"] {
        let output = run(functions, &["--test"]);
        let said = said(&output);
        assert!(
            output.status.success() && said.contains(" 0 failed, 0 not available"),
            "{functions}: {said}"
        );
    }
}

#[test]
fn wrong_functions_are_named() {
    for (functions, why) in [
        ("chance", "job 0 gave another answer when it ran again"),
        ("chance-in-inputs", "job 0 gave different answers in two processes"),
        ("order", "the same answers in another order"),
        ("panic", "job 7: panicked: seven is not my number"),
        ("panic-in-inputs", "making the inputs panicked: no disk"),
        ("error", "job 7: seven is not found"),
        ("unexpected", "job 0 does not give the expected answer"),
        ("memory", "it depends on earlier or other jobs"),
    ] {
        let output = run(functions, &["--test"]);
        let said = said(&output);
        assert!(output.status.code() == Some(3) && said.contains(why), "{functions}: {said}");
    }
}

#[test]
fn suites_that_can_not_be_measured_are_usage_errors() {
    for (functions, why) in [
        ("none", r#"the workload "none" has no inputs"#),
        ("twice", r#"two workloads have the name "sum""#),
        ("slash", r#"the workload "a/b" has '/' in its name"#),
        ("nameless", "a workload has an empty name"),
        ("empty", "the suite has no workload"),
    ] {
        let output = run(functions, &["--test"]);
        let said = said(&output);
        assert!(output.status.code() == Some(2) && said.contains(why), "{functions}: {said}");
    }
}

#[test]
fn test_runners_list_and_run_single_cells() {
    let list = said(&run("", &["--list", "--format", "terse"]));
    assert!(
        list.contains("sum/rayon/cores: benchmark") && list.contains("page/threads/jobs: benchmark"),
        "{list}"
    );
    assert_eq!(said(&run("", &["--list", "--format", "terse", "--ignored"])), "");
    let one = said(&run("", &["sum/rayon/cores", "--exact", "--nocapture"]));
    assert_eq!(one, "sum/rayon/cores ok 1 cells verified, 0 failed, 0 not available");
}

#[test]
fn one_cell_of_a_function_is_traced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.json");
    let output = run("", &["trace", "page/rayon/jobs", "--to", file.to_str().unwrap(), "--bench"]);
    assert!(output.status.success(), "{}", said(&output));
    let trace = std::fs::read_to_string(file).unwrap();
    assert!(trace.contains("job 23 waits") && trace.contains("job 23 computes"), "{trace}");
    let claims = run("", &["claims", "--bench"]);
    assert!(claims.status.code() == Some(2) && said(&claims).contains("tasks of bakeoff itself"));
}

#[test]
fn study_of_functions_is_saved_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = run("prints", &["--quick", "--out", out, "--bench"]);
    let said = said(&output);
    assert!(output.status.success() && said.contains("bytes before Suite::main"), "{said}");
    let recordings: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(recordings.len(), 1);
    let file = recordings[0].as_ref().unwrap().path();
    let report = run("prints", &["report", file.to_str().unwrap(), "--format", "csv", "--bench"]);
    let csv = String::from_utf8(report.stdout).unwrap();
    assert!(csv.contains("prints") && csv.contains("rayon"), "{csv}");
    let page = folder.path().join("page.html");
    let made = run("prints", &["report", file.to_str().unwrap(), "--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap_or_default();
    assert!(made.status.success() && page.contains("prints") && !page.contains("Is the post right?"));
}

#[test]
fn revision_of_a_function_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = run("", &["^sent/(sequential|rayon)/", "--quick", "--out", out, "--bench"]);
    assert!(output.status.success(), "{}", said(&output));
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let recording = bakeoff::internals::record::read::read(&file).unwrap();
    let workload = &recording.study.unwrap().workloads[0];
    assert_eq!((workload.name.as_str(), workload.revision, workload.jobs.get()), ("sent", Some(2), 24));
    assert!(workload.function.is_some_and(|facts| facts.shipping_ns.is_some()));
}
