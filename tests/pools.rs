//! What Python's process pools use is counted, and their processes end with them. No other test runs in this process: its
//! CPU time would be counted as theirs.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use bakeoff::internals::model::{MadeOf, Platform};
use bakeoff::internals::workload::Size;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// The CPU time of each process of the group `leader`, in hundredths of a second.
fn group(leader: u32) -> Vec<u64> {
    let mut times = vec![];
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // Fields 3, 5, 14 and 15 of proc_pid_stat(5): the name before them may have any characters.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        if fields.len() > 12 && fields[0] != "Z" && fields[2] == leader.to_string() {
            times.push(fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap());
        }
    }
    times
}

/// Waits for up to two seconds until the group `leader` is empty.
fn has_ended(leader: u32) -> bool {
    (0..40).any(|_| {
        sleep(Duration::from_millis(50));
        group(leader).is_empty()
    })
}

#[test]
fn pool_processes_are_counted_and_end_with_model() {
    let stage = Arc::new(Stage::new(&Stage::default_place(), Path::new(EXE)));
    let interpreters = find(&InterpreterChoice::All);
    if interpreters.iter().all(|interpreter| interpreter.facts.is_err()) {
        eprintln!("skipped: no python3 on this machine");
    }
    for platform in interpreters.into_iter().map(Platform::Python) {
        let catalog = Catalog::builtin();
        let primes = catalog.workload(platform, "primes").unwrap();
        let batch = primes.batch(Size { jobs: 800, ..primes.tiny }, &stage).unwrap();
        let models = platform.models().into_iter();
        for entry in models.filter(|it| it.made_of == MadeOf::Processes && it.unavailable.is_none()) {
            let mut model = entry.start(&batch, &entry.resources(3, EXE.as_ref())).unwrap();
            let leader = model.process_id().unwrap();
            let before = group(leader);
            assert_eq!(before.len(), 4, "{}: the interpreter and three workers", entry.name);
            let told_ms = sample(model.as_mut(), &batch).unwrap().used.cpu_ns.unwrap() / 1_000_000;
            let ticks = group(leader).iter().sum::<u64>() - before.iter().sum::<u64>();
            // Each process may be a tick short.
            assert!(told_ms + 40 >= 10 * ticks, "{}: {told_ms} ms, {ticks} ticks", entry.name);
            drop(model);
            assert!(has_ended(leader), "{}", entry.name);
        }
    }
}
