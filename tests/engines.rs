//! Python's distributed engines do the same work, an ended process of theirs is told, and none is left behind. They are measured under
//! the interpreter that BAKEOFF_TEST_PYTHON names, or else the newest.
#![cfg(target_os = "linux")]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::{self, sleep};
use std::time::Duration;

use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::engine::trace::Phase;
use bakeoff::internals::model::cpython::{Interpreter, InterpreterChoice, find};
use bakeoff::internals::model::{ModelEntry, Needs, Platform, plain_name};
use bakeoff::internals::workload::Size;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// Words in the command lines of each engine's processes whose end is told: the workers first.
const PROCESSES: [(&str, &[&str]); 3] = [
    ("py-dask", &["spawn_main"]),
    ("py-ray", &["ray::run", "raylet/raylet", "gcs/gcs_server"]),
    ("py-mpi4py", &["mpi4py.futures.server", "orted"]),
];

fn interpreter() -> Option<&'static Interpreter> {
    let choice = match std::env::var_os("BAKEOFF_TEST_PYTHON") {
        Some(path) => InterpreterChoice::These(vec![path.into_string().unwrap()]),
        None => InterpreterChoice::Newest,
    };
    find(&choice).into_iter().find(|it| it.facts.is_ok())
}

/// The engines that the interpreter has packages for; tells which it lacks.
fn engines() -> Vec<ModelEntry> {
    let Some(interpreter) = interpreter() else {
        eprintln!("skipped: no python3 on this machine");
        return vec![];
    };
    let mut engines = Vec::new();
    for model in Platform::Python(interpreter).every_model() {
        match (model.needs, model.lack()) {
            (Some(Needs::Package(_)), None) => engines.push(model),
            (Some(Needs::Package(_)), Some(why)) => eprintln!("skipped: {}: {why}", model.name),
            _ => {}
        }
    }
    engines
}

fn stage() -> Arc<Stage> {
    Arc::new(Stage::new(&Stage::default_place(), Path::new(EXE)))
}

/// Calls `check` with each engine, all side by side: they mostly wait while they start.
fn with_each(check: fn(&ModelEntry)) {
    thread::scope(|scope| {
        for engine in engines() {
            scope.spawn(move || check(&engine));
        }
    });
}

/// The processes below `root` and their command lines.
fn below(root: u32) -> BTreeMap<u32, String> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(process) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name before the other fields may have any characters.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        if fields.len() > 1 && fields[0] != "Z" {
            parents.insert(process, fields[1].parse::<u32>().unwrap());
        }
    }
    let (mut found, mut new) = (BTreeMap::new(), vec![root]);
    while let Some(parent) = new.pop() {
        for (&process, _) in parents.iter().filter(|(_, other)| **other == parent) {
            found.insert(process, command_line(process));
            new.push(process);
        }
    }
    found
}

fn command_line(process: u32) -> String {
    let words = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&words).replace('\0', " ")
}

fn kill(process: u32) {
    let process = nix::unistd::Pid::from_raw(i32::try_from(process).unwrap());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGKILL).unwrap();
}

/// Waits for up to ten seconds until `is_so`.
fn soon(mut is_so: impl FnMut() -> bool) -> bool {
    (0..200).any(|_| {
        sleep(Duration::from_millis(50));
        is_so()
    })
}

/// Those of `processes` that are still there, unless another program has their number by now.
fn left(processes: &BTreeMap<u32, String>) -> Vec<&String> {
    processes
        .iter()
        .filter(|(process, line)| !line.is_empty() && command_line(**process) == **line)
        .map(|(_, line)| line)
        .collect()
}

#[test]
fn engines_return_the_native_digests() {
    with_each(|engine| {
        let stage = stage();
        let catalog = Catalog::builtin();
        for workload in catalog.workloads(engine.platform) {
            let of = |jobs| workload.batch(Size { jobs, ..workload.tiny }, &stage);
            let Ok(batch) = of(24) else {
                eprintln!("skipped: {}", workload.name);
                continue;
            };
            let mut model = engine.start(&batch, &engine.resources(2, EXE.as_ref())).unwrap();
            for batch in [batch, of(1).unwrap(), of(0).unwrap()] {
                sample(model.as_mut(), &batch)
                    .unwrap_or_else(|why| panic!("{} under {}: {why:#}", workload.name, engine.name));
            }
        }
    });
}

#[test]
fn traced_engines_record_every_phase() {
    with_each(|engine| {
        let cake = *Catalog::builtin().workload(engine.platform, "cake").unwrap();
        let batch = cake.batch(Size { jobs: 12, ..cake.tiny }, &stage()).unwrap();
        let mut performer = engine.start_traced(&batch, &engine.resources(2, EXE.as_ref())).unwrap();
        let mut spans = performer.perform(&batch).unwrap().spans;
        spans.sort_by_key(|span| (span.job, span.start));
        let found: Vec<_> = spans.iter().map(|span| (span.job, span.phase)).collect();
        let expected: Vec<_> = (0..12).flat_map(|job| [(job, Phase::Wait), (job, Phase::Compute)]).collect();
        assert_eq!(found, expected, "{}", engine.name);
    });
}

#[test]
fn ended_process_of_an_engine_is_told() {
    with_each(|engine| {
        let (_, kinds) = PROCESSES.iter().find(|(name, _)| *name == plain_name(engine.name)).unwrap();
        let sleep_job = *Catalog::builtin().workload(engine.platform, "sleep").unwrap();
        let batch = sleep_job.batch(Size { jobs: 8, each: 1_000_000 }, &stage()).unwrap();
        for kind in *kinds {
            let mut model = engine.start(&batch, &engine.resources(2, EXE.as_ref())).unwrap();
            let leader = model.process_id().unwrap();
            let killer = thread::spawn(move || {
                sleep(Duration::from_millis(700));
                let all = below(leader);
                let victim = all.iter().find(|(_, line)| line.contains(kind));
                kill(*victim.unwrap_or_else(|| panic!("no {kind} among {all:?}")).0);
                all
            });
            let why = format!("{:#}", sample(model.as_mut(), &batch).unwrap_err());
            let all = killer.join().unwrap();
            // The engine may tell it before its processes are seen to have ended.
            let is_told = why.contains("ended") || why.contains("died");
            assert!(why.contains("under CPython") && is_told, "{kind}: {why}");
            drop(model);
            assert!(soon(|| left(&all).is_empty()), "{kind}: {:?}", left(&all));
        }
    });
}

#[test]
fn killed_engine_leaves_no_process() {
    with_each(|engine| {
        let (_, kinds) = PROCESSES.iter().find(|(name, _)| *name == plain_name(engine.name)).unwrap();
        let path = engine.platform.tag().and(interpreter()).unwrap().path.display().to_string();
        // This program, the supervisor of the interpreter, and the interpreter that has the model.
        for depth in 0..3 {
            let mut program = Command::new(EXE)
                .args([
                    "verify",
                    &format!("^(sleep|primes|hash)/{}", plain_name(engine.name)),
                    &format!("--python={path}"),
                ])
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let has_begun =
                || below(program.id()).values().any(|line| line.contains(kinds[0].trim_end_matches("run")));
            assert!(soon(has_begun), "{} does not start", engine.name);
            let all = below(program.id());
            let interpreters: Vec<u32> = all
                .iter()
                .filter(|(_, line)| line.contains("__main__.py"))
                .map(|(process, _)| *process)
                .collect();
            kill(if depth == 0 { program.id() } else { interpreters[depth - 1] });
            assert!(soon(|| left(&all).is_empty()), "{depth} of {}: {:?}", engine.name, left(&all));
            let _ = program.kill();
            let others = below(program.id());
            program.wait().unwrap();
            assert!(soon(|| left(&others).is_empty()), "{depth} of {}: {:?}", engine.name, left(&others));
        }
    });
}
