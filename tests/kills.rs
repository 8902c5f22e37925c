//! Signals at random moments of every command that measures: no process stays, no acknowledged round is lost, all that is saved can
//! be read. `BAKEOFF_KILLS` is the number of signals, `BAKEOFF_SEED` their seed, `BAKEOFF_BENCH` the program of `cargo bench`.
#![cfg(target_os = "linux")]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and its output is read"
)]

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use bakeoff::internals::model::Platform;
use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use bakeoff::internals::record::journal;
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::{Recording, Study};

mod shared;
use shared::running;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// The signals without an option, few enough for every test run.
const KILLS: u64 = 12;

/// The latest moment of a signal.
const LATEST_MS: u64 = 2_500;

/// Nothing takes so long after a signal unless it hangs.
const HANGS: Duration = Duration::from_secs(60);

/// Every command that measures, and the option that names its folder.
const MEASURING: &[(&[&str], &str)] = &[
    (&["run", "^(noop|save|http)/(sequential|threads|processes|prefork)/", "--profile", "quick"], "--out"),
    (&["sweep", "^noop/", "--profile", "quick"], "--into"),
    (&["costs", "--quick"], "--out"),
    (&["story", "stall"], "--out"),
    (&["story", "chess", "--quick"], "--out"),
    (&["evidence"], "--out"),
    (&["arrivals", "--quick"], "--out"),
    (&["map", "--quick"], "--out"),
    (&["claims", "C1", "T3", "--profile", "quick"], "--out"),
];

/// The same with CPython.
const WITH_PYTHON: &[(&[&str], &str)] = &[
    (&["run", "^(noop|sha-loop)/py-", "--profile", "quick", "--python"], "--out"),
    (&["story", "crunch", "--python"], "--out"),
    (&["claims", "A9", "G2", "--profile", "quick", "--python"], "--out"),
];

/// What `cargo bench` runs; its folder is that of its files.
const OF_BENCH: &[&[&str]] =
    &[&["--bench", "--noplot", "^(noop|sleep)/"], &["--bench", "--quick", "--noplot", "^noop/"]];

/// A command in a folder of its own.
struct Run {
    folder: tempfile::TempDir,
    /// The mark in the environment of all of its processes.
    mark: String,
    words: Vec<String>,
}

impl Run {
    fn of(number: u64, rng: &mut fastrand::Rng) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["out", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let mut commands: Vec<Vec<String>> = Vec::new();
        let python = if has_python() { WITH_PYTHON } else { &[] };
        for (words, option) in MEASURING.iter().chain(python) {
            let out = folder.path().join("out").to_str().unwrap().to_owned();
            let mut command = vec![EXE.to_owned()];
            command.extend(words.iter().map(|word| (*word).to_owned()));
            command.extend([(*option).to_owned(), out]);
            commands.push(command);
        }
        if let Some(bench) = std::env::var_os("BAKEOFF_BENCH") {
            for words in OF_BENCH {
                let mut command = vec![bench.to_str().unwrap().to_owned()];
                command.extend(words.iter().map(|word| (*word).to_owned()));
                commands.push(command);
            }
        }
        let words = commands.swap_remove(rng.usize(..commands.len()));
        let mark = format!("BAKEOFF_TEST_MARK=kills-{}-{number}", std::process::id());
        Run { folder, mark, words }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts it in a process group of its own.
    fn start(&self) -> Child {
        self.command(&self.words).process_group(0).spawn().unwrap()
    }

    fn command(&self, words: &[String]) -> Command {
        let (name, value) = self.mark.split_once('=').unwrap();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(self.folder.path()).env(name, value);
        let (tmp, out) = (self.path("tmp"), self.path("out"));
        command.envs([("TMPDIR", &tmp), ("BAKEOFF_STUDIES", &tmp), ("BAKEOFF_STAGE", &out), ("HOME", &tmp)]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The rounds in all files below the output folder: those of recordings, and those that a journal has acknowledged.
    fn rounds(&self) -> usize {
        let mut rounds = 0;
        for path in files(&self.path("out")) {
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("json") if is_recording(&path) => rounds += rounds_of(&read(&path).unwrap()),
                Some(journal::EXTENSION) => {
                    rounds += journal::recording_of(&fs::read(&path).unwrap()).map_or(0, |it| rounds_of(&it));
                }
                _ => {}
            }
        }
        rounds
    }
}

fn has_python() -> bool {
    find(&InterpreterChoice::Newest).iter().any(|interpreter| interpreter.facts.is_ok())
        && Platform::all(&find(&InterpreterChoice::Newest)).len() > 1
}

/// Whether a JSON file is this program's: criterion has its own.
fn is_recording(path: &Path) -> bool {
    !path.components().any(|part| part.as_os_str() == "criterion")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn rounds_of(recording: &Recording) -> usize {
    let mut studies: Vec<&Study> = recording.study.iter().collect();
    if let Some(costs) = &recording.costs {
        studies.extend(&costs.study);
        studies.extend(costs.sizes.iter().map(|sizes| &sizes.study));
    }
    let rounds: usize =
        studies.iter().flat_map(|study| &study.launches).map(|launch| launch.rounds.len()).sum();
    let arrivals = recording.arrivals.iter().flat_map(|arrivals| &arrivals.launches);
    rounds + arrivals.map(|launch| launch.levels.len()).sum::<usize>()
}

/// Sends `signal` to a process, or to its group.
fn send(signal: &str, child: &Child, to_group: bool) {
    let target = if to_group { format!("-{}", child.id()) } else { child.id().to_string() };
    // It may have ended by itself.
    let _ =
        Command::new("/bin/sh").args(["-c", &format!("kill -s {signal} -- {target} 2>/dev/null")]).status();
}

/// Waits until `child` has ended.
fn ended(child: &mut Child, what: &str) -> (ExitStatus, Duration) {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status, start.elapsed());
        }
        assert!(start.elapsed() < HANGS, "{what} hangs");
        sleep(Duration::from_millis(10));
    }
}

/// The processes with a mark that are still there after a while.
fn orphans(mark: &str) -> Vec<String> {
    for _ in 0..100 {
        if running(mark, "environ").is_empty() {
            return vec![];
        }
        sleep(Duration::from_millis(50));
    }
    running(mark, "environ")
}

/// What was seen of a run that got a signal.
#[derive(Debug, Default)]
struct Seen {
    /// The rounds that it had acknowledged before.
    acknowledged: usize,
    /// How long it took to end, unless it was killed.
    took: Duration,
}

/// Sends a signal to a command, and checks what it leaves.
fn kill_one(at: u64, seed: u64) -> Seen {
    // Its own, so that the others do not depend on which runs first.
    let mut rng = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(at));
    let run = Run::of(at, &mut rng);
    let signal = ["KILL", "TERM", "INT"][rng.usize(..3)];
    let (moment, to_group) = (rng.u64(..LATEST_MS), rng.bool());
    let what = format!("{at}: {signal} after {moment} ms to {:?}, its group: {to_group}", run.words);
    let mut child = run.start();
    sleep(Duration::from_millis(moment));
    let acknowledged = run.rounds();
    send(signal, &child, to_group);
    let (status, took) = ended(&mut child, &what);
    let is_right = match (status.code(), signal) {
        (None, "KILL") => status.signal() == Some(9),
        // Before it listens, a signal ends it.
        (None, _) => status.signal().is_some(),
        (Some(0 | 3), _) => true,
        (Some(code), "TERM") => code == 143,
        (Some(code), "INT") => code == 130,
        _ => false,
    };
    assert!(is_right, "{what}: {status}");
    assert_eq!(orphans(&run.mark), [""; 0], "{what}");
    if left_behind(&run).is_empty() {
        assert!(run.rounds() >= acknowledged, "{what}: {acknowledged} rounds, then {}", run.rounds());
    } else {
        assert!(status.code().is_none(), "{what} has left {:?}", left_behind(&run));
        run_again(&run);
        // Each launch of the next study has one round.
        assert!(run.rounds() >= acknowledged + 3, "{what}: {acknowledged} rounds, then {}", run.rounds());
        assert!(left_behind(&run).is_empty(), "{what}: {:?}", left_behind(&run));
    }
    eprintln!("{took:.2?} until the end of {what}, {acknowledged} rounds acknowledged");
    Seen { acknowledged, took: if signal == "KILL" { Duration::ZERO } else { took } }
}

/// Another study in the folder recovers what was not saved, and removes what was left.
fn run_again(run: &Run) {
    let mut words = vec![EXE.to_owned()];
    words.extend(["run", "^(noop|save)/sequential/", "--profile", "quick", "--out"].map(str::to_owned));
    // Studies of `cargo bench` are in the default folder.
    let of_bench = run.path("out/bakeoff");
    let out = if of_bench.exists() { of_bench } else { run.path("out") };
    words.push(out.to_str().unwrap().to_owned());
    ended(&mut run.command(&words).spawn().unwrap(), "the next study");
}

/// Sends signals until the threads have sent `kills` of them together.
fn kill_some(next: &AtomicU64, kills: u64, seed: u64) -> Vec<Seen> {
    let mut seen = Vec::new();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        if at >= kills {
            return seen;
        }
        seen.push(kill_one(at, seed));
    }
}

#[test]
fn no_signal_loses_rounds_or_leaves_processes() {
    let number = |name: &str| std::env::var_os(name)?.to_str()?.parse().ok();
    let (kills, seed) = (number("BAKEOFF_KILLS").unwrap_or(KILLS), number("BAKEOFF_SEED").unwrap_or(18));
    if std::env::var_os("BAKEOFF_BENCH").is_none() {
        eprintln!("skipped: no signals to cargo bench, whose program BAKEOFF_BENCH would name");
    }
    let next = AtomicU64::new(0);
    let seen = std::thread::scope(|scope| {
        let others = scope.spawn(|| kill_some(&next, kills, seed));
        let mut seen = kill_some(&next, kills, seed);
        seen.extend(others.join().unwrap());
        seen
    });
    let rounds: usize = seen.iter().map(|run| run.acknowledged).sum();
    let slowest = seen.iter().map(|run| run.took).max().unwrap_or_default();
    eprintln!(
        "{rounds} rounds were acknowledged before a signal, and none is lost; the slowest end took {slowest:.2?}"
    );
}

/// What only a run that still lives should have: journals, and locks of folders of files.
fn left_behind(run: &Run) -> Vec<PathBuf> {
    let mut left = files(&run.path("out"));
    left.retain(|path| is_left_behind(path));
    left
}

/// Whether a file is one that only a run which still lives should have: a journal, or the lock of a folder of files.
fn is_left_behind(path: &Path) -> bool {
    let name = path.file_name().unwrap();
    name == "in-use" || path.extension().is_some_and(|extension| extension == journal::EXTENSION)
}
