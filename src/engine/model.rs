//! A model: a way to carry out jobs, whatever they are.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::engine::fork::Nesting;
use crate::engine::{Batch, Digest, Jobs, Spans, TypedWork, Usage, Work};

/// A started model: a way to carry out jobs of the type `W`.
pub trait Model<W: Work>: Send {
    /// Tells workers elsewhere about `jobs`, untimed.
    ///
    /// # Errors
    /// When they do not answer.
    fn prepare(&mut self, _jobs: &Jobs<W>) -> Result<()> {
        Ok(())
    }

    /// Carries out `jobs` and returns their digests in the same order. All of it is timed.
    ///
    /// # Errors
    /// Names the job that failed, or the thread or process that could not be started.
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>>;

    /// How it runs two parts of a job that divides itself; `None` if it has no form for it.
    #[doc(hidden)]
    fn nesting(&self) -> Option<Nesting> {
        None
    }

    /// The resource usage of the model and its workers since its start; queried outside of the timed section.
    ///
    /// # Errors
    /// When a worker does not answer.
    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage::of_this_process())
    }

    /// The digests of the last run, of which `returned` came back in the timed section: those that a worker has kept the results for
    /// until then. By default they are `returned` itself.
    ///
    /// # Errors
    /// When a worker can't tell them.
    fn answers(&mut self, returned: Vec<Digest>) -> Result<Vec<Digest>> {
        Ok(returned)
    }

    /// The process id of the model, if it is not this process.
    fn process_id(&self) -> Option<u32> {
        None
    }

    /// The duration of the last run by the model's own clock, in nanoseconds, if it has one.
    fn inside_ns(&self) -> Option<u64> {
        None
    }
}

/// The resources given to a model at its start.
#[derive(Clone, Debug)]
pub struct Resources {
    /// The number of threads or processes; at least one.
    pub workers: usize,
    /// The program that child processes run: always this project's program.
    pub exe: PathBuf,
    /// The interpreter, for models of CPython.
    pub interpreter: Option<PathBuf>,
    /// The command that starts processes of MPI, its words apart by spaces; `mpirun` if absent.
    pub mpirun: Option<String>,
    /// Whether the interpreter sees installed packages, for users' functions.
    pub with_packages: bool,
    /// The time after which a silent child counts as hung.
    pub deadline: Duration,
    /// The maximum number of threads or processes of a model that has one for each job.
    pub max_concurrent: usize,
    /// The maximum number of tasks at once.
    pub max_tasks: usize,
}

impl Resources {
    /// This many `workers`, and the values of all tables for the rest.
    pub fn new(workers: usize, exe: &Path) -> Self {
        Resources {
            workers,
            exe: exe.to_owned(),
            interpreter: None,
            mpirun: None,
            with_packages: false,
            deadline: DEADLINE,
            max_concurrent: MOST_WORKERS,
            max_tasks: usize::MAX,
        }
    }

    /// The same for at most this many jobs at once.
    pub fn limited_to(self, jobs: usize) -> Self {
        Resources {
            workers: self.workers.min(jobs),
            max_concurrent: self.max_concurrent.min(jobs),
            max_tasks: self.max_tasks.min(jobs),
            ..self
        }
    }
}

/// The maximum number of threads or processes that a model uses for its jobs, low enough for laptops.
pub const MOST_WORKERS: usize = 64;

/// The time after which a silent child process is killed.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A model that was started for the jobs of one type, whichever that is.
pub trait Started: Send {
    /// Makes `batch` the one that [`Started::run`] runs; untimed.
    ///
    /// # Errors
    /// If its jobs are of another type, or as [`Model::prepare`].
    fn prepare(&mut self, batch: &Batch) -> Result<()>;

    /// Carries out the batch that was prepared last.
    ///
    /// # Errors
    /// As [`Model::run`].
    fn run(&mut self) -> Result<Vec<Digest>>;

    /// As [`Model::usage`].
    ///
    /// # Errors
    /// As [`Model::usage`].
    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage::of_this_process())
    }

    /// As [`Model::answers`].
    ///
    /// # Errors
    /// As [`Model::answers`].
    fn answers(&mut self, returned: Vec<Digest>) -> Result<Vec<Digest>> {
        Ok(returned)
    }

    /// As [`Model::process_id`].
    fn process_id(&self) -> Option<u32> {
        None
    }

    /// As [`Model::inside_ns`].
    fn inside_ns(&self) -> Option<u64> {
        None
    }

    /// The times of its copies in the last run, from their common start to the end of each; none if it consists of no
    /// copies.
    fn copy_times(&self) -> &[Duration] {
        &[]
    }
}

/// A model and what the jobs of `W` share under it.
pub(crate) struct StartedFor<W: Work, M> {
    model: M,
    shared: Arc<W::Shared>,
    spans: Option<Arc<Spans>>,
    jobs: Option<Jobs<W>>,
}

impl<W: Work, M: Model<W>> StartedFor<W, M> {
    /// `model`, whose runs are recorded in `spans`, if there are any.
    pub(crate) fn new(model: M, spans: Option<&Arc<Spans>>) -> Self {
        StartedFor { model, shared: Arc::default(), spans: spans.map(Arc::clone), jobs: None }
    }
}

impl<W: Work, M: Model<W>> Started for StartedFor<W, M> {
    fn prepare(&mut self, batch: &Batch) -> Result<()> {
        let work: &dyn Any = batch.work();
        let work: &TypedWork<W> = work.downcast_ref().context("a model runs the jobs it was started for")?;
        let jobs = work.jobs(batch.expected().len(), &self.shared, self.spans.as_ref());
        let jobs = jobs.dividing(self.model.nesting());
        self.model.prepare(&jobs)?;
        self.jobs = Some(jobs);
        // An invalid run is repeated: the spans are those of its last time.
        if let Some(spans) = &self.spans {
            spans.take();
        }
        Ok(())
    }

    fn run(&mut self) -> Result<Vec<Digest>> {
        let jobs = self.jobs.as_ref().context("a batch is prepared before it is run")?;
        self.model.run(jobs)
    }

    fn usage(&mut self) -> Result<Usage> {
        self.model.usage()
    }

    fn answers(&mut self, returned: Vec<Digest>) -> Result<Vec<Digest>> {
        self.model.answers(returned)
    }

    fn process_id(&self) -> Option<u32> {
        self.model.process_id()
    }

    fn inside_ns(&self) -> Option<u64> {
        self.model.inside_ns()
    }
}
