//! A fresh interpreter that calls a user's function, for what it returns and takes.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::engine::Resources;
use crate::model::cpython::script::PythonProcess;
use crate::workload::python::PythonTask;

/// Calls that take longer all together are not made a second time, only to be timed without what is between them.
const LONG: Duration = Duration::from_secs(5);

/// What an interpreter tells of a task that it has loaded.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Loaded {
    Wrong {
        wrong: String,
    },
    Right {
        count: usize,
        inputs_ns: u64,
        shipping_ns: Option<u64>,
        is_coroutine: bool,
        gil: bool,
        warnings: Vec<String>,
        packages: Vec<String>,
    },
}

/// An interpreter whose process is new.
pub(super) struct Fresh {
    process: PythonProcess,
    batches: u64,
}

/// What all calls took, one after the other.
pub(super) struct Timed {
    pub(super) calls_ns: u64,
    pub(super) cpu_ns: Option<u64>,
    /// How often a call gave its core away, on average.
    pub(super) waits: Option<f64>,
}

/// CPU time, bytes read from devices, voluntary and involuntary context switches.
type Used = [Option<u64>; 4];

/// The increase of what the system may not tell.
fn since(before: Option<u64>, after: Option<u64>) -> Option<u64> {
    Some(after?.saturating_sub(before?))
}

impl Timed {
    fn between(before: Used, after: Used, calls_ns: u64, count: usize) -> Self {
        let [cpu_before, _, waits_before, _] = before;
        let [cpu_after, _, waits_after, _] = after;
        let waits = since(waits_before, waits_after).map(|waits| waits as f64 / count as f64);
        Timed { calls_ns, cpu_ns: since(cpu_before, cpu_after), waits }
    }
}

impl Fresh {
    /// Starts it; it has loaded nothing yet, and may be silent for `deadline`.
    pub(super) fn start(path: &Path, tag: &str, deadline: Duration) -> Result<Self> {
        let resources = Resources {
            interpreter: Some(path.to_owned()),
            with_packages: true,
            deadline,
            ..Resources::new(1, Path::new(""))
        };
        let process = PythonProcess::start(path, &format!("py-loop@{tag}"), false, &resources)?;
        Ok(Fresh { process, batches: 0 })
    }

    /// What it tells of `task` when asked by this letter.
    pub(super) fn tell<T: DeserializeOwned>(&mut self, letter: u8, task: &PythonTask) -> Result<T> {
        Ok(serde_json::from_slice(&self.process.ask_json(letter, task, letter)?)?)
    }

    /// The answers of all jobs, one after the other, and what the calls took.
    pub(super) fn answers(&mut self, task: &PythonTask, count: usize) -> Result<(Vec<u64>, Timed)> {
        let mut answers = Vec::with_capacity(count);
        let before = self.usage()?;
        let mut calls_ns = 0;
        for number in 0..count {
            let job = format!("job {number}");
            match self.answer(task, number) {
                Ok((answer, ns)) => {
                    answers.push(answer);
                    calls_ns += ns;
                }
                // The function has said so itself.
                Err(why) if format!("{why:#}").contains(&job) => return Err(why),
                Err(why) => return Err(why.context(job)),
            }
        }
        let timed = Timed::between(before, self.usage()?, calls_ns, count);
        Ok((answers, timed))
    }

    /// The answer of a job, and the time of its call.
    pub(super) fn answer(&mut self, task: &PythonTask, number: usize) -> Result<(u64, u64)> {
        let batch = self.prepare(task, number..number + 1)?;
        let took = self.run(batch)?;
        let answer = self.process.ask(b'A', b"alone", b'A')?;
        let word = answer.first_chunk().context("the answer is empty")?;
        Ok((u64::from_le_bytes(*word), took))
    }

    /// Times all calls, one after the other, as long as that takes no long time: otherwise `known` is all there is.
    pub(super) fn timed(&mut self, task: &PythonTask, count: usize, known: Timed) -> Result<Timed> {
        if Duration::from_nanos(known.calls_ns) > LONG {
            return Ok(known);
        }
        let batch = self.prepare(task, 0..count)?;
        let before = self.usage()?;
        let calls_ns = self.run(batch)?;
        Ok(Timed::between(before, self.usage()?, calls_ns, count))
    }

    /// Runs a batch; its time by the interpreter's clock.
    fn run(&mut self, batch: u64) -> Result<u64> {
        let took = self.process.ask(b'R', &batch.to_le_bytes(), b'D')?;
        let took = took.first_chunk().context("the answer is empty")?;
        Ok(u64::from_le_bytes(*took))
    }

    /// What it has used so far.
    fn usage(&mut self) -> Result<Used> {
        Ok(serde_json::from_slice(&self.process.ask(b'U', &[], b'U')?)?)
    }

    /// The number of a batch of these jobs.
    fn prepare(&mut self, task: &PythonTask, numbers: std::ops::Range<usize>) -> Result<u64> {
        let number = self.batches;
        self.batches += 1;
        let jobs: Vec<_> = numbers.map(|job| json!({ "Task": { "task": task, "number": job } })).collect();
        self.process.ask_json(b'P', &json!({ "batch": number, "jobs": jobs }), b'P')?;
        Ok(number)
    }
}
