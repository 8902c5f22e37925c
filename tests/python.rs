//! CPython's models do the same work as Rust's, and failing interpreters give a reason in a row, and are
//! removed.
#![cfg(unix)]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bakeoff::internals::engine::batch::Batch;
use bakeoff::internals::engine::error::Unavailable;
use bakeoff::internals::engine::model::Resources;
use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::engine::trace::Phase;
use bakeoff::internals::model::cpython::{Interpreter, InterpreterChoice, find};
use bakeoff::internals::model::{MadeOf, Platform};
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Role;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;
use bakeoff::internals::workload::script::{self, Action, Script};
use bakeoff::internals::workload::{Size, Workload};

mod shared;
use shared::running;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// The interpreters of this machine; reports if there are none.
fn interpreters() -> Vec<&'static Interpreter> {
    let found: Vec<_> = find(&InterpreterChoice::All).into_iter().filter(|it| it.facts.is_ok()).collect();
    if found.is_empty() {
        eprintln!("skipped: no python3 on this machine");
    }
    found
}

fn stage() -> Arc<Stage> {
    Arc::new(Stage::new(&Stage::default_place(), Path::new(EXE)))
}

fn batch(workload: &Workload, jobs: usize, stage: &Arc<Stage>) -> Option<Batch> {
    match workload.batch(Size { jobs, ..workload.tiny }, stage) {
        Err(error) if error.is::<Unavailable>() => {
            eprintln!("skipped: {}: {error:#}", workload.name);
            None
        }
        batch => Some(batch.unwrap()),
    }
}

#[test]
fn python_models_return_the_native_digests() {
    let stage = stage();
    for platform in interpreters().into_iter().map(Platform::Python) {
        for entry in platform.models().iter().filter(|entry| entry.unavailable.is_none()) {
            for workload in Catalog::builtin().workloads(platform) {
                let batches: Vec<Batch> =
                    [0, 1, 24].into_iter().filter_map(|jobs| batch(workload, jobs, &stage)).collect();
                let Some(first) = batches.first() else { continue };
                let mut model = entry.start(first, &entry.resources(3, EXE.as_ref())).unwrap();
                for batch in batches {
                    sample(model.as_mut(), &batch).unwrap_or_else(|error| {
                        let jobs = batch.expected().len();
                        panic!("{jobs} jobs of {} under {}: {error:#}", workload.name, entry.name)
                    });
                }
            }
        }
    }
}

#[test]
fn wrong_python_digest_is_detected() {
    let Some(&interpreter) = interpreters().first() else { return };
    let platform = Platform::Python(interpreter);
    let (entry, stage) = (platform.models()[0], stage());
    let noop = batch(Catalog::builtin().workload(platform, "noop").unwrap(), 3, &stage).unwrap();
    let primes = batch(Catalog::builtin().workload(platform, "primes").unwrap(), 3, &stage).unwrap();
    let mut model = entry.start(&primes, &entry.resources(1, EXE.as_ref())).unwrap();
    model.prepare(&primes).unwrap();
    let of_primes = model.run().unwrap();
    assert!(noop.verify(&of_primes).is_err());
}

#[test]
fn traced_python_model_records_every_phase() {
    let stage = stage();
    for platform in interpreters().into_iter().take(1).map(Platform::Python) {
        for entry in platform.models().iter().filter(|entry| entry.unavailable.is_none()) {
            for name in ["cake", "http", "warm-file"] {
                let batch = batch(Catalog::builtin().workload(platform, name).unwrap(), 24, &stage).unwrap();
                let mut performer = entry.start_traced(&batch, &entry.resources(2, EXE.as_ref())).unwrap();
                let mut spans = performer.perform(&batch).unwrap().spans;
                spans.sort_by_key(|span| (span.job, span.start));
                let found: Vec<_> = spans.iter().map(|span| (span.job, span.phase)).collect();
                let expected: Vec<_> =
                    (0..24).flat_map(|job| [(job, Phase::Wait), (job, Phase::Compute)]).collect();
                assert_eq!(found, expected, "{name} under {}", entry.name);
            }
        }
    }
}

#[test]
fn python_steps_return_the_native_digests() {
    let stage = stage();
    let steps = || {
        vec![Action::Resolve {}.freely(), Action::Print {}.freely(), Action::Compute { parts: 1 }.freely()]
    };
    let scripts = (0..6).map(|seed| Script { seed, steps: steps() }).collect();
    let batch = script::batch(scripts, &stage).unwrap();
    for platform in interpreters().into_iter().map(Platform::Python) {
        for entry in platform.models().iter().filter(|entry| entry.unavailable.is_none()) {
            let resources = entry.resources(2, Path::new(EXE));
            let mut performer = entry.start_traced(&batch, &resources).unwrap();
            let performance =
                performer.perform(&batch).unwrap_or_else(|why| panic!("{}: {why:#}", entry.name));
            assert_eq!(performance.spans.len(), 6 * 3, "{}", entry.name);
            // asyncio has no resolver of its own.
            if cfg!(target_os = "linux") && entry.made_of == MadeOf::TasksOnOneThread {
                assert!(performance.threads() > Some(1), "{}", entry.name);
            }
        }
    }
}

/// A program that identifies itself with `facts`, and otherwise runs `body`.
fn fake(folder: &Path, name: &str, facts: &str, body: &str) -> PathBuf {
    let path = folder.join(name);
    let text = format!("#!/bin/sh\ncase \"$*\" in *platform*) echo '{facts}'; exit;; esac\n{body}\n");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The output of [`fake`] for an interpreter at `path`.
fn passing(path: &Path) -> String {
    let path = path.display();
    format!(
        r#"{{"version": "3.12.0", "implementation": "CPython", "build": "", "free_threaded": false, "gil": true, "executor_threads": 5, "executable": "{path}", "prefix": "{path}"}}"#
    )
}

#[test]
fn unusable_interpreter_is_reported_with_reason() {
    let folder = tempfile::tempdir().unwrap();
    let of = |implementation: &str, version: &str| {
        passing(Path::new("/")).replace("CPython", implementation).replace("3.12.0", version)
    };
    let cases = [
        ("exits", String::new(), "exit 127", "exit status: 127"),
        ("complains", String::new(), "echo no such version >&2; exit 1", "it wrote: no such version"),
        ("hangs", String::new(), "exec sleep 1000", "gave no answer for 400ms"),
        ("hangs-with-children", String::new(), "sleep 1000 & sleep 1000", "gave no answer for 400ms"),
        ("garbage", String::new(), "head -c 100000 /dev/urandom", "did not say what Python it is"),
        ("pypy", of("PyPy", "3.12.0"), "", "is PyPy and not CPython"),
        ("old", of("CPython", "3.8.18"), "", "too old: 3.9 or later"),
        ("ancient", of("CPython", "2.7.18"), "", "too old: 3.9 or later"),
    ];
    let paths = cases.each_ref().map(|(name, facts, body, _)| {
        let body = if facts.is_empty() { format!("case x in x) {body};; esac") } else { String::new() };
        let path = fake(folder.path(), name, facts, &body);
        if facts.is_empty() {
            fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        }
        path
    });
    for ((name, .., expected), path) in cases.iter().zip(&paths) {
        let found = Interpreter::identify(path, Duration::from_millis(400));
        let why = found.facts.as_ref().unwrap_err();
        assert!(why.contains(expected) && why.contains(name), "{name}: {why}");
    }
    let missing = Interpreter::identify(Path::new("/no/such/python3"), Duration::from_secs(1));
    assert!(missing.facts.unwrap_err().contains("cannot start python3"));
    let left = running(folder.path().to_str().unwrap(), "cmdline");
    assert!(left.is_empty(), "still running: {left:?}");
}

#[test]
fn interpreter_failure_mid_run_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    // A frame without a body is a length of 1, and its letter.
    let hello = r"printf '\001\000\000\000H'";
    let cases = [
        ("dies", "exit 7".to_owned(), "exit status: 7"),
        ("dies-after-hello", format!("{hello}; exec 0<&-; exit 3"), "exit status: 3"),
        ("hangs", "exec sleep 1000".to_owned(), "gave no answer for 400ms"),
        ("hangs-after-hello", format!("{hello}; sleep 1000 & exec sleep 1000"), "gave no answer for 400ms"),
        ("talks", "echo Hello, I am a shell; exec sleep 1000".to_owned(), "no frame"),
        ("sends-nothing", r"printf '\000\000\000\000'; exec sleep 1000".to_owned(), "an empty frame"),
        ("complains", "echo no module >&2; exit 1".to_owned(), "it wrote: no module"),
        (
            "answers-another-question",
            format!(r"{hello}; printf '\001\000\000\000X'; exec sleep 1000"),
            "'X' where",
        ),
    ];
    let stage = stage();
    for (name, body, expected) in cases {
        let path = folder.path().join(name);
        let path = fake(folder.path(), name, &passing(&path), &body);
        let interpreter = find(&InterpreterChoice::These(vec![path.to_str().unwrap().into()]))[0];
        let platform = Platform::Python(interpreter);
        let batch = batch(Catalog::builtin().workload(platform, "noop").unwrap(), 3, &stage).unwrap();
        let entry = platform.models()[0];
        let deadline = Duration::from_millis(400);
        let resources = Resources { deadline, ..entry.resources(1, EXE.as_ref()) };
        let outcome = entry.start(&batch, &resources).and_then(|mut model| sample(model.as_mut(), &batch));
        let why = format!("{:#}", outcome.expect_err("a script is no interpreter"));
        assert!(why.contains(expected) && why.contains("py-loop under CPython 3.12"), "{name}: {why}");
    }
    let left = running(folder.path().to_str().unwrap(), "cmdline");
    assert!(left.is_empty(), "still running: {left:?}");
}

#[test]
fn python_environment_does_not_affect_results() {
    let Some(&interpreter) = interpreters().first() else { return };
    let folder = tempfile::tempdir().unwrap();
    for module in ["random", "json", "asyncio", "site", "sitecustomize", "usercustomize", "hashlib"] {
        fs::write(folder.path().join(format!("{module}.py")), "raise SystemExit('imported')").unwrap();
    }
    let mut verify = Command::new(EXE);
    verify
        .args(["verify", "^(noop|http|warm-file|save)/py-"])
        .arg(format!("--python={}", interpreter.path.display()))
        .current_dir(folder.path())
        .envs([("PYTHONPATH", "."), ("PYTHONSTARTUP", "random.py"), ("PYTHONHOME", "/nowhere")])
        .envs([("PYTHONINSPECT", "1"), ("PYTHONWARNINGS", "error"), ("LC_ALL", "tr_TR.ISO-8859-9")]);
    let output = verify.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !said.contains("FAILED"), "{said}");
}

#[test]
fn interpreter_ends_with_killed_parent() {
    let Some(&interpreter) = interpreters().first() else { return };
    for moment in [60, 250, 600] {
        let mark = format!("BAKEOFF_TEST_MARK=python-{}-{moment}", std::process::id());
        let (name, value) = mark.split_once('=').unwrap();
        let mut parent = Command::new(EXE)
            .args(["verify", "^(hash|sleep)/py-(multiprocessing|processpool)"])
            .arg(format!("--python={}", interpreter.path.display()))
            .env(name, value)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        parent.kill().unwrap();
        parent.wait().unwrap();
        let gone = (0..40).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            running(&mark, "environ").is_empty()
        });
        assert!(gone, "two seconds after the kill at {moment} ms: {:?}", running(&mark, "environ"));
    }
}

#[test]
fn native_tools_run_in_rounds_of_smaller_jobs() {
    let Some(&interpreter) = interpreters().first() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut run = Command::new(EXE);
    run.args(["run", "^(cake|frame|hash)/py-loop", "--profile", "quick", "--out"]).arg(folder.path());
    run.arg(format!("--python={}", interpreter.path.display()));
    let output = run.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let study = read(&file).unwrap().study.unwrap();
    let mut references = vec![];
    for (index, arm) in study.arms.iter().enumerate().filter(|(_, arm)| arm.role == Role::Reference) {
        let rounds = study.launches.iter().flat_map(|launch| &launch.rounds);
        let samples = rounds.flat_map(|round| &round.samples).filter(|it| it.arm == index as u64).count();
        references.push((arm.id.as_str(), samples));
    }
    let expected = ["frame/sequential/one", "frame/rayon/cores", "cake/sequential/one", "cake/threads/jobs"];
    assert_eq!(references, expected.map(|id| (id, 3)), "hash is the native one");
}

#[test]
fn missing_interpreter_affects_only_its_rows() {
    let mut verify = Command::new(EXE);
    let output = verify
        .args(["verify", "--python", "^noop/(py-loop|sequential)"])
        .env("PATH", "/nowhere")
        .env("HOME", "/nowhere")
        .env_remove("PYENV_ROOT")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("noop/py-loop@none/one") && said.contains("no python3 on this machine"), "{said}");
    assert!(
        said.lines().any(|line| line.starts_with("noop/sequential/one") && line.ends_with("ok")),
        "{said}"
    );
}

/// Kills a process of the group `leader` other than the leader.
#[cfg(target_os = "linux")]
fn kill_one(leader: u32) {
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(process) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        if process != leader && after_name.split(' ').nth(2) == Some(leader.to_string().as_str()) {
            let process = nix::unistd::Pid::from_raw(i32::try_from(process).unwrap());
            return nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGKILL).unwrap();
        }
    }
    panic!("no process to kill");
}

#[cfg(target_os = "linux")]
#[test]
fn killed_process_of_pool_is_not_waited_for() {
    let stage = stage();
    for platform in interpreters().into_iter().map(Platform::Python) {
        let catalog = Catalog::builtin();
        let jobs = catalog.workload(platform, "sleep").unwrap();
        let batch = jobs.batch(Size { jobs: 12, each: 1_000_000 }, &stage).unwrap();
        let models = platform.models().into_iter();
        for entry in models.filter(|it| it.made_of == MadeOf::Processes && it.unavailable.is_none()) {
            let mut model = entry.start(&batch, &entry.resources(3, EXE.as_ref())).unwrap();
            let leader = model.process_id().unwrap();
            let killer = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(300));
                kill_one(leader);
            });
            let why = format!("{:#}", sample(model.as_mut(), &batch).unwrap_err());
            killer.join().unwrap();
            let is_told = why.contains("a process of the pool ended") || why.contains("BrokenProcessPool");
            assert!(is_told, "{}: {why}", entry.name);
        }
    }
}

/// Checks the worker's way to wait for its parent and its clock as macOS has them, whose modules are made up; its argument is the
/// folder of the worker's package.
const LIKE_MACOS: &str = r#"
import select, sys, types

sys.dont_write_bytecode = True
sys.path.append(sys.argv[1])
asked = []


class Queue:
    def control(self, changes, most):
        asked.append((changes, most))
        if len(asked) > 1:
            raise ProcessLookupError("it has ended")


select.kqueue, select.kevent = Queue, lambda *event: event
select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT = "process", "add", "exit"
from worker import phases, serve

serve.end = asked.append
for folder in ("first", "second"):
    serve.end_with(None, folder, "47")
event = ([(47, "process", "add", "exit")], 1)
assert asked == [event, "first", event, "second"], asked

clocks = types.SimpleNamespace(CLOCK_UPTIME_RAW=8, CLOCK_MONOTONIC=6)
assert phases.shared_clock(clocks, "darwin") == 8, "the one that stops while the machine sleeps"
assert phases.shared_clock(clocks, "linux") == 6
assert phases.shared_clock(types.SimpleNamespace(), "win32") is None
phases.CLOCK = None
assert phases.now_ns() <= phases.now_ns()
"#;

#[test]
fn worker_follows_parent_and_clock_of_macos() {
    let Some(&interpreter) = interpreters().first() else { return };
    let mut command = Command::new(&interpreter.path);
    command.args(["-I", "-S", "-c", LIKE_MACOS]);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/cpython"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A version manager: links to one program, which decides by the name of the link which interpreter it is.
const MANAGER: &str = r#"#!/bin/sh
facts() {
  echo '{"version": "'$1'", "implementation": "CPython", "build": "", "free_threaded": false, "gil": true, "executor_threads": 5,
    "executable": "/opt/'$1'", "prefix": "/opt/'$1'", "cannot_import": '"$2"'}' | tr -d '\n'
}
case ${0##*/} in
  python3.11) facts 3.11.7 null;;
  python3.12) facts 3.12.1 null;;
  python3.14) facts 3.14.0 '"it has no zlib"';;
  python3.15) facts 3.15.0a1 null;;
  *) echo "no version is set" >&2; exit 126;;
esac
"#;

#[test]
fn stubs_of_a_version_manager_run_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let manager = folder.path().join("manager");
    fs::write(&manager, MANAGER).unwrap();
    fs::set_permissions(&manager, fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["python", "python3", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15"] {
        std::os::unix::fs::symlink(&manager, folder.path().join(name)).unwrap();
    }
    let listed = |python: &str| {
        let mut list = Command::new(EXE);
        list.args(["list", &format!("--python={python}")]).env("COLUMNS", "200").env("HOME", folder.path());
        // What the stubs call is there too.
        list.env(
            "PATH",
            std::env::join_paths([folder.path(), "/usr/bin".as_ref(), "/bin".as_ref()]).unwrap(),
        );
        for variable in ["PYENV_ROOT", "MISE_DATA_DIR"] {
            list.env(variable, folder.path());
        }
        let output = list.output().unwrap();
        let (said, place) = (String::from_utf8(output.stdout).unwrap(), folder.path().to_str().unwrap());
        let of_manager = said.lines().filter(|line| line.starts_with(place) && line.contains(": CPython "));
        of_manager.map(|line| line[place.len() + 1..line.find(',').unwrap()].to_owned()).collect::<Vec<_>>()
    };
    let all = ["python3.12: CPython 3.12.1", "python3.11: CPython 3.11.7", "python3.15: CPython 3.15.0a1"];
    assert_eq!(listed("all"), all);
    assert_eq!(listed("3.11"), all[1..2]);
    assert_eq!(listed("python3.12"), all[..1]);
    assert_eq!(listed("3.15"), all[2..]);
    assert_eq!(listed("3.14"), [""; 0], "it can't import what is needed");
}
