//! The jobs of a run, typed: what a model carries out.

use std::any::Any;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::fork::Nesting;
use crate::engine::io::Runtime;
use crate::engine::{Context, Digest, Size, Spans, Work};

/// The jobs of one run under one started model. Cloning it shares them.
pub struct Jobs<W: Work>(Arc<Shared<W>>);

struct Shared<W: Work> {
    work: Arc<[W]>,
    /// How many of them are run, from the first on.
    len: usize,
    shared: Arc<W::Shared>,
    spans: Option<Arc<Spans>>,
    lock: Option<Arc<Mutex<()>>>,
    runtime: Runtime,
    nesting: Option<Nesting>,
    are_portable: bool,
    origin: Arc<Origin>,
}

/// Where the jobs of a batch come from: another process makes the same ones from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The name of the workload.
    pub workload: String,
    /// The size of the batch.
    pub size: Size,
    /// The folder of its files and the port of its server, where it has them.
    pub fixture: (Option<PathBuf>, Option<u16>),
}

/// What a child process gets to know about the jobs that it makes for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Where they come from.
    pub origin: Origin,
    /// Which of the batch.
    pub range: Range<usize>,
    /// The jobs of the range, if they can't be made from their number.
    pub portable: Option<Vec<Vec<u8>>>,
    /// Whether their spans are recorded.
    pub traced: bool,
}

#[cfg(feature = "mpi")]
impl Recipe {
    /// The same for `part` of its range.
    pub(crate) fn part(&self, part: Range<usize>) -> Self {
        let first = self.range.start;
        let portable = self.portable.as_ref().map(|jobs| jobs[part.start - first..part.end - first].to_vec());
        Recipe { origin: self.origin.clone(), range: part, portable, traced: self.traced }
    }
}

impl<W: Work> Jobs<W> {
    /// The first `len` jobs of `work`; they share `shared`, and their spans are recorded if there is a place for them.
    pub(crate) fn new(
        work: &Arc<[W]>,
        len: usize,
        shared: &Arc<W::Shared>,
        spans: Option<&Arc<Spans>>,
        origin: &Arc<Origin>,
    ) -> Self {
        Jobs(Arc::new(Shared {
            work: Arc::clone(work),
            len,
            shared: Arc::clone(shared),
            spans: spans.cloned(),
            lock: None,
            runtime: Runtime::Tokio,
            nesting: None,
            are_portable: work.first().is_some_and(|work| work.portable().is_some()),
            origin: Arc::clone(origin),
        }))
    }

    /// The same jobs, which compute under `lock` only.
    pub fn under(&self, lock: &Arc<Mutex<()>>) -> Self {
        Jobs(Arc::new(Shared { lock: Some(Arc::clone(lock)), ..self.0.shallow() }))
    }

    /// The same jobs, whose async forms `runtime` carries out.
    pub fn on(&self, runtime: Runtime) -> Self {
        Jobs(Arc::new(Shared { runtime, ..self.0.shallow() }))
    }

    /// The same jobs, which run two parts of them so.
    pub(crate) fn dividing(&self, nesting: Option<Nesting>) -> Self {
        Jobs(Arc::new(Shared { nesting, ..self.0.shallow() }))
    }

    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Runs the job of an index on the calling thread.
    ///
    /// # Errors
    /// As [`Work::run`].
    pub fn run(&self, index: usize) -> Result<Digest> {
        self.0.work[index].run(&self.0.shared, &self.context(index))
    }

    /// Runs the async form of the job of an index.
    ///
    /// # Errors
    /// As [`Work::run`].
    pub async fn run_async(&self, index: usize) -> Result<Digest> {
        self.0.work[index].run_async(&self.0.shared, &self.context(index)).await
    }

    /// Whether another process is sent their inputs, as it can't make them from their number alone.
    pub(crate) fn are_portable(&self) -> bool {
        self.0.are_portable
    }

    /// The jobs themselves.
    pub(crate) fn work(&self) -> &[W] {
        &self.0.work[..self.0.len]
    }

    /// Whether both are the same jobs of the same batch.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.work, &other.0.work) && self.0.len == other.0.len
    }

    /// Where spans are recorded, if the run is traced.
    pub(crate) fn spans(&self) -> Option<&Arc<Spans>> {
        self.0.spans.as_ref()
    }

    /// What a child process has to know to make the jobs of `range`.
    pub(crate) fn recipe(&self, range: Range<usize>) -> Recipe {
        let portable = self.0.work[range.clone()].iter().map(Work::portable).collect();
        Recipe { origin: (*self.0.origin).clone(), range, portable, traced: self.0.spans.is_some() }
    }

    fn context(&self, index: usize) -> Context<'_> {
        let Shared { spans, lock, runtime, nesting, .. } = &*self.0;
        Context::new(index, spans.as_deref(), lock.as_deref()).on(*runtime).dividing(nesting.as_ref())
    }
}

impl<W: Work> Shared<W> {
    /// A second one of the same parts.
    fn shallow(&self) -> Self {
        Shared {
            work: Arc::clone(&self.work),
            len: self.len,
            shared: Arc::clone(&self.shared),
            spans: self.spans.clone(),
            lock: self.lock.clone(),
            runtime: self.runtime,
            nesting: self.nesting.clone(),
            are_portable: self.are_portable,
            origin: Arc::clone(&self.origin),
        }
    }
}

impl<W: Work> Clone for Jobs<W> {
    fn clone(&self) -> Self {
        Jobs(Arc::clone(&self.0))
    }
}

/// The jobs that a child process has made for itself.
pub trait OwnJobs {
    /// Runs the job of an index of the batch.
    ///
    /// # Errors
    /// As [`Work::run`].
    fn run(&self, index: usize, spans: Option<&Spans>) -> Result<Digest>;
}

/// What the jobs of a child process share. It is kept as long as the process, whichever batches it runs: a connection is
/// opened once.
#[derive(Debug, Default)]
pub struct Kept(Option<Arc<dyn Any + Send + Sync>>);

impl Kept {
    fn shared<S: Default + Send + Sync + 'static>(&mut self) -> Arc<S> {
        if let Some(kept) = &self.0
            && let Ok(shared) = Arc::downcast(Arc::clone(kept))
        {
            return shared;
        }
        let shared: Arc<S> = Arc::default();
        self.0 = Some(Arc::<S>::clone(&shared));
        shared
    }
}

/// The jobs of a range of a batch.
pub(crate) struct Made<W: Work> {
    first: usize,
    work: Vec<W>,
    shared: Arc<W::Shared>,
}

impl<W: Work> Made<W> {
    /// The jobs `work`, of which the first is number `first` of its batch.
    pub(crate) fn new(first: usize, work: Vec<W>, kept: &mut Kept) -> Self {
        Made { first, work, shared: kept.shared() }
    }
}

impl<W: Work> OwnJobs for Made<W> {
    fn run(&self, index: usize, spans: Option<&Spans>) -> Result<Digest> {
        let work = &self.work[index - self.first];
        let returned = work.run(&self.shared, &Context::new(index, spans, None))?;
        work.answer(returned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn child_keeps_what_its_jobs_share() {
        let mut kept = Kept::default();
        let first: Arc<Mutex<u8>> = kept.shared();
        assert!(Arc::ptr_eq(&first, &kept.shared()), "the next batch has the same");
        let other: Arc<Mutex<u16>> = kept.shared();
        assert!(Arc::ptr_eq(&other, &kept.shared()), "work of another type shares something else");
    }
}
