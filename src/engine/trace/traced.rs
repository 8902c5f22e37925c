//! Phases that record a span each.

use std::future::Future;
use std::sync::Arc;

use crate::engine::clock::{Timestamp, now};
use crate::engine::trace::{Phase, Span, Spans, threads};
use crate::engine::work::Phases;

/// Records the phases of jobs.
#[derive(Clone, Debug, Default)]
pub struct Traced {
    spans: Arc<Spans>,
    job: u32,
}

impl Traced {
    /// Phases that are recorded in `spans`.
    pub fn to(spans: &Arc<Spans>) -> Self {
        Traced { spans: Arc::clone(spans), job: 0 }
    }
}

impl Phases for Traced {
    fn job(&self, index: usize) -> Self {
        let job = u32::try_from(index).expect("a batch has less than 4 billion jobs");
        Traced { spans: Arc::clone(&self.spans), job }
    }

    fn compute<T>(&self, work: impl FnOnce() -> T) -> T {
        let begun = Begun::now();
        let result = work();
        begun.end(self, Phase::Compute);
        result
    }

    fn wait<T>(&self, wait: impl FnOnce() -> T) -> T {
        let begun = Begun::now();
        let result = wait();
        begun.end(self, Phase::Wait);
        result
    }

    async fn wait_async<F: Future + Send>(&self, wait: F) -> F::Output {
        let begun = Begun::now();
        let result = wait.await;
        begun.end(self, Phase::Wait);
        result
    }

    fn spans(&self) -> Option<&Arc<Spans>> {
        Some(&self.spans)
    }
}

/// An unfinished span with its start: a task may have moved when it ends.
struct Begun {
    thread: u32,
    cpu: Option<u32>,
    start: Timestamp,
}

impl Begun {
    fn now() -> Self {
        let (thread, cpu) = (threads::this_thread(), threads::this_cpu());
        Begun { thread, cpu, start: now() }
    }

    fn end(self, traced: &Traced, phase: Phase) {
        let stop = now();
        let Begun { thread, cpu, start } = self;
        let process = std::process::id();
        traced.spans.push(Span { job: traced.job, phase, start, stop, thread, process, cpu });
    }
}
