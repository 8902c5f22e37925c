//! A user's own functions, through the command line of a program that has them: `examples/functions`.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::PathBuf;
use std::process::{Command, Output};

use bakeoff::internals::model::built_in_models;
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;

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
    for functions in ["", "runtime", "moves", "reads", "nested", "prints", "limited"] {
        let output = run(functions, &["--test"]);
        let said = said(&output);
        assert!(
            output.status.success() && said.contains(" 0 failed, 0 not available"),
            "{functions}: {said}"
        );
    }
}

#[test]
fn async_forms_of_users_need_tokio() {
    for model in ["compio", "smol"] {
        if !built_in_models().iter().any(|built_in| built_in.name == model) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        let said =
            said(&run("", &["sleep", "--models", &format!("+{model}"), "--quick", "--out", out, "--bench"]));
        assert!(
            said.contains(&format!("Not measured: {model} (in the warm-up: its async form needs tokio)")),
            "{said}"
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
        ("no-job-at-once", "allows at most 0 jobs at once"),
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
    for id in ["late/rayon/cores", "late/rayon/jobs"] {
        let output = run("late", &[id, "--exact"]);
        let said = said(&output);
        assert!(
            output.status.code() == Some(3) && said.contains("job 7: seven does not come"),
            "{id}: {said}"
        );
    }
    assert!(run("late", &["other"]).status.success());
}

#[test]
fn one_cell_of_a_function_is_traced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.json");
    let output = run("", &["trace", "page/rayon/jobs", "--to", file.to_str().unwrap(), "--bench"]);
    assert!(output.status.success(), "{}", said(&output));
    let trace = std::fs::read_to_string(file).unwrap();
    assert!(trace.contains("job 23 waits") && trace.contains("job 23 computes"), "{trace}");
    for command in ["claims", "story"] {
        let output = run("", &[command, "--bench"]);
        assert!(output.status.code() == Some(2) && said(&output).contains("tasks of bakeoff itself"));
    }
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

/// The recording that these words make.
fn recorded(functions: &str, words: &[&str]) -> Recording {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = run(functions, &[words, &["--out", out, "--bench"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    read(&file).unwrap()
}

#[test]
fn cells_of_isolated_function_share_no_process() {
    let recording = recorded("isolated", &["^isolated/(sequential|rayon)/", "--quick"]);
    let study = recording.study.unwrap();
    assert!(study.workloads[0].function.unwrap().isolated);
    for launch in &study.launches {
        assert_eq!(launch.failure, None);
        for round in &launch.rounds {
            assert_eq!((round.samples.len(), &*round.failures), (study.arms.len(), &[][..]));
        }
    }
    let shared = run("isolated", &["--test"]);
    assert!(shared.status.code() == Some(3) && said(&shared).contains("two models have run in this process"));
}

#[test]
fn jobs_at_once_of_a_function_are_recorded() {
    let study = recorded("limited", &["/(sequential|threads|tokio-many)/", "--quick"]).study.unwrap();
    let at_once: Vec<u64> = study.arms.iter().map(|arm| arm.in_flight.get()).collect();
    // Copies of a function that allows one job at once show no capacity.
    assert_eq!(at_once, [1, 3, 3, 1, 1, 1]);
}

#[test]
fn costs_tell_break_even_sizes_of_a_function() {
    let costs = recorded("sized", &["costs", "--models", "rayon"]).costs.unwrap();
    let sizes = &costs.sizes[0];
    assert_eq!((sizes.series.as_str(), costs.sizes.len()), ("sized", 1));
    let names: Vec<&str> = sizes.study.workloads.iter().map(|workload| workload.name.as_str()).collect();
    assert_eq!(names, ["sized-10", "sized-100000"]);
    assert!(costs.probes.iter().all(|probe| probe.question == "start sized" && probe.failure.is_none()));
    assert_eq!(costs.probes.len(), 12, "six passes over the baseline and rayon");
}

#[test]
fn evidence_is_about_the_functions_of_a_suite() {
    let evidence = recorded("", &["evidence", "--models", "rayon"]).evidence.unwrap();
    let jobs: Vec<&str> = evidence.iter().map(|record| record.jobs.as_str()).collect();
    assert_eq!(jobs, ["sum", "sleep", "sent", "page"]);
    assert!(evidence.iter().all(|record| record.of_user && record.unavailable.is_none()));
}

#[test]
fn calls_of_functions_arrive_over_time() {
    let models = "sequential,rayon,prefork,tokio-many";
    let args = ["arrivals", "sum", "sleep", "--quick", "--launches", "1", "--load", "30", "--models", models];
    let arrivals = recorded("", &args).arrivals.unwrap();
    assert_eq!(arrivals.launches.len(), 2);
    for launch in &arrivals.launches {
        assert!(launch.failure.is_none() && launch.failures.is_empty(), "{launch:?}");
        assert_eq!(launch.levels.len(), 4);
    }
}

#[test]
fn costs_and_evidence_are_about_tasks_too() {
    let costs = recorded("task", &["costs", "--quick", "--models", "prefork"]);
    let probes = costs.costs.unwrap().probes;
    assert!(costs.of_user && probes.iter().all(|it| it.question == "start write" && it.failure.is_none()));
    assert_eq!(probes.len(), 2, "of the baseline and of prefork");
    let evidence = recorded("task", &["evidence", "--models", "prefork"]).evidence.unwrap();
    assert!(evidence.len() == 1 && evidence[0].jobs == "write" && evidence[0].unavailable.is_none());
}

#[test]
fn revision_of_a_function_is_recorded() {
    let recording = recorded("", &["^sent/(sequential|rayon)/", "--quick"]);
    let workload = &recording.study.unwrap().workloads[0];
    assert_eq!((workload.name.as_str(), workload.revision, workload.jobs.get()), ("sent", Some(2), 24));
    assert!(workload.function.is_some_and(|facts| facts.shipping_ns.is_some()));
}
