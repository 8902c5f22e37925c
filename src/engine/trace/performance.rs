//! A traced run: its sample and its timeline.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;

use crate::engine::batch::Batch;
use crate::engine::model::{Resources, Started};
use crate::engine::panics::catch_panic;
use crate::engine::sample::{Sample, sample};
use crate::engine::trace::overlap::{
    extent_ns, lifetimes, migrations, most_at_once, processes, threads as by_process, times, union_ns,
};
use crate::engine::trace::{Phase, Span, Spans, threads};

/// A model that was started traced.
pub struct Performer {
    model: Box<dyn Started>,
    spans: Arc<Spans>,
}

impl Performer {
    /// Starts the model `model` for the jobs of `batch` and others of their type.
    ///
    /// # Errors
    /// As [`Batch::start`].
    pub fn start(batch: &Batch, model: &str, resources: &Resources) -> Result<Self> {
        let spans = Arc::default();
        let model = catch_panic(|| batch.start(model, resources, Some(&spans)))?;
        Ok(Performer { model, spans })
    }

    /// Runs and verifies `batch`.
    ///
    /// # Errors
    /// As [`sample`], and where the model panics.
    pub fn perform(&mut self, batch: &Batch) -> Result<Performance> {
        let before = threads::run_times();
        let sample = catch_panic(|| sample(self.model.as_mut(), batch))?;
        let ran = match (before, threads::run_times()) {
            (Some(before), Some(after)) => Some(threads::that_ran(&before, &after)),
            _ => None,
        };
        let process_id = self.model.process_id().unwrap_or_else(std::process::id);
        Ok(Performance { sample, spans: self.spans.take(), ran, caller: threads::this_thread(), process_id })
    }
}

/// One traced run.
#[derive(Clone, Debug)]
pub struct Performance {
    /// Its times.
    pub sample: Sample,
    /// Its spans.
    pub spans: Vec<Span>,
    /// The threads of this process that ran meanwhile, if the system reports them.
    ran: Option<Vec<u32>>,
    caller: u32,
    /// The process id of the model.
    process_id: u32,
}

impl Performance {
    /// A run without a model.
    pub fn of(sample: Sample, spans: Vec<Span>) -> Self {
        Performance {
            sample,
            spans,
            ran: None,
            caller: threads::this_thread(),
            process_id: std::process::id(),
        }
    }

    /// The same run, attributed to a model in the process `process_id`.
    pub fn at(self, process_id: u32) -> Self {
        Performance { process_id, ..self }
    }

    /// The maximum number of threads of one process that worked on the jobs. In this process, threads without
    /// a span also count if they ran: a runtime reads files in its own threads.
    pub fn threads(&self) -> usize {
        let mut threads = by_process(&self.spans);
        if self.process_id == std::process::id()
            && let Some(own) = threads.get_mut(&self.process_id)
        {
            // The caller only waits for the others, unless it has a span.
            own.extend(self.ran.iter().flatten().filter(|thread| **thread != self.caller));
        }
        threads.values().map(BTreeSet::len).max().unwrap_or(0)
    }

    /// The number of processes that carried out jobs, besides the model's own.
    pub fn child_processes(&self) -> usize {
        processes(&self.spans).iter().filter(|process| **process != self.process_id).count()
    }

    /// Figures derived from the spans, by name: all times in nanoseconds, summed over jobs unless the name
    /// says otherwise.
    pub fn figures(&self) -> BTreeMap<String, u64> {
        let (waits, computes) = (times(&self.spans, Phase::Wait), times(&self.spans, Phase::Compute));
        let sum =
            |intervals: &[std::ops::Range<u64>]| intervals.iter().map(|it| it.end - it.start).sum::<u64>();
        let both = union_ns(&waits) + union_ns(&computes) - union_ns(&[&waits[..], &computes].concat());
        let count = |number: usize| number as u64;
        let mut figures = BTreeMap::from([
            ("waits", count(waits.len())),
            ("computes", count(computes.len())),
            ("wait_ns", sum(&waits)),
            ("compute_ns", sum(&computes)),
            ("waits_at_once", count(most_at_once(&waits))),
            ("computes_at_once", count(most_at_once(&computes))),
            ("in_flight", count(most_at_once(&lifetimes(&self.spans)))),
            // While any job waits, while any job computes, and while both happen.
            ("waiting_ns", union_ns(&waits)),
            ("computing_ns", union_ns(&computes)),
            ("both_ns", both),
            ("extent_ns", extent_ns(&self.spans)),
            ("threads", count(self.threads())),
            ("child_processes", count(self.child_processes())),
            ("migrations", count(migrations(&self.spans))),
        ]);
        if let Some(cpu_ns) = self.sample.used.cpu_ns {
            figures.insert("cpu_ns", cpu_ns);
        }
        figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
