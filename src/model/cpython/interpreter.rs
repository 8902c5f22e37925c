//! An interpreter: identified by running it, never by its name.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use crossbeam::channel::{Receiver, bounded};
use serde::{Deserialize, Serialize};

use crate::child::process::Process;
use crate::model::ModelEntry;
use crate::model::cpython::packages::Packages;

/// An interpreter, or why there is none at a path.
#[derive(Debug)]
pub struct Interpreter {
    /// The part after the `@` in ids: `3.13t`.
    pub tag: String,
    /// The program as it was named or found, which is what runs: a stub may set what the real one needs.
    pub path: PathBuf,
    /// What it reports about itself, or why it can't be used.
    pub facts: Result<Facts, String>,
    models: OnceLock<Vec<ModelEntry>>,
    pub(super) packages: OnceLock<Result<Packages, String>>,
}

/// What an interpreter reports about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// As `3.13.5`.
    pub version: String,
    /// `CPython`, or another implementation.
    pub implementation: String,
    /// Branch, day and compiler of its build.
    pub build: String,
    /// Whether it was built without the lock.
    pub free_threaded: bool,
    /// Whether the lock is in force.
    pub gil: bool,
    /// The threads of asyncio's default executor, on which it reads files.
    pub executor_threads: usize,
    /// The program that runs, as it says itself: not the stub or the link that started it.
    pub executable: PathBuf,
    /// Where it is installed, all links resolved.
    pub prefix: PathBuf,
    /// Why it can't run the worker: a module that it can't import.
    #[serde(default)]
    pub cannot_import: Option<String>,
    /// Why it can't have pools of processes on this machine.
    #[serde(default)]
    pub lacks_processes: Option<String>,
    /// The ways in which it can start processes on this system.
    #[serde(default)]
    pub start_methods: Vec<String>,
}

/// The place of an interpreter among others: finals come after all previews, and of one release the build with a GIL, the most
/// common one, comes last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Age {
    is_final: bool,
    release: Vec<u32>,
    /// `a1`, `b2` and `rc1` are in the order of the alphabet.
    preview: String,
    has_gil: bool,
}

/// The options of an interpreter: isolated from the current folder, the user, the environment and installed
/// packages, with UTF-8 file names in every locale.
pub(crate) const OPTIONS: [&str; 4] = ["-I", NO_PACKAGES, "-X", "utf8"];

/// Hides installed packages.
pub(crate) const NO_PACKAGES: &str = "-S";

/// How process pools start their processes: set explicitly, because the default differs by version and
/// system.
pub const START_METHOD: &str = if cfg!(target_os = "linux") { "fork" } else { "spawn" };

/// The oldest supported minor version of Python 3.
const OLDEST: u32 = 9;

/// Prints [`Facts`].
const QUESTION: &str = include_str!("question.py");

/// The interval and number of checks on a program that has closed its output.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS: usize = 10;

/// The maximum amount of an interpreter's output that is read, in bytes.
const MOST: u64 = 64 * 1024;

impl Interpreter {
    /// The interpreter at `path`, with its `facts`.
    pub fn new(path: &Path, facts: Result<Facts, String>) -> Self {
        let tag = facts.as_ref().map_or_else(|_| tag_of_path(path), Facts::tag);
        let path = match &facts {
            // There, a virtual environment's program starts the real one as another process.
            Ok(facts) if cfg!(windows) => facts.executable.clone(),
            _ => path.to_owned(),
        };
        Interpreter { tag, path, facts, models: OnceLock::new(), packages: OnceLock::new() }
    }

    /// An interpreter that another process has found at `path`, under its `tag` there.
    pub fn known(tag: &str, path: &Path, facts: Facts) -> &'static Self {
        Box::leak(Box::new(Interpreter::new(path, Ok(facts)).called(tag.to_owned())))
    }

    /// Whether `name` is its version: major and minor, or complete.
    pub(super) fn is_version(&self, name: &str) -> bool {
        self.facts.as_ref().is_ok_and(|facts| facts.tag() == name || facts.full_tag() == name)
    }

    /// The same interpreter under another tag.
    pub(super) fn called(self, tag: String) -> Self {
        Interpreter { tag, ..self }
    }

    /// Runs `path` and identifies it within `deadline`. Nothing that it starts is left running.
    pub fn identify(path: &Path, deadline: Duration) -> Self {
        Interpreter::new(path, ask(path, deadline).map_err(|why| format!("{why:#}")))
    }

    /// Its models, created once.
    pub(crate) fn models_by(
        &'static self,
        make: impl FnOnce(&'static Self) -> Vec<ModelEntry>,
    ) -> &'static [ModelEntry] {
        self.models.get_or_init(|| make(self))
    }

    /// A one-line description.
    pub fn about(&self) -> String {
        match &self.facts {
            Ok(Facts { version, gil, build, .. }) => {
                format!(
                    "CPython {version}, {}, {build}",
                    if *gil { "with its lock" } else { "without a lock" }
                )
            }
            Err(why) => format!("not available: {why}"),
        }
    }
}

impl Facts {
    /// Major and minor version, with `t` for a free-threaded build: `3.13t`.
    fn tag(&self) -> String {
        let minor: Vec<&str> = self.version.split('.').take(2).collect();
        self.with_build(&minor.join("."))
    }

    /// The complete version, with the same suffix: `3.13.5t`.
    pub(super) fn full_tag(&self) -> String {
        self.with_build(&self.version)
    }

    /// The program that runs, all links resolved.
    pub(super) fn real_executable(&self) -> PathBuf {
        self.executable.canonicalize().unwrap_or_else(|_| self.executable.clone())
    }

    fn with_build(&self, version: &str) -> String {
        format!("{version}{}", if self.free_threaded { "t" } else { "" })
    }

    /// Its place among others.
    pub(super) fn age(&self) -> Age {
        let preview = self.version.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        Age {
            is_final: preview.is_empty(),
            release: self.release(),
            preview: preview.to_owned(),
            has_gil: !self.free_threaded,
        }
    }

    /// Its version as numbers, for sorting.
    pub(crate) fn release(&self) -> Vec<u32> {
        // `3.15.0rc1` comes after 3.14 and counts as 3.15.0.
        let mut numbers = Vec::new();
        for part in self.version.split('.') {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            numbers.push(part[..digits].parse().unwrap_or(0));
        }
        numbers
    }
}

/// The tag of an interpreter that could not be identified.
fn tag_of_path(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let plain = name.strip_prefix("python").filter(|rest| !rest.is_empty()).unwrap_or(&name);
    plain.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect()
}

fn ask(path: &Path, deadline: Duration) -> Result<Facts> {
    let mut command = Command::new(path);
    command.args(OPTIONS).args(["-c", QUESTION, START_METHOD]);
    // Recordings keep the reason: the file name only, without its location.
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let Output { said, complaints, status } = run_for(&mut command, deadline)?;
    // Only output that parses is from an interpreter; a program that prints something else is not one.
    let facts: Option<Facts> = said.lines().last().and_then(|line| serde_json::from_str(line).ok());
    let facts = facts.ok_or_else(|| no_python(&name, &status, &complaints))?;
    ensure!(facts.implementation == "CPython", "{name} is {} and not CPython", facts.implementation);
    ensure!(
        facts.release() >= vec![3, OLDEST],
        "{name} is {}, too old: 3.{OLDEST} or later can be measured",
        facts.version
    );
    if let Some(why) = &facts.cannot_import {
        bail!("{name} is {}, and {why}", facts.version);
    }
    Ok(facts)
}

/// The output of a program, and how it ended.
pub(crate) struct Output {
    pub(crate) said: String,
    pub(crate) complaints: String,
    pub(crate) status: String,
}

/// Runs `command` for at most `deadline`; nothing that it has started is left running.
///
/// # Errors
/// When it can't be started, or has not closed its output in time.
pub(crate) fn run_for(command: &mut Command, deadline: Duration) -> Result<Output> {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = RunningCommand::start(piped).with_context(|| format!("cannot start {name}"))?;
    let Ok((said, complaints)) = child.said.recv_timeout(deadline) else {
        bail!("{name} gave no answer for {deadline:?} and was killed");
    };
    Ok(Output { said, complaints, status: child.end() })
}

fn no_python(name: &str, status: &str, complaints: &str) -> anyhow::Error {
    let words = complaints.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().take(160).collect();
    let wrote = if words.is_empty() { String::new() } else { format!("; it wrote: {words}") };
    anyhow!("{name} did not say what Python it is ({status}){wrote}")
}

/// A program whose output is read by separate threads, so that other holders of its pipes block nobody.
struct RunningCommand {
    process: Process,
    said: Receiver<(String, String)>,
}

impl RunningCommand {
    fn start(command: &mut Command) -> Result<Self> {
        let process = Process::start_group(command)?;
        let (stdout, stderr) = process.outputs();
        let (outbox, said) = bounded(1);
        let thread = std::thread::Builder::new;
        let complaints = thread().spawn(|| text(stderr))?;
        // Both end with the program, or are abandoned with any process that it leaves behind.
        thread().spawn(move || {
            let said = text(stdout);
            let complained = complaints.join().unwrap_or_default();
            outbox.send((said, complained))
        })?;
        Ok(RunningCommand { process, said })
    }

    fn end(&mut self) -> String {
        // It has closed its output; its exit may still be pending.
        let mut looks = std::iter::repeat_with(|| self.process.has_ended()).take(LOOKS);
        let by_itself = looks.any(|ended| {
            if !ended {
                std::thread::sleep(LOOK);
            }
            ended
        });
        let status = self.process.end();
        match status {
            Some(status) if by_itself => status.to_string(),
            _ => "it closed its output and went on".into(),
        }
    }
}

impl Drop for RunningCommand {
    fn drop(&mut self) {
        let _ = self.process.end();
    }
}

fn text(pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = pipe.take(MOST).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The facts that an interpreter of this version would report.
    pub(crate) fn facts(version: &str, free_threaded: bool) -> Facts {
        Facts {
            version: version.into(),
            implementation: "CPython".into(),
            build: "main".into(),
            free_threaded,
            gil: !free_threaded,
            executor_threads: 6,
            executable: PathBuf::from("python3"),
            prefix: PathBuf::from("/usr"),
            cannot_import: None,
            lacks_processes: None,
            start_methods: vec![START_METHOD.into()],
        }
    }

    #[test]
    fn tag_has_minor_version_and_lock_suffix() {
        assert_eq!(facts("3.11.7", false).tag(), "3.11");
        assert_eq!(facts("3.15.0rc1", true).tag(), "3.15t");
        assert_eq!(facts("3.15.0rc1", true).release(), [3, 15, 0]);
        assert_eq!(tag_of_path(Path::new("/usr/bin/python3.13t")), "3.13t");
        assert_eq!(tag_of_path(Path::new("/opt/my python?")), "my_python_");
    }

    #[test]
    fn finals_come_after_previews() {
        let by_age =
            ["3.15.0a1", "3.15.0a2", "3.15.0b1", "3.15.0rc1", "3.9.18", "3.13.9", "3.13.10", "3.14.0"];
        for pair in by_age.windows(2) {
            assert!(facts(pair[0], false).age() < facts(pair[1], false).age(), "{pair:?}");
        }
    }

    /// Windows has no `resource`, and macOS flushes by `fcntl`: the worker does without. Models that take a package need the others.
    const OF_SOME: [&str; 8] =
        ["bakeoff_worker", "resource", "fcntl", "ctypes", "logging", "secrets", "dask", "mpi4py"];

    #[test]
    fn question_names_all_that_worker_imports() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/cpython/worker");
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            files.push(entry.unwrap().path());
        }
        let mut imported = 0;
        for file in &files {
            for line in std::fs::read_to_string(file).unwrap().lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                let (["import", module, ..] | ["from", module, "import", ..]) = words[..] else { continue };
                if !module.starts_with('.') && !OF_SOME.contains(&module) {
                    assert!(
                        QUESTION.contains(&format!("    \"{module}\",")),
                        "{module} in {}",
                        file.display()
                    );
                    imported += 1;
                }
            }
        }
        assert!(imported > 20);
    }
}
