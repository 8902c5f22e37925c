//! CPython's own models: a separate interpreter carries out the jobs with the tools of its standard library.
//!
//! Jobs become Python objects before the clock starts, as they would be in a Python program. During a run,
//! the pipe
//! carries only the batch number and the digests.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::engine::clock::{Timestamp, Usage};
use crate::engine::digest::Digest;
use crate::engine::platform::Platform;
use crate::engine::trace::{Phase, Span, Spans};
use crate::model::cpython::Interpreter;
use crate::model::cpython::script::PythonProcess;
use crate::model::{ALL, Concurrency, MadeOf, Model, ModelEntry, Resources, Start, Started};
use crate::workload::Job;
use crate::workload::fixture::stage::Unavailable;

/// Name, description, what it is made of, concurrency, and the first minor version of Python 3 that has it.
const MODELS: [(&str, &str, MadeOf, Concurrency, u32); 5] = [
    ("py-loop", "one job after the other: Python's baseline", MadeOf::Caller, Concurrency::One, 0),
    ("py-threading", "a ThreadPoolExecutor", MadeOf::Threads, Concurrency::Workers, 0),
    ("py-asyncio", "gather on one asyncio loop; files by asyncio.to_thread", MadeOf::Tasks, ALL, 0),
    ("py-multiprocessing", "a ProcessPoolExecutor", MadeOf::Processes, Concurrency::Workers, 0),
    ("py-interpreters", "an InterpreterPoolExecutor", MadeOf::Processes, Concurrency::Workers, 14),
];

/// The models under `interpreter`, the baseline first. Unsupported models are included with the reason.
pub(crate) fn models(interpreter: &'static Interpreter) -> &'static [ModelEntry] {
    interpreter.models_by(|it| MODELS.iter().map(|model| entry(it, model)).collect())
}

fn entry(
    interpreter: &'static Interpreter,
    &(model, about, made_of, concurrency, since): &(&'static str, &'static str, MadeOf, Concurrency, u32),
) -> ModelEntry {
    let unavailable = match &interpreter.facts {
        Err(why) => Some(why.clone()),
        Ok(facts) if facts.release() < vec![3, since] => {
            Some(format!("it came with Python 3.{since}, and this is {}", facts.version))
        }
        Ok(_) => None,
    };
    let unavailable: Option<&'static str> = unavailable.map(|why| &*why.leak());
    let start = move |resources: &Resources, spans: Option<&Arc<Spans>>| -> Started {
        match unavailable {
            Some(why) => Err(Unavailable(why.into()).into()),
            None => Ok(Box::new(Python::start(interpreter, model, resources, spans)?)),
        }
    };
    ModelEntry {
        name: format!("{model}@{}", interpreter.tag).leak(),
        about,
        revision: 1,
        made_of,
        concurrency,
        platform: Platform::Python(interpreter),
        unavailable,
        start: leaked(move |resources| start(resources, None)),
        start_traced: Box::leak(Box::new(move |spans: &Arc<Spans>, resources: &Resources| {
            start(resources, Some(spans))
        })),
    }
}

/// Entries live as long as their interpreter: until the end of the program.
fn leaked(start: impl Fn(&Resources) -> Started + Sync + 'static) -> &'static Start {
    Box::leak(Box::new(start))
}

/// A started Python model.
pub(crate) struct Python {
    python_process: PythonProcess,
    /// Batches whose jobs it has; their index is their number.
    known: Vec<Arc<[Job]>>,
    spans: Option<Arc<Spans>>,
    /// The duration of the last run by Python's own clock, in nanoseconds.
    pub(crate) inside_ns: u64,
}

impl Python {
    /// Starts `model` under `interpreter`; its workers are ready when this returns.
    ///
    /// # Errors
    /// Names the interpreter, and includes its output.
    pub(crate) fn start(
        interpreter: &Interpreter,
        model: &str,
        resources: &Resources,
        spans: Option<&Arc<Spans>>,
    ) -> Result<Self> {
        let python_process = PythonProcess::start(interpreter, model, spans.is_some(), resources)?;
        Ok(Python { python_process, known: vec![], spans: spans.map(Arc::clone), inside_ns: 0 })
    }

    /// The number of a batch; sends its jobs to Python if they are new.
    fn number_of(&mut self, jobs: &Arc<[Job]>) -> Result<u64> {
        if let Some(number) = self.known.iter().position(|known| Arc::ptr_eq(known, jobs)) {
            return Ok(number as u64);
        }
        let number = self.known.len() as u64;
        self.python_process.ask_json(b'P', &serde_json::json!({ "batch": number, "jobs": &**jobs }), b'P')?;
        self.known.push(Arc::clone(jobs));
        Ok(number)
    }

    /// Starts the jobs as coroutines in one of the ways that [`crate::post::story::cook_eat`] defines.
    ///
    /// # Errors
    /// As [`Model::run`].
    pub(crate) fn start_coroutines(&mut self, way: &str, jobs: &Arc<[Job]>) -> Result<()> {
        let batch = self.number_of(jobs)?;
        self.python_process.ask_json(b'C', &serde_json::json!({ "batch": batch, "way": way }), b'D').map(drop)
    }

    /// Fetches the spans of the last run if it is traced.
    fn fetch_spans(&mut self) -> Result<()> {
        let Some(sink) = &self.spans else { return Ok(()) };
        let spans: Vec<PythonSpan> = serde_json::from_slice(&self.python_process.ask(b'S', &[], b'S')?)?;
        let in_order = |PythonSpan(_, _, start, stop, ..): &PythonSpan| start <= stop;
        ensure!(spans.iter().all(in_order), "a span ends before it begins");
        sink.extend(spans.into_iter().map(PythonSpan::into).collect());
        Ok(())
    }
}

impl Model for Python {
    fn prepare(&mut self, jobs: &Arc<[Job]>) -> Result<()> {
        self.number_of(jobs).map(drop)
    }

    fn run(&mut self, jobs: &Arc<[Job]>) -> Result<Vec<Digest>> {
        let number = self.number_of(jobs)?;
        let answer = self.python_process.ask(b'R', &number.to_le_bytes(), b'D')?;
        let (words, rest) = answer.as_chunks::<8>();
        ensure!(rest.is_empty(), "the digests end within one");
        let mut words = words.iter().map(|&word| u64::from_le_bytes(word));
        self.inside_ns = words.next().context("the answer is empty")?;
        Ok(words.map(Digest::of_bits).collect())
    }

    /// The usage of this process, the interpreter and its workers. Spans are fetched afterwards: writing them
    /// takes time.
    fn usage(&mut self) -> Result<Usage> {
        let own = Usage::of_this_process();
        let [cpu_ns, device_bytes, gave_way, was_preempted] =
            serde_json::from_slice(&self.python_process.ask(b'U', &[], b'U')?)?;
        self.fetch_spans()?;
        Ok(Usage { cpu_ns, device_bytes, gave_way, was_preempted } + own)
    }

    fn process_id(&self) -> Option<u32> {
        Some(self.python_process.id())
    }
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
