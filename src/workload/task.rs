//! A user's own work as a workload.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::engine::{Context, Digest, Reads, Work, caught, caught_async};
use crate::workload::each::{Each, MakeJob, SetStage};
use crate::workload::fixture::stage::Stage;
use crate::workload::{Kind, Size, Workload};

/// A row of a suite's tables whose jobs are [`Work`] of any kind: what [`Suite::task`](crate::Suite::task) measures. The built-in
/// workloads are made in the same way.
///
/// A batch has [`Size::jobs`] jobs, each made from its number. The processes that run them make the same jobs for themselves, with
/// the same code of the same program: a job may depend on its number, the size and the stage, and on nothing else.
///
/// ```
/// use bakeoff::work::{Digest, Kind, Size, Task, Work};
/// use bakeoff::{Context, Suite};
///
/// /// Adds up numbers.
/// struct Sum {
///     number: u64,
///     terms: u64,
/// }
///
/// impl Work for Sum {
///     type Shared = ();
///
///     fn run(&self, _: &(), ctx: &Context<'_>) -> anyhow::Result<Digest> {
///         let sum = ctx.compute(|| (0..self.terms).map(|term| term ^ self.number).sum());
///         Ok(Digest::new(self.number, sum))
///     }
/// }
///
/// let size = Size { jobs: 48, each: 100_000 };
/// let sums = Task::new("sum", Kind::Computes, size, |_, size, number| Ok(Sum { number, terms: size.each }));
/// let suite = Suite::new().task(sums.about("adds up 100,000 numbers"));
/// ```
#[must_use = "a task is measured by a suite: Suite::task"]
pub struct Task<W: Work> {
    name: String,
    about: String,
    revision: u32,
    kind: Kind,
    waits_for_files: bool,
    size: Size,
    setup: Box<SetStage>,
    job: Box<MakeJob<W>>,
}

impl<W: Work> Task<W> {
    /// The task `name`, whose batch has `size`; `job` makes the job of a number, of a batch of that or another size. It is called
    /// in every process that runs jobs, while no clock runs, except under the model that starts a process for each job.
    pub fn new(
        name: impl Into<String>,
        kind: Kind,
        size: Size,
        job: impl Fn(&Stage, Size, u64) -> Result<W> + Send + Sync + 'static,
    ) -> Self {
        let about = match kind {
            Kind::Waits => "a task that waits",
            Kind::Mixed => "a task that waits and computes",
            Kind::Computes => "a task that computes",
            Kind::Nothing => "a task that does nothing",
        };
        Task {
            name: name.into(),
            about: about.into(),
            revision: 1,
            kind,
            waits_for_files: false,
            size,
            setup: Box::new(|_, _| Ok(())),
            job: Box::new(job),
        }
    }

    /// What a job does, in a few words, for tables and pages.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// The revision of the work, from 1: raise it when the work changes, so that recordings before and after are not compared.
    pub fn revision(mut self, revision: u32) -> Self {
        self.revision = revision;
        self
    }

    /// What has to be there before jobs of a size are made: files on the stage, for example. It is called before each batch, in the
    /// program and in each process that measures; what is there already is kept, as [`Stage::ensure_file`] does. If it says
    /// [`Unavailable`](crate::work::Unavailable), the row has that reason.
    pub fn setup(mut self, setup: impl Fn(&Stage, Size) -> Result<()> + Send + Sync + 'static) -> Self {
        self.setup = Box::new(setup);
        self
    }

    /// Its jobs wait for files, which async runtimes read and write on threads, and not for timers or sockets: how many wait at
    /// once is then how many threads there are.
    pub fn waits_for_files(mut self) -> Self {
        self.waits_for_files = true;
        self
    }

    /// As the catalog has it. What it refers to is kept for the life of the process.
    pub(crate) fn described(self) -> Workload {
        let Task { name, about, revision, kind, waits_for_files, size, setup, job } = self;
        let setup: &'static SetStage = Box::leak(setup);
        let with_number = move |stage: &Stage, size: Size, number: u64| {
            Ok(Caught { number, work: job(stage, size, number)? })
        };
        let job: &'static MakeJob<Caught<W>> = Box::leak(Box::new(with_number));
        let jobs: &'static Each<Caught<W>> = Box::leak(Box::new(Each { setup, job }));
        let row = Workload::of_user(name.leak(), about, jobs);
        Workload { revision, kind, waits_for_files, size, tiny: size, ..row }
    }
}

/// A job whose panic fails it with its number: threads and runtimes of models would lose the panic, or wait for the job.
struct Caught<W> {
    number: u64,
    work: W,
}

impl<W> Caught<W> {
    fn name(&self) -> String {
        format!("job {}", self.number)
    }
}

impl<W: Work> Work for Caught<W> {
    type Shared = W::Shared;

    fn run(&self, shared: &W::Shared, ctx: &Context<'_>) -> Result<Digest> {
        caught(|| self.work.run(shared, ctx)).with_context(|| self.name())
    }

    async fn run_async(&self, shared: &W::Shared, ctx: &Context<'_>) -> Result<Digest> {
        let future = caught(|| Ok(self.work.run_async(shared, ctx))).with_context(|| self.name())?;
        caught_async(future).await.with_context(|| self.name())
    }

    fn expected(&self) -> Result<Digest> {
        caught(|| self.work.expected()).with_context(|| self.name())
    }

    fn if_wrong(&self) -> &'static str {
        self.work.if_wrong()
    }

    fn reset(&self) -> Result<()> {
        caught(|| self.work.reset()).with_context(|| self.name())
    }

    fn check(&self) -> Result<()> {
        caught(|| self.work.check()).with_context(|| self.name())
    }

    fn waits(&self) -> Duration {
        self.work.waits()
    }

    fn reads(&self) -> Reads {
        self.work.reads()
    }
}

impl<W: Work> fmt::Debug for Task<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the task {:?}", self.name)
    }
}
