//! Event loops that start the two coroutines of `cook-eat`: tokio's, and asyncio's.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};

use crate::engine::{Jobs, Model, Origin, Performance, Sample, Spans, Usage, now};
use crate::model::{ModelEntry, cpython::Python, ensure_startable};
use crate::post::story::StoryRunner;
use crate::post::story::way::{COOK, EAT, Way};
use crate::workload::Size;
use crate::workload::script::{Action, NAME, Script};

/// An event loop, called as the model that has the same one.
pub(super) struct EventLoop {
    pub(super) model: &'static str,
    /// Its tasks may run on several threads.
    pub(super) has_threads: bool,
    engine: Engine,
}

/// The implementation of the event loop.
enum Engine {
    Tokio(Runtime),
    Asyncio(Box<Python<Script>>, Arc<Spans>),
}

impl EventLoop {
    pub(super) fn one() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.context("cannot start tokio's current-thread runtime")?;
        Ok(EventLoop { model: "tokio-one", has_threads: false, engine: Engine::Tokio(runtime) })
    }

    pub(super) fn many(cores: usize) -> Result<Self> {
        ensure_startable(cores)?;
        let runtime = Builder::new_multi_thread().worker_threads(cores).enable_time().build();
        let runtime = runtime.with_context(|| format!("cannot start tokio's runtime of {cores} threads"))?;
        Ok(EventLoop { model: "tokio-many", has_threads: true, engine: Engine::Tokio(runtime) })
    }

    /// The loop of `model`, which is asyncio's.
    pub(super) fn asyncio(model: &ModelEntry, runner: &StoryRunner) -> Result<Self> {
        model.ensure_available()?;
        let spans: Arc<Spans> = Arc::default();
        let python = Python::start(model.name, &model.resources(1, &runner.with.exe), Some(&spans))?;
        let engine = Engine::Asyncio(Box::new(python), spans);
        Ok(EventLoop { model: model.name, has_threads: false, engine })
    }

    pub(super) fn run(&mut self, way: Way, coroutines: &Coroutines) -> Result<Performance> {
        let Coroutines { jobs, spans } = coroutines;
        match &mut self.engine {
            Engine::Tokio(runtime) => {
                let (before, start) = (Usage::of_this_process(), now());
                runtime.block_on(way.start(jobs))?;
                let sample = Sample { wall: now() - start, used: Usage::of_this_process() - before };
                Ok(Performance::of(sample, spans.take()))
            }
            Engine::Asyncio(python, spans) => {
                python.prepare(jobs)?;
                let (before, start) = (python.usage()?, now());
                python.start_coroutines(way.name(), jobs)?;
                let wall = now() - start;
                let sample = Sample { wall, used: python.usage()? - before };
                Ok(Performance::of(sample, spans.take()).at(python.process_id().unwrap_or_default()))
            }
        }
    }
}

/// The two coroutines as jobs, and where their spans are recorded.
pub(super) struct Coroutines {
    jobs: Jobs<Script>,
    spans: Arc<Spans>,
}

impl Coroutines {
    /// Both, at a given length of a second.
    pub(super) fn of(second: Duration) -> Self {
        let size = Size { jobs: 2, each: 1 };
        let origin = Arc::new(Origin { workload: NAME.into(), size, fixture: (None, None) });
        let spans: Arc<Spans> = Arc::default();
        let jobs = Jobs::new(
            &[wait(0, COOK, second), wait(1, EAT, second)].into(),
            2,
            &Arc::default(),
            Some(&spans),
            &origin,
        );
        Coroutines { jobs, spans }
    }
}

fn wait(seed: u64, seconds: f64, second: Duration) -> Script {
    let us = u64::try_from(second.mul_f64(seconds).as_micros()).unwrap_or(u64::MAX);
    Script { seed, steps: vec![Action::Wait { us }.freely()] }
}
