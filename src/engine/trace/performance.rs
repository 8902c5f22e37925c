//! A traced run: its sample and its timeline.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;

use crate::engine::trace::overlap::{
    extent_ns, has_cores, lifetimes, migrations, most_at_once, processes, sum_ns, threads as by_process,
    times, union_ns,
};
use crate::engine::{Batch, Phase, Sample, Span, Spans, Started, catch_panic, sample, trace::threads};
use crate::record::figure::Figure;

/// A model that was started traced.
pub struct Performer {
    model: Box<dyn Started>,
    spans: Arc<Spans>,
}

impl Performer {
    /// `model`, which was started with `spans`.
    pub fn new(model: Box<dyn Started>, spans: Arc<Spans>) -> Self {
        Performer { model, spans }
    }

    /// Runs and verifies `batch`.
    ///
    /// # Errors
    /// As [`sample()`], and where the model panics.
    pub fn perform(&mut self, batch: &Batch) -> Result<Performance> {
        let process_id = self.model.process_id().unwrap_or_else(std::process::id);
        let before = threads::run_times(process_id);
        let sample = catch_panic(|| sample(self.model.as_mut(), batch))?;
        let ran = match (before, threads::run_times(process_id)) {
            (Some(before), Some(after)) => Some(threads::that_ran(&before, &after)),
            _ => None,
        };
        let is_own = process_id == std::process::id();
        // The main thread of another process has the number of the process.
        let caller = if is_own { threads::this_thread() } else { process_id };
        Ok(Performance { sample, spans: self.spans.take(), ran, caller, process_id })
    }
}

/// One traced run.
#[derive(Clone, Debug)]
pub struct Performance {
    /// Its times.
    pub sample: Sample,
    /// Its spans.
    pub spans: Vec<Span>,
    /// The threads of the model's process that ran meanwhile besides those with spans; `None` if the system does not report them.
    ran: Option<Vec<u32>>,
    /// The thread that called the model.
    caller: u32,
    /// The process id of the model.
    process_id: u32,
}

impl Performance {
    /// A run without a model: all of its threads have spans.
    pub fn of(sample: Sample, spans: Vec<Span>) -> Self {
        Performance {
            sample,
            spans,
            ran: Some(vec![]),
            caller: threads::this_thread(),
            process_id: std::process::id(),
        }
    }

    /// The same run, attributed to a model in the process `process_id`.
    pub fn at(self, process_id: u32) -> Self {
        Performance { process_id, ..self }
    }

    /// The maximum number of threads of one process that worked on the jobs. In the model's process, threads without
    /// a span also count if they ran: a runtime reads files, or resolves names, in its own threads. `None` if it is unknown
    /// whether there were such threads.
    pub fn threads(&self) -> Option<usize> {
        let mut threads = by_process(&self.spans);
        let ran = self.ran.as_ref()?;
        if let Some(own) = threads.get_mut(&self.process_id) {
            for &thread in ran {
                // The caller only waits for the others, unless it has a span.
                if thread != self.caller {
                    own.insert(thread);
                }
            }
        }
        Some(threads.values().map(BTreeSet::len).max().unwrap_or(0))
    }

    /// The number of processes that carried out jobs, besides the model's own.
    pub fn child_processes(&self) -> usize {
        let mut processes = processes(&self.spans);
        processes.remove(&self.process_id);
        processes.len()
    }

    /// Figures derived from the spans, and the CPU time of the run.
    pub fn figures(&self) -> Vec<(Figure, u64)> {
        let (waits, computes) = (times(&self.spans, Phase::Wait), times(&self.spans, Phase::Compute));
        let (waiting, computing) = (union_ns(&waits), union_ns(&computes));
        let either = union_ns(&[&waits[..], &computes].concat());
        let mut figures = vec![
            (Figure::Waits, waits.len() as u64),
            (Figure::Computes, computes.len() as u64),
            (Figure::WaitNs, sum_ns(&waits)),
            (Figure::ComputeNs, sum_ns(&computes)),
            (Figure::WaitsAtOnce, most_at_once(&waits)),
            (Figure::ComputesAtOnce, most_at_once(&computes)),
            (Figure::InFlight, most_at_once(&lifetimes(&self.spans))),
            (Figure::WaitingNs, waiting),
            (Figure::ComputingNs, computing),
            (Figure::BothNs, waiting + computing - either),
            (Figure::ExtentNs, extent_ns(&self.spans)),
            (Figure::ChildProcesses, self.child_processes() as u64),
        ];
        if let Some(threads) = self.threads() {
            figures.push((Figure::Threads, threads as u64));
        }
        if has_cores(&self.spans) {
            figures.push((Figure::Migrations, migrations(&self.spans)));
        }
        if let Some(cpu_ns) = self.sample.used.cpu_ns {
            figures.push((Figure::CpuNs, cpu_ns));
        }
        figures
    }
}
