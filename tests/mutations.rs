//! Recordings whose structure was changed, with a right checksum, through the commands that read: none panics, hangs, takes much
//! memory, ends as a bug, controls the terminal, or has markup of a recording.
//!
//! `BAKEOFF_MUTATIONS=5000` tries so many, each by every command; `BAKEOFF_FIRST_MUTATION` is the first, to repeat one.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use bakeoff::internals::record::{read::read, schema::Recording};
use fastrand::Rng;
use mutated::reading::Read;
use mutated::{mutation, reading};

mod mutated {
    pub(crate) mod mutation;
    pub(crate) mod reading;
}

/// The seed of the first mutation.
const SEED: u64 = 18;

/// Mutations without the variable, and the commands for each of them.
const MUTATIONS: usize = 200;
const COMMANDS: usize = 2;

/// Recordings of every version, and of every section.
const RECORDINGS: [&str; 9] = [
    "2026-11-23-cloud-vm-2c/recording.json",
    "2026-11-23-cloud-vm-ledger-2c/recording.json",
    "2026-11-23-cloud-vm-sweep-2c/cores-1.json",
    "2026-11-23-cloud-vm-sweep-2c/costs.json",
    "2026-11-25-cloud-vm-python-2c/cpython.json",
    "2026-11-26-cloud-vm-python-2c/recording.json",
    "2026-11-26-cloud-vm-python-2c/costs.json",
    "2026-11-26-cloud-vm-python-2c/cores-1.json",
    "2026-11-26-cloud-vm-python-2c/cores-2.json",
];

struct Base {
    path: PathBuf,
    recording: Recording,
}

fn bases() -> Vec<Base> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let mut bases = Vec::new();
    for name in RECORDINGS {
        let path = results.join(name);
        bases.push(Base { recording: read(&path).unwrap(), path });
    }
    bases
}

/// The number in a variable of the environment.
fn number(name: &str) -> Option<usize> {
    Some(std::env::var_os(name)?.to_str()?.parse().expect("it is a number"))
}

/// What was tried.
#[derive(Default)]
struct Tried {
    commands: usize,
    /// Commands that did not refuse what they read.
    shown: usize,
    /// What is wrong, by mutation and command.
    wrong: Vec<String>,
}

impl Tried {
    fn add(&mut self, other: Tried) {
        self.commands += other.commands;
        self.shown += other.shown;
        self.wrong.extend(other.wrong);
    }
}

/// The reading of one mutation, by its number.
fn try_one(at: usize, bases: &[Base], commands: usize) -> Tried {
    let mut random = Rng::with_seed(SEED + at as u64);
    let base = random.choice(bases).unwrap();
    let other = random.choice(bases).unwrap();
    let mutation::Mutated { what, bytes, is_nonsense } = mutation::mutated(&base.recording, &mut random);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mutated.json");
    std::fs::write(&file, &bytes).unwrap();
    let mut tried = Tried { commands, ..Tried::default() };
    let first = random.usize(0..reading::COMMANDS.len());
    for step in 0..commands {
        let command = reading::COMMANDS[(first + step) % reading::COMMANDS.len()];
        // A comparison needs a recording of the same machine.
        let other = if random.bool() { &base.path } else { &other.path };
        match reading::read(command, &file, other, is_nonsense) {
            Ok(Read::Shown) => tried.shown += 1,
            Ok(Read::Refused) => {}
            Err(why) => {
                let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mutation-{at}.json"));
                std::fs::write(&kept, &bytes).unwrap();
                let (of, kept) = (base.path.display(), kept.display());
                tried.wrong.push(format!("{at}, {command} of {of}, {what} ({kept}): {why}"));
            }
        }
    }
    tried
}

#[test]
fn mutated_recordings_are_refused_or_shown_as_text() {
    let bases = bases();
    let asked = number("BAKEOFF_MUTATIONS");
    let commands = if asked.is_some() { reading::COMMANDS.len() } else { COMMANDS };
    let first = number("BAKEOFF_FIRST_MUTATION").unwrap_or(0);
    let (all, next) = (asked.unwrap_or(MUTATIONS), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut tried = Tried::default();
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for _ in 0..threads {
            running.push(scope.spawn(|| {
                let mut tried = Tried::default();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= all {
                        return tried;
                    }
                    tried.add(try_one(first + at, &bases, commands));
                }
            }));
        }
        for thread in running {
            tried.add(thread.join().unwrap());
        }
    });
    let Tried { commands, shown, wrong } = tried;
    eprintln!("{all} mutations, {commands} commands, of which {shown} showed what they read");
    assert!(wrong.is_empty(), "{} of {commands} are wrong: {}", wrong.len(), wrong.join("\n\n"));
    assert!(4 * shown > commands, "most mutations are refused, and test nothing else: {shown} of {commands}");
}
