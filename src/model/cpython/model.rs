//! CPython's own models: an interpreter carries the jobs out, with the tools of its standard library.
//!
//! Jobs are converted to Python objects before the clock starts, as in a Python program: the pipe carries only the number of
//! the batch to run, and the digests.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::engine::{
    Model, Phase, Resources, Span, Spans, Timestamp, Usage, digest::Digest, jobs::Jobs, work::Work,
};
use crate::model::{
    Concurrency, HandOut, MadeOf, ModelEntry, Needs, Platform, Rounding, cpython::Interpreter,
    cpython::script::PythonProcess,
};
use crate::record::schema::Width;

/// A model that interpreters have.
struct PythonModel {
    name: &'static str,
    about: &'static str,
    made_of: MadeOf,
    concurrency: Concurrency,
    hand_out: HandOut,
    /// As [`ModelEntry::revision`].
    revision: u32,
    /// The first minor version of Python 3 that has it.
    since: u32,
    /// The installed package that it takes.
    package: Option<&'static str>,
}

/// The baseline first.
const MODELS: [PythonModel; 10] = [
    PythonModel {
        name: "py-loop",
        about: "one job at a time: Python's baseline",
        made_of: MadeOf::Caller,
        concurrency: Concurrency::One,
        hand_out: HandOut::Single,
        revision: 1,
        since: 0,
        package: None,
    },
    PythonModel {
        name: "py-threading",
        about: "a ThreadPoolExecutor",
        made_of: MadeOf::Threads,
        concurrency: Concurrency::Workers,
        hand_out: HandOut::Single,
        revision: 1,
        since: 0,
        package: None,
    },
    PythonModel {
        name: "py-asyncio",
        about: "gather on one asyncio loop; files by asyncio.to_thread",
        made_of: MadeOf::TasksOnOneThread,
        // The interpreter says how many files.
        concurrency: Concurrency::Tasks { threads: Width::One, files: 1 },
        hand_out: HandOut::Single,
        revision: 1,
        since: 0,
        package: None,
    },
    PythonModel {
        name: "py-multiprocessing",
        about: "multiprocessing's Pool, which sends each worker four parts of the jobs",
        made_of: MadeOf::Processes,
        concurrency: Concurrency::Workers,
        hand_out: HandOut::Parts { of_each: 4, rounding: Rounding::Up },
        // The first was a ProcessPoolExecutor.
        revision: 2,
        since: 0,
        package: None,
    },
    PythonModel {
        name: "py-processpool",
        about: "a ProcessPoolExecutor, which sends single jobs",
        made_of: MadeOf::Processes,
        concurrency: Concurrency::Workers,
        hand_out: HandOut::Single,
        revision: 1,
        since: 0,
        package: None,
    },
    PythonModel {
        name: "py-processpool-chunks",
        about: "a ProcessPoolExecutor that sends each worker four chunks of jobs",
        made_of: MadeOf::Processes,
        concurrency: Concurrency::Cores,
        hand_out: HandOut::Parts { of_each: 4, rounding: Rounding::Down },
        revision: 1,
        since: 0,
        package: None,
    },
    PythonModel {
        name: "py-interpreters",
        about: "an InterpreterPoolExecutor",
        made_of: MadeOf::Interpreters,
        concurrency: Concurrency::Workers,
        hand_out: HandOut::Single,
        revision: 1,
        since: 14,
        package: None,
    },
    PythonModel {
        name: "py-dask",
        about: "a LocalCluster of dask.distributed: a process for each core, to which a scheduler sends single tasks",
        made_of: MadeOf::Processes,
        concurrency: Concurrency::Cores,
        hand_out: HandOut::Single,
        revision: 1,
        since: 0,
        package: Some("distributed"),
    },
    PythonModel {
        name: "py-ray",
        about: "tasks of ray on one node, with a worker process for each core",
        made_of: MadeOf::Processes,
        concurrency: Concurrency::Cores,
        hand_out: HandOut::Single,
        revision: 1,
        since: 0,
        package: Some("ray"),
    },
    PythonModel {
        name: "py-mpi4py",
        about: "mpi4py's MPIPoolExecutor, which sends single jobs to a process for each core",
        made_of: MadeOf::Processes,
        concurrency: Concurrency::Cores,
        hand_out: HandOut::Single,
        revision: 1,
        since: 0,
        package: Some("mpi4py"),
    },
];

/// The models under `interpreter`, the baseline first. Unsupported models are included with the reason, and so are those that are measured
/// only if they are named: whether it has their packages is not asked here.
pub fn every_model(interpreter: &'static Interpreter) -> &'static [ModelEntry] {
    interpreter.models_by(|interpreter| MODELS.iter().map(|model| model.under(interpreter)).collect())
}

/// The packages that models take.
pub(super) fn packages() -> Vec<&'static str> {
    MODELS.iter().filter_map(|model| model.package).collect()
}

/// The package that a model takes, by its name without its interpreter.
pub(super) fn package_of(name: &str) -> Option<&'static str> {
    MODELS.iter().find(|model| model.name == name)?.package
}

/// The names of the models that are always measured, without their interpreter, and what each is made of.
pub(crate) fn names() -> Vec<(&'static str, MadeOf)> {
    let usual = MODELS.iter().filter(|model| model.package.is_none());
    usual.map(|model| (model.name, model.made_of)).collect()
}

/// What a model is made of by its name, without its interpreter.
pub(crate) fn made_of(name: &str) -> Option<MadeOf> {
    Some(MODELS.iter().find(|model| model.name == name)?.made_of)
}

/// How a model hands out jobs by its name, without its interpreter: one at a time, if there is none of that name.
pub(crate) fn hand_out(name: &str) -> HandOut {
    MODELS.iter().find(|model| model.name == name).map_or(HandOut::Single, |model| model.hand_out)
}

/// Why there are no models that take a package on other systems.
const LINUX_ALONE: &str =
    "its processes have sessions of their own, and bakeoff can end such processes on Linux alone";

impl PythonModel {
    /// Its entry lives as long as its interpreter: until the end of the program.
    fn under(&self, interpreter: &'static Interpreter) -> ModelEntry {
        let unavailable = match &interpreter.facts {
            Err(why) => Some(why.clone()),
            Ok(facts) if facts.release() < vec![3, self.since] => {
                Some(format!("it came with Python 3.{}, and this is {}", self.since, facts.version))
            }
            Ok(_) if self.package.is_some() && !cfg!(target_os = "linux") => Some(LINUX_ALONE.to_owned()),
            Ok(facts) if self.made_of == MadeOf::Processes => facts.lacks_processes.clone(),
            Ok(_) => None,
        };
        let concurrency = match (self.concurrency, &interpreter.facts) {
            (Concurrency::Tasks { threads, .. }, Ok(facts)) => {
                Concurrency::Tasks { threads, files: facts.executor_threads }
            }
            (concurrency, _) => concurrency,
        };
        ModelEntry {
            known_from: 1,
            needs: self.package.map(Needs::Package),
            name: format!("{}@{}", self.name, interpreter.tag).leak(),
            about: self.about,
            revision: self.revision,
            made_of: self.made_of,
            concurrency,
            hand_out: self.hand_out,
            platform: Platform::Python(interpreter),
            unavailable: unavailable.map(|why| &*why.leak()),
        }
    }
}

/// A started model of an interpreter.
pub struct Python<W: Work> {
    process: PythonProcess,
    /// Batches whose jobs it has; their index is their number.
    known: Vec<Jobs<W>>,
    spans: Option<Arc<Spans>>,
    /// The duration of the last run by Python's own clock, in nanoseconds.
    inside_ns: u64,
    /// The interpreter has kept the results of the last run.
    has_kept: bool,
}

impl<W: Work> Python<W> {
    /// Starts `model`, which is called as its entry, under the interpreter of `resources`; its workers are ready when this
    /// returns.
    ///
    /// # Errors
    /// Names the interpreter, and includes its output.
    pub fn start(model: &str, resources: &Resources, spans: Option<&Arc<Spans>>) -> Result<Self> {
        let interpreter: &Path =
            resources.interpreter.as_deref().context("a Python model needs an interpreter")?;
        let process = PythonProcess::start(interpreter, model, spans.is_some(), resources)?;
        Ok(Python { process, known: vec![], spans: spans.map(Arc::clone), inside_ns: 0, has_kept: false })
    }

    /// The number of a batch; sends its jobs to Python if they are new.
    pub(super) fn number_of(&mut self, jobs: &Jobs<W>) -> Result<u64> {
        if let Some(number) = self.known.iter().position(|known| known.is_same(jobs)) {
            return Ok(number as u64);
        }
        let number = self.known.len() as u64;
        let in_python: Vec<Value> = jobs.work().iter().map(Work::in_python).collect::<Result<_>>()?;
        self.process.ask_json(b'P', &json!({ "batch": number, "jobs": in_python }), b'P')?;
        self.known.push(jobs.clone());
        Ok(number)
    }

    /// Starts the jobs as coroutines in one of the ways that the worker knows.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub fn start_coroutines(&mut self, way: &str, jobs: &Jobs<W>) -> Result<()> {
        let batch = self.number_of(jobs)?;
        self.process.ask_json(b'C', &json!({ "batch": batch, "way": way }), b'D').map(drop)
    }

    /// Lets the jobs arrive at these times, and returns what the interpreter tells of them.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub(super) fn arrive(&mut self, jobs: &Jobs<W>, due_ns: &[u64], patience_ns: u64) -> Result<Vec<u8>> {
        let batch = self.number_of(jobs)?;
        let order = json!({ "batch": batch, "due_ns": due_ns, "patience_ns": patience_ns });
        self.process.ask_json(b'V', &order, b'V')
    }

    /// Fetches the spans of the last run if it is traced.
    fn fetch_spans(&mut self) -> Result<()> {
        let Some(recorded) = &self.spans else { return Ok(()) };
        let spans: Vec<PythonSpan> = serde_json::from_slice(&self.process.ask(b'S', &[], b'S')?)?;
        for span in spans {
            let span = Span::from(span);
            ensure!(span.start <= span.stop, "a span ends before it begins");
            recorded.push(span);
        }
        Ok(())
    }
}

impl<W: Work> Model<W> for Python<W> {
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        self.number_of(jobs).map(drop)
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let number = self.number_of(jobs)?;
        let answer = self.process.ask(b'R', &number.to_le_bytes(), b'D')?;
        let mut words = words_of(&answer)?.into_iter();
        self.inside_ns = words.next().context("the answer is empty")?;
        self.has_kept = words.len() == 0 && jobs.len() > 0;
        Ok(words.map(Digest::of_bits).collect())
    }

    fn answers(&mut self, returned: Vec<Digest>) -> Result<Vec<Digest>> {
        if !self.has_kept {
            return Ok(returned);
        }
        let answers = self.process.ask(b'A', &[], b'A')?;
        Ok(words_of(&answers)?.into_iter().map(Digest::of_bits).collect())
    }

    /// The usage of this process, the interpreter and its workers. Spans are fetched afterwards: writing them takes time.
    fn usage(&mut self) -> Result<Usage> {
        let own = Usage::of_this_process();
        let [cpu_ns, device_bytes, gave_way, was_preempted] =
            serde_json::from_slice(&self.process.ask(b'U', &[], b'U')?)?;
        self.fetch_spans()?;
        Ok(Usage { cpu_ns, device_bytes, gave_way, was_preempted } + own)
    }

    fn process_id(&self) -> Option<u32> {
        Some(self.process.id())
    }

    fn inside_ns(&self) -> Option<u64> {
        Some(self.inside_ns)
    }
}

/// The numbers in a frame.
fn words_of(frame: &[u8]) -> Result<Vec<u64>> {
    let (words, rest) = frame.as_chunks::<8>();
    ensure!(rest.is_empty(), "the numbers end within one");
    Ok(words.iter().map(|&word| u64::from_le_bytes(word)).collect())
}

/// A span as Python reports it: job, whether it computes, start, stop, thread, process.
#[derive(Deserialize)]
struct PythonSpan(u32, bool, u64, u64, u32, u32);

impl From<PythonSpan> for Span {
    fn from(PythonSpan(job, computes, start, stop, thread, process): PythonSpan) -> Span {
        let phase = if computes { Phase::Compute } else { Phase::Wait };
        let (start, stop) = (Timestamp::at_ns(start), Timestamp::at_ns(stop));
        Span { job, phase, start, stop, thread, process, cpu: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methodology_describes_every_python_model() {
        let text = include_str!("../../../METHODOLOGY.md");
        for PythonModel { name, .. } in MODELS {
            assert!(text.contains(&format!("\n| `{name}` |")), "METHODOLOGY.md has no row for {name}");
        }
    }
}
