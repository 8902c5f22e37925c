//! What the jobs of a user's function in Python must return: two fresh interpreters call it with each input, one call after the other,
//! and must agree.

use std::fmt;
use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::model::Platform;
use crate::model::cpython::Interpreter;
use crate::record::schema::{FunctionFacts, PythonFacts};
use crate::study::python_fresh::{Fresh, Loaded, Timed};
use crate::study::reference::{Differ, difference, hash_of_all};
use crate::workload::catalog::Catalog;
use crate::workload::function::Known;
use crate::workload::python::{self, PythonTask};
use crate::workload::series::Series;
use crate::workload::{Kind, PythonJobs};

/// The longest time that a call, or loading the function and its inputs, may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// The share of CPU time in the time of all calls from which on a function computes, and up to which it waits.
const COMPUTES: f64 = 0.9;
const WAITS: f64 = 0.1;

/// How often a call that waits gives its core away at least.
const SELDOM: f64 = 0.5;

/// The task can't be measured by any model, because of how it was named.
#[derive(Debug)]
pub struct WrongTask(String);

impl fmt::Display for WrongTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongTask {}

/// What an interpreter tells of the sizes that a task has.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Sizes {
    Wrong { wrong: String },
    Right { sizes: Vec<String> },
}

/// `catalog` with a series for each of `platforms` that is an interpreter: `task` with the inputs of each size in the dictionary that
/// its inputs are.
///
/// # Errors
/// [`WrongTask`] if an interpreter can't load it, or has no such sizes.
pub fn with_sizes(mut catalog: Catalog, task: &PythonTask, platforms: &[Platform]) -> Result<Catalog> {
    for platform in platforms {
        let Platform::Python(Interpreter { tag, path, facts: Ok(_), .. }) = platform else { continue };
        let mut fresh = Fresh::start(path, tag, DEADLINE)?;
        let sizes = match fresh.tell(b'N', task).context("loading the sizes")? {
            Sizes::Wrong { wrong } => bail!(WrongTask(format!("CPython {tag}: {wrong}"))),
            Sizes::Right { sizes } => sizes,
        };
        let mut workloads = Vec::with_capacity(sizes.len());
        for size in sizes {
            workloads.push(python::workload(&PythonTask { size: Some(size), ..task.clone() }));
        }
        let name = task.name().leak();
        let (workloads, in_python) = (vec![].into(), workloads.into());
        catalog = catalog.with_sizes(Series { name, about: name, workloads, in_python, only: Some(tag) });
    }
    Ok(catalog)
}

/// Asks fresh interpreters of `platforms` about the functions in `catalog`, and gives these their sizes and kinds. Where that fails,
/// the function has the reason.
///
/// # Errors
/// [`WrongTask`] if an interpreter can't load the function or its inputs.
pub fn learn(catalog: &mut Catalog, platforms: &[Platform]) -> Result<()> {
    for (tag, workload) in catalog.tasks_mut() {
        let Some(jobs) = workload.jobs.of_python() else { continue };
        let interpreter = platforms.iter().find_map(|platform| match platform {
            Platform::Python(interpreter) if interpreter.tag == tag => Some(*interpreter),
            _ => None,
        });
        let Some(interpreter) = interpreter.filter(|interpreter| interpreter.facts.is_ok()) else { continue };
        let has_gil = interpreter.facts.as_ref().is_ok_and(|facts| facts.gil);
        let known = Asked { path: &interpreter.path, tag, has_gil, jobs, deadline: DEADLINE }.known();
        if let Err(error) = &known
            && error.is::<WrongTask>()
        {
            return known.map(drop);
        }
        match known {
            Ok((known, kind)) => {
                workload.kind = kind;
                workload.take_size_of(&known);
                let _ = jobs.known.set(Ok(known));
            }
            Err(why) => drop(jobs.known.set(Err(format!("{why:#}")))),
        }
    }
    Ok(())
}

/// What a function does, by the CPU time that its calls take, and by how often a call gives its core away: one that never does is not
/// waiting, whatever else the machine does.
fn kind(facts: &FunctionFacts, waits: Option<f64>) -> Kind {
    let Some(cpu_ns) = facts.cpu_ns else {
        return if facts.asynchronous { Kind::Waits } else { Kind::Computes };
    };
    let share = cpu_ns as f64 / facts.calls_ns.max(1) as f64;
    if share >= COMPUTES || waits.is_some_and(|waits| waits < SELDOM) {
        Kind::Computes
    } else if share <= WAITS {
        Kind::Waits
    } else {
        Kind::Mixed
    }
}

/// A function and the interpreter that is asked.
struct Asked<'a> {
    path: &'a Path,
    tag: &'a str,
    /// Whether its lock is in force before the function is loaded.
    has_gil: bool,
    jobs: &'a PythonJobs,
    /// The longest time that a call, or loading, may take.
    deadline: Duration,
}

impl Asked<'_> {
    /// What was found, and what the function does.
    fn known(&self) -> Result<(Known, Kind)> {
        let (mut first, loaded) = self.fresh()?;
        let Loaded::Right { count, inputs_ns, shipping_ns, is_coroutine, .. } = loaded else {
            bail!("an interpreter has told nothing of the function")
        };
        let (one, timed) = first.answers(&self.jobs.task, count)?;
        let Timed { calls_ns, cpu_ns, waits } = first.timed(&self.jobs.task, count, timed)?;
        // Calls may have imported more modules.
        let Loaded::Right { gil, warnings, packages, .. } = first.tell(b'I', &self.jobs.task)? else {
            bail!("an interpreter has told nothing of the function")
        };
        drop(first);
        let (mut second, loaded) = self.fresh()?;
        let Loaded::Right { count: other_count, .. } = loaded else {
            bail!("an interpreter has told nothing of the function")
        };
        ensure!(
            count == other_count,
            "{} gave {count} inputs in one interpreter and {other_count} in another: inputs must not depend on time, chance or what \
             earlier runs left",
            self.jobs.task.inputs
        );
        let (other, _) = second.answers(&self.jobs.task, count)?;
        drop(second);
        match difference(&one, &other) {
            None => {}
            Some(Differ::InOrder(job)) => bail!(
                "two interpreters gave the same answers in another order, from job {job} on: sort the inputs"
            ),
            Some(Differ::At(job)) => bail!("{}", self.why_differs(job)?),
        }
        let answers = Some(hash_of_all(&other)?);
        let at_most = self.jobs.task.at_most.and_then(|jobs| NonZeroU64::new(jobs as u64));
        let facts = FunctionFacts {
            inputs_ns,
            calls_ns,
            cpu_ns,
            shipping_ns,
            printed_bytes: 0,
            answers,
            asynchronous: is_coroutine,
            at_most,
            isolated: false,
        };
        let lock_back = if gil && !self.has_gil { Some(warnings.join("; ")) } else { None };
        let kind = kind(&facts, waits);
        Ok((Known { answers: other, facts, python: Some(PythonFacts { packages, lock_back }) }, kind))
    }

    /// Why two interpreters gave different answers to a job: a third one runs it twice.
    fn why_differs(&self, job: usize) -> Result<String> {
        let (mut third, _) = self.fresh()?;
        let twice = [third.answer(&self.jobs.task, job)?.0, third.answer(&self.jobs.task, job)?.0];
        Ok(if twice[0] == twice[1] {
            format!(
                "job {job} gave different answers in two interpreters: its input, or what it reads, differs between them, or it depends \
                 on the order of a set or of hashes"
            )
        } else {
            format!(
                "job {job} gave another answer when it ran again: results that depend on time, chance or earlier jobs can't be compared"
            )
        })
    }

    fn fresh(&self) -> Result<(Fresh, Loaded)> {
        let mut fresh = Fresh::start(self.path, self.tag, self.deadline)?;
        let loaded = fresh.tell(b'I', &self.jobs.task).with_context(|| {
            format!(
                "loading {} and {} (what their module does when it is imported, besides definitions, belongs under \
                 `if __name__ == \"__main__\":`)",
                self.jobs.task.function, self.jobs.task.inputs
            )
        })?;
        match &loaded {
            Loaded::Wrong { wrong } => {
                bail!(WrongTask(format!("CPython {}: {wrong}", self.tag)))
            }
            Loaded::Right { count: 0, .. } => {
                bail!(WrongTask(format!(
                    "{} is an empty list: there is nothing to measure",
                    self.jobs.task.inputs
                )))
            }
            Loaded::Right { .. } => Ok((fresh, loaded)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::model::cpython::{InterpreterChoice, find};

    /// Functions that go wrong, each with what is told of it.
    const WRONG: [(&str, &str); 12] = [
        ("exits", "job 3: SystemExit: no more"),
        ("exits_at_once", "job 3: py-loop under CPython x ended (exit status: 3)"),
        ("interrupts", "job 3: KeyboardInterrupt"),
        ("exits_later", "job 3: SystemExit: 4"),
        ("cancels", "job 3: CancelledError"),
        ("leaves_the_folder", "job 1: FileNotFoundError: "),
        ("asks", "job 0: EOFError: "),
        ("recurses", "job 0: RecursionError: "),
        ("has_no_words", "job 3: NoWords: its text can't be made (RuntimeError)"),
        ("has_many_words", "job 3: ValueError: xxx"),
        (
            "returns_what_cant_be_received",
            "the answer of job 0 can't be compared: it can be pickled, but not unpickled: TypeError: ",
        ),
        ("never_returns", "job 3: py-loop under CPython x gave no answer for 3s and was killed"),
    ];

    const MODULE: &str = r#"
import asyncio, os, sys, time

numbers = list(range(8))

def inputs_by_pid():
    return [0] * (1 + os.getpid() % 1000)

def is_right(n):
    return n

def exits(n):
    if n == 3:
        sys.exit("no more")

def exits_at_once(n):
    if n == 3:
        os._exit(3)

def interrupts(n):
    if n == 3:
        raise KeyboardInterrupt

async def exits_later(n):
    await asyncio.sleep(0)
    if n == 3:
        sys.exit(4)

def cancels(n):
    if n == 3:
        raise asyncio.CancelledError

def leaves_the_folder(n):
    there = os.listdir("src")
    os.chdir("/")

def asks(n):
    input()

def recurses(n):
    return recurses(n + 1)

class NoWords(Exception):
    def __str__(self):
        raise RuntimeError

def has_no_words(n):
    if n == 3:
        raise NoWords

def has_many_words(n):
    if n == 3:
        raise ValueError("x" * 1_000_000)

class Needs(Exception):
    def __init__(self, one, two):
        super().__init__(one + two)

def returns_what_cant_be_received(n):
    return Needs("a", "b")

def never_returns(n):
    while n == 3:
        time.sleep(1)
"#;

    /// Why a function of a module with this text is not measured.
    fn why_not(path: &Path, text: &str, function: &str, inputs: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.py"), text).unwrap();
        let task = PythonTask {
            function: format!("mine:{function}"),
            inputs: format!("mine:{inputs}"),
            size: None,
            paths: vec![folder.path().to_owned()],
            ship: false,
            at_most: None,
            kind: Kind::Computes,
            job_us: 0,
        };
        let jobs = PythonJobs { task, known: OnceLock::new() };
        let asked = Asked { path, tag: "x", has_gil: true, jobs: &jobs, deadline: Duration::from_secs(3) };
        format!("{:#}", asked.known().unwrap_err())
    }

    #[test]
    fn functions_that_go_wrong_are_named() {
        let found = find(&InterpreterChoice::Newest).into_iter().find(|it| it.facts.is_ok());
        let Some(python) = found else {
            eprintln!("skipped: no python3 on this machine");
            return;
        };
        for (function, expected) in WRONG {
            let why = why_not(&python.path, MODULE, function, "numbers");
            assert!(why.contains(expected) && why.len() < 2_000, "{function}: {why}");
        }
        let why = why_not(&python.path, MODULE, "is_right", "inputs_by_pid");
        assert!(why.contains("mine:inputs_by_pid gave "), "{why}");
        let why = why_not(&python.path, "import time\ntime.sleep(100)", "f", "x");
        assert!(why.contains("belongs under `if __name__") && why.contains("gave no answer for 3s"), "{why}");
    }
}
