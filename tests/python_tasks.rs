//! A user's function in Python, through the command line: `run --python --task module:function --inputs module:list`.
#![cfg(unix)]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::path::Path;
use std::process::{Command, Output};

use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Kind;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// A module of functions, the right ones and the wrong ones.
const MODULE: &str = r#"
import asyncio, multiprocessing, os, random, sys, time

numbers = list(range(24))
calls = 0

def pure(n):
    return sum(k * k % 7 for k in range(2_000 + n))

async def waits(n):
    await asyncio.sleep(0.002)
    return n

def blocks(n):
    time.sleep(0.002)
    return n

def prints(n):
    print("job", n)
    return sys.stdin.read(), bytes([n]), {"half": n / 2}

is_worker = multiprocessing.parent_process() is not None
began = "began-%d" % os.getppid()
late = is_worker and os.path.exists(began)

def loaded_in_time(n):
    if late:
        raise RuntimeError("a worker has loaded it while others ran jobs")
    if is_worker:
        open(began, "w").close()
    return n

def at_random(n):
    return random.random()

def remembers(n):
    global calls
    calls += 1
    return calls if calls > 48 else n

def fails(n):
    if n == 7:
        raise ValueError("seven is not my number")
    return n

def gives_a_set(n):
    return {"a", n}

def gives_nan(n):
    return [float("nan")]

def unpicklable(n):
    return lambda: n

def many():
    return range_of(100_001)

def large():
    return [bytes(1 << 26)] * 17

def range_of(count):
    return list(range(count))

sizes = {"small": numbers, "large": numbers}
unnamed = {7: numbers}

def of_a_set():
    return list({str(n) for n in range(50)})

def name(s):
    return s

empty = []
seven = 7
"#;

/// The newest interpreter of this machine; tells if there is none.
fn python() -> Option<&'static Path> {
    let found = find(&InterpreterChoice::Newest).into_iter().find(|it| it.facts.is_ok());
    if found.is_none() {
        eprintln!("skipped: no python3 on this machine");
    }
    found.map(|it| it.path.as_path())
}

/// What a study of this function prints, whose recording is in `folder`.
fn run(python: &Path, folder: &Path, task: &str, inputs: &str, more: &[&str]) -> Output {
    // The worker has files of these names, too.
    for name in ["mine", "jobs", "pool"] {
        std::fs::write(folder.join(name).with_extension("py"), MODULE).unwrap();
    }
    let mut command = Command::new(EXE);
    command.arg("run").arg(format!("--python={}", python.display()));
    command.args(["--quick", "--task", task, "--inputs", inputs]).args(more);
    command.args(["--out", "recordings"]).current_dir(folder).env("COLUMNS", "1000").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

#[test]
fn functions_in_python_run_under_every_model() {
    let Some(python) = python() else { return };
    for (task, kind, models) in [
        ("mine:pure", Kind::Computes, ""),
        ("mine:waits", Kind::Waits, "py-threading,py-asyncio"),
        ("jobs:blocks", Kind::Waits, "py-asyncio"),
        ("pool:prints", Kind::Computes, "py-processpool"),
        ("mine:loaded_in_time", Kind::Computes, "py-multiprocessing"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let more: &[&str] = if models.is_empty() { &[] } else { &["--models", models] };
        let output = run(python, folder.path(), task, "mine:numbers", more);
        assert!(output.status.success(), "{task}: {}", said(&output));
        let file = std::fs::read_dir(folder.path().join("recordings")).unwrap().next().unwrap();
        let recording = read(&file.unwrap().path()).unwrap();
        let study = recording.study.unwrap();
        let row = &study.workloads[0];
        assert!(recording.of_user && row.jobs.get() == 24 && study.workloads.len() == 1, "{row:?}");
        assert_eq!(row.function.unwrap().asynchronous, task == "mine:waits");
        // Very short jobs may be taken for either.
        let is_short = ["pool:prints", "mine:loaded_in_time"].contains(&task);
        assert!(row.kind == kind || is_short, "{task}: {:?}", row.kind);
        for launch in &study.launches {
            assert!(launch.failure.is_none() && launch.rounds[0].failures.is_empty(), "{task}: {launch:?}");
        }
    }
}

#[test]
fn wrong_functions_in_python_are_named() {
    let Some(python) = python() else { return };
    for (task, inputs, code, why) in [
        ("mine:at_random", "mine:numbers", 3, "job 0 gave another answer when it ran again"),
        ("mine:remembers", "mine:numbers", 3, "it depends on earlier or other jobs"),
        ("mine:fails", "mine:numbers", 3, "job 7: ValueError: seven is not my number"),
        ("mine:gives_a_set", "mine:numbers", 3, "the answer of job 0 can't be compared: it has a set"),
        ("mine:gives_nan", "mine:numbers", 3, "the answer of job 0 can't be compared: it has NaN"),
        ("mine:unpicklable", "mine:numbers", 3, "the answer of job 0 can't be compared"),
        ("mine:name", "mine:of_a_set", 3, "the same answers in another order"),
        ("mine:pure", "mine:empty", 2, "mine:empty is an empty list"),
        ("mine:pure", "mine:many", 2, "mine:many has 100001 inputs, and 100000 is the most"),
        ("mine:pure", "mine:large", 2, "mine:large takes more than 1 GiB"),
        ("mine:pure", "mine:seven", 2, "TypeError: mine:seven is no list, but int"),
        ("mine:nothing", "mine:numbers", 2, "AttributeError: module 'mine' has no attribute 'nothing'"),
        ("other:pure", "mine:numbers", 2, "ModuleNotFoundError: No module named 'other'"),
        ("mine", "mine:numbers", 2, "--task \"mine\" is no `module:name`"),
        ("mine:pure", "mine:numbers", 2, "--path nowhere is no folder"),
        ("mine:pure", "mine:numbers", 2, "a size of mine:unnamed is no string"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path: &[&str] = match why {
            _ if why.contains("nowhere") => &["--path", "nowhere"],
            _ if inputs.contains("large") => &["--ship"],
            _ if why.contains("size") => &["--sizes", "mine:unnamed"],
            _ => &[],
        };
        let more = [path, &["--models", "py-loop,py-threading"]].concat();
        let output = run(python, folder.path(), task, inputs, &more);
        let said = said(&output);
        assert!(output.status.code() == Some(code) && said.contains(why), "{task}: {code}: {said}");
    }
}

#[test]
fn inputs_are_sent_and_jobs_limited() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let more = ["--ship", "--jobs-at-once", "3", "--models", "py-threading,py-processpool"];
    let output = run(python, folder.path(), "mine:blocks", "mine:numbers", &more);
    assert!(output.status.success(), "{}", said(&output));
    let file = std::fs::read_dir(folder.path().join("recordings")).unwrap().next().unwrap();
    let study = read(&file.unwrap().path()).unwrap().study.unwrap();
    assert!(study.arms.iter().all(|arm| arm.in_flight.get() <= 3), "{:?}", study.arms);
    assert_eq!(study.workloads[0].function.unwrap().at_most.map(u64::from), Some(3));
}

#[test]
fn sizes_of_jobs_are_measured_beside_function() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let more = ["--sizes", "mine:sizes", "--models", "py-multiprocessing"];
    let output = run(python, folder.path(), "mine:pure", "mine:numbers", &more);
    let said = said(&output);
    assert!(output.status.success() && said.contains("processes pay"), "{said}");
    let file = std::fs::read_dir(folder.path().join("recordings")).unwrap().next().unwrap();
    let recording = read(&file.unwrap().path()).unwrap();
    assert_eq!(recording.study.unwrap().workloads.len(), 1);
    let sizes = &recording.costs.unwrap().sizes[0];
    let names: Vec<&str> = sizes.study.workloads.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["pure-small", "pure-large"]);
}

#[test]
fn worked_example_has_three_right_functions() {
    let Some(python) = python() else { return };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python");
    for (task, inputs) in [("primes", "ranges"), ("sha256", "blocks"), ("wait", "pauses")] {
        let folder = tempfile::tempdir().unwrap();
        let (task, inputs) = (format!("tasks:{task}"), format!("tasks:{inputs}"));
        let more = ["--path", example.to_str().unwrap(), "--models", "py-loop", "--jobs", "4"];
        let output = run(python, folder.path(), &task, &inputs, &more);
        assert!(output.status.success(), "{task}: {}", said(&output));
    }
}
