//! The models: one file each, and one line of the registry.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::engine::{
    Batch, Performer, Resources, Serving, ServingFor, Spans, StartModel, Started, StartedFor, TypedWork,
    Unavailable, WhyNot, Work, catch_panic,
};

pub use crate::engine::MOST_WORKERS;
use crate::record::schema::Width;
pub use hand_out::{HandOut, Rounding};
pub use kind::{one_of_each_kind, timers};
pub use platform::Platform;
pub(crate) use runtime::ensure_startable;

#[cfg(feature = "chili")]
mod chili;
mod chunks;
#[cfg(feature = "compio")]
mod compio;
pub mod cpython;
mod crossbeam;
mod gil;
mod hand_out;
mod job_threads;
mod kind;
#[cfg(any(feature = "compio", feature = "tokio-local"))]
mod local;
#[cfg(feature = "mpi")]
mod mpi;
mod platform;
mod prefork;
mod processes;
mod rayon;
mod runtime;
mod sequential;
#[cfg(feature = "smol")]
mod smol;
mod threads;
mod tokio_blocking;
#[cfg(feature = "tokio-local")]
mod tokio_local;
mod tokio_many;
mod tokio_one;

/// How many jobs a model can run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// One at a time.
    One,
    /// All jobs of the batch, each in a thread or a process, up to the model's cap.
    Jobs {
        /// The cap.
        max_concurrent: usize,
    },
    /// All jobs of the batch, each a task: all those that wait for timers and sockets.
    Tasks {
        /// How many tasks compute at once: one, or one for each core.
        threads: Width,
        /// How many files are read or written at once, on threads beside.
        files: usize,
    },
    /// As many as its workers.
    Workers,
    /// As many as its workers, and it is measured with one for each core only: with one for each job it would do the same as
    /// another model.
    Cores,
    /// As many as its workers but one, which hands out the jobs; at least one. It is measured with a worker for each core only.
    AllButOne,
}

/// What carries out the jobs of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeOf {
    /// The calling thread alone.
    Caller,
    /// Threads that compute side by side.
    Threads,
    /// Threads of which one computes at a time.
    ThreadsUnderLock,
    /// Processes.
    Processes,
    /// Interpreters of one process that share nothing.
    Interpreters,
    /// Tasks of an async runtime on several threads.
    Tasks,
    /// Tasks of an async runtime on one thread, of which one computes at a time.
    TasksOnOneThread,
}

impl MadeOf {
    /// The kinds that the post names, by the modules of Python that it names for them: each of its tools is any model that is
    /// made of it.
    pub const NAMED: [(&str, MadeOf); 3] = [
        ("threading", MadeOf::Threads),
        ("asyncio", MadeOf::TasksOnOneThread),
        ("multiprocessing", MadeOf::Processes),
    ];
}

/// The name of a model without its interpreter.
pub fn plain_name(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// What a model is made of by its name, with or without its interpreter; `None` if there is none of that name now.
pub fn made_of(name: &str) -> Option<MadeOf> {
    let plain = plain_name(name);
    match every_model().iter().find(|model| model.name == plain) {
        Some(model) => Some(model.made_of),
        None => cpython::made_of(plain),
    }
}

/// How a model hands out jobs by its name, with or without its interpreter; one at a time, if there is none of that name now.
pub fn hand_out(name: &str) -> HandOut {
    let plain = plain_name(name);
    match every_model().iter().find(|model| model.name == plain) {
        Some(model) => model.hand_out,
        None => cpython::hand_out(plain),
    }
}

/// The names of today's models of a platform, without their interpreter, and what each is made of: those of Rust where a recording
/// names no platform.
pub fn names_on(platform: Option<&str>) -> Vec<(&'static str, MadeOf)> {
    match platform {
        None => models().iter().map(|model| (model.name, model.made_of)).collect(),
        Some(_) => cpython::names(),
    }
}

/// Whether a model, by its name without an interpreter, came after the programs that wrote recordings of this `version`.
pub fn came_after(name: &str, version: u64) -> bool {
    models().iter().any(|model| model.name == name && model.known_from > version)
}

/// Every native model: those that are always measured, and those that are if they are named.
pub fn every_model() -> Vec<ModelEntry> {
    [models(), optional_models()].concat()
}

/// Those that this program has: of the ones that are measured only if they are named, what it was built with.
pub fn built_in_models() -> Vec<ModelEntry> {
    let mut built_in = every_model();
    built_in.retain(|model| model.needs.is_none() || model.unavailable.is_none());
    built_in
}

/// What a model takes that is measured only if it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A feature of this package of Rust.
    Feature(&'static str),
    /// An installed package of Python.
    Package(&'static str),
}

/// A model's line in the registry.
#[derive(Clone, Copy)]
pub struct ModelEntry {
    /// The middle part of a cell's id; the part after an `@` is the interpreter.
    pub name: &'static str,
    /// A one-line description.
    pub about: &'static str,
    /// Is raised when the model changes: cells of two revisions are not compared.
    pub revision: u32,
    /// What carries its jobs out.
    pub made_of: MadeOf,
    /// How many jobs it can run at once.
    pub concurrency: Concurrency,
    /// How many jobs a worker is given at once.
    pub hand_out: HandOut,
    /// The first version of recordings whose programs have it: earlier ones can't lack it.
    pub known_from: u64,
    /// What it takes, if it is none of those that are always measured.
    pub needs: Option<Needs>,
    /// The models that it is compared with.
    pub platform: Platform,
    /// Why this machine can't support it.
    pub unavailable: Option<&'static str>,
}

impl ModelEntry {
    /// Its resources: this many workers, and its interpreter if it has one.
    pub fn resources(&self, workers: usize, exe: &Path) -> Resources {
        let interpreter = match self.platform {
            Platform::Native => None,
            Platform::Python(interpreter) => Some(interpreter.path.clone()),
        };
        Resources { interpreter, ..Resources::new(workers, exe) }
    }

    /// Starts it for the jobs of `batch` and others of their type; untimed.
    ///
    /// # Errors
    /// If its threads or processes can't be started; [`Unavailable`] if this machine can't have it.
    pub fn start(&self, batch: &Batch, resources: &Resources) -> Result<Box<dyn Started>> {
        self.ensure_startable(resources)?;
        batch.start(self.name, resources, None)
    }

    /// Starts it for the jobs of `batch` and others of their type, so that their spans are recorded.
    ///
    /// # Errors
    /// As [`ModelEntry::start`], and if it panics.
    pub fn start_traced(&self, batch: &Batch, resources: &Resources) -> Result<Performer> {
        self.ensure_startable(resources)?;
        let spans = Arc::default();
        let model = catch_panic(|| batch.start(self.name, resources, Some(&spans)))?;
        Ok(Performer::new(model, spans))
    }

    /// Makes sure, once in a process, that it can be started with `resources`. A start that is timed comes after that.
    ///
    /// # Errors
    /// [`Unavailable`] if this machine can't have it; what to raise, if its runtime can't have its threads.
    pub fn ensure_startable(&self, resources: &Resources) -> Result<()> {
        self.ensure_available()?;
        let is_native = self.platform == Platform::Native;
        if is_native && self.made_of == MadeOf::Tasks { ensure_startable(resources.workers) } else { Ok(()) }
    }

    /// Whether its processes use CPU time while they wait for jobs: the engines of Python have heartbeats and poll.
    pub fn is_busy_when_idle(&self) -> bool {
        matches!(self.needs, Some(Needs::Package(_)))
    }

    /// Why it can't be measured, as far as that is known before it is started: an interpreter is asked for its packages.
    pub fn lack(&self) -> Option<String> {
        match (self.unavailable, self.needs, self.platform) {
            (Some(why), ..) => Some(why.to_owned()),
            (None, Some(Needs::Package(package)), Platform::Python(interpreter)) => {
                interpreter.lack_of(package)
            }
            _ => None,
        }
    }

    /// Why this machine can't support it.
    pub fn why_not(&self) -> Option<WhyNot> {
        Some(WhyNot { reason: self.unavailable?.to_owned(), is_lack: true })
    }

    /// Callers that start it otherwise ask first.
    ///
    /// # Errors
    /// [`Unavailable`] if this machine can't have it.
    pub fn ensure_available(&self) -> Result<()> {
        match self.unavailable {
            Some(why) => Err(Unavailable::new(why).into()),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ModelEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All jobs at once, in as many threads or processes as [`MOST_WORKERS`] allows.
const CAPPED: Concurrency = Concurrency::Jobs { max_concurrent: MOST_WORKERS };

/// Tasks of tokio that compute on its worker threads, and read and write files on its blocking threads.
const fn tasks_on(threads: Width) -> Concurrency {
    Concurrency::Tasks { threads, files: MOST_WORKERS }
}

/// Tasks of smol, which has threads for files as `blocking` has them by default.
const SMOL_TASKS: Concurrency = Concurrency::Tasks { threads: Width::Cores, files: 500 };

/// Tasks of compio, which has the system read and write files.
const RING_TASKS: Concurrency = Concurrency::Tasks { threads: Width::Cores, files: usize::MAX };

/// Declares the native models.
macro_rules! models {
    ($($name:literal: $model:path, arriving $serve:path, $about:literal, $made_of:expr, $concurrency:expr, $hand_out:expr,
        revision $revision:literal, known from version $known_from:literal;)+
        optional:
        $($other:literal: feature $feature:literal, $of_other:path, arriving $serve_other:path, $about_other:literal, $other_made_of:expr,
        $other_concurrency:expr, $other_hand_out:expr, revision $other_revision:literal, known from version $other_known_from:literal;)+) => {
        /// Every native model in table order; the first is the baseline.
        pub fn models() -> Vec<ModelEntry> {
            vec![$(ModelEntry {
                name: $name,
                about: $about,
                revision: $revision,
                made_of: $made_of,
                concurrency: $concurrency,
                hand_out: $hand_out,
                known_from: $known_from,
                needs: None,
                platform: Platform::Native,
                unavailable: None,
            }),+]
        }

        /// Every native model that is measured only if it is named, in table order.
        pub fn optional_models() -> Vec<ModelEntry> {
            vec![$(ModelEntry {
                name: $other,
                about: $about_other,
                revision: $other_revision,
                made_of: $other_made_of,
                concurrency: $other_concurrency,
                hand_out: $other_hand_out,
                known_from: $other_known_from,
                needs: Some(Needs::Feature($feature)),
                platform: Platform::Native,
                unavailable: if cfg!(feature = $feature) {
                    None
                } else {
                    Some(concat!("this program was built without it: --features ", $feature, " has it"))
                },
            }),+]
        }

        impl<W: Work> StartModel for TypedWork<W> {
            fn start(
                &self,
                model: &str,
                resources: &Resources,
                spans: Option<&Arc<Spans>>,
            ) -> Result<Box<dyn Started>> {
                match model {
                    $($name => Ok(Box::new(StartedFor::<W, _>::new(<$model>::start(resources)?, spans))),)+
                    $(#[cfg(feature = $feature)]
                    $other => Ok(Box::new(StartedFor::<W, _>::new(<$of_other>::start(resources)?, spans))),)+
                    model if resources.interpreter.is_some() => {
                        let python = cpython::Python::start(model, resources, spans)?;
                        Ok(Box::new(StartedFor::<W, _>::new(python, spans)))
                    }
                    unknown => bail!("there is no model {unknown:?}"),
                }
            }

            fn serve(&self, model: &str, resources: &Resources) -> Result<Box<dyn Serving>> {
                match model {
                    $($name => Ok(Box::new(ServingFor::<W, _>::new($serve(resources)?))),)+
                    $(#[cfg(feature = $feature)]
                    $other => Ok(Box::new(ServingFor::<W, _>::new($serve_other(resources)?))),)+
                    model if resources.interpreter.is_some() => {
                        Ok(Box::new(cpython::ServingPython::<W>::start(model, resources)?))
                    }
                    unknown => bail!("there is no model {unknown:?}"),
                }
            }
        }
    };
}

models! {
    "sequential": sequential::Sequential, arriving sequential::serve, "one job at a time: the baseline",
        MadeOf::Caller, Concurrency::One, HandOut::Single, revision 1, known from version 1;
    "threads": threads::Threads, arriving threads::serve, "a new OS thread for each job",
        MadeOf::Threads, CAPPED, HandOut::AllAtOnce, revision 1, known from version 1;
    "gil": gil::Gil, arriving gil::serve, "a thread for each job, computing only under one global lock",
        MadeOf::ThreadsUnderLock, CAPPED, HandOut::AllAtOnce, revision 1, known from version 1;
    "crossbeam": crossbeam::Crossbeam<W>, arriving crossbeam::serve, "long-lived threads fed by a channel",
        MadeOf::Threads, Concurrency::Workers, HandOut::Single, revision 1, known from version 1;
    "rayon": rayon::Rayon, arriving rayon::serve, "a parallel iterator on a pool of its own",
        MadeOf::Threads, Concurrency::Workers, HandOut::Single, revision 2, known from version 1;
    "chunks": chunks::Chunks, arriving chunks::serve, "a new thread for each core, with an equal part of the jobs",
        MadeOf::Threads, Concurrency::Cores, HandOut::Parts { of_each: 1, rounding: Rounding::Up }, revision 1,
        known from version 6;
    "processes": processes::Processes, arriving processes::serve, "a child process for each job",
        MadeOf::Processes, CAPPED, HandOut::AllAtOnce, revision 1, known from version 1;
    "prefork": prefork::Prefork, arriving prefork::serve, "long-lived child processes fed over pipes",
        MadeOf::Processes, Concurrency::Workers, HandOut::Single, revision 2, known from version 1;
    "tokio-one": tokio_one::TokioOne, arriving tokio_one::serve, "tasks on tokio's current-thread runtime",
        MadeOf::TasksOnOneThread, tasks_on(Width::One), HandOut::Single, revision 1, known from version 1;
    "tokio-many": tokio_many::TokioMany, arriving tokio_many::serve, "tasks on tokio's multi-thread runtime",
        MadeOf::Tasks, tasks_on(Width::Cores), HandOut::Single, revision 1, known from version 1;
    "tokio-blocking": tokio_blocking::TokioBlocking, arriving tokio_blocking::serve, "tokio's blocking threads",
        MadeOf::Threads, CAPPED, HandOut::AllAtOnce, revision 1, known from version 1;
optional:
    "chili": feature "chili", chili::Chili, arriving chili::serve, "a fork and join of halves on a pool of chili",
        MadeOf::Threads, Concurrency::Cores, HandOut::Single, revision 1, known from version 6;
    "tokio-local": feature "tokio-local", tokio_local::TokioLocal, arriving tokio_local::serve,
        "tasks on a current-thread runtime of tokio for each core",
        MadeOf::Tasks, tasks_on(Width::Cores), HandOut::Parts { of_each: 1, rounding: Rounding::Up }, revision 1,
        known from version 6;
    "compio": feature "compio", compio::Compio, arriving compio::serve, "tasks on a runtime of compio for each core",
        MadeOf::Tasks, RING_TASKS, HandOut::Parts { of_each: 1, rounding: Rounding::Up }, revision 1,
        known from version 6;
    "smol": feature "smol", smol::Smol, arriving smol::serve, "tasks on smol's executor",
        MadeOf::Tasks, SMOL_TASKS, HandOut::Single, revision 1, known from version 6;
    "mpi": feature "mpi", mpi::Mpi, arriving mpi::serve,
        "processes of MPI: one hands out the jobs, and the others run them",
        MadeOf::Processes, Concurrency::AllButOne, HandOut::Single, revision 1, known from version 6;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::{Reads, tests::batch};

    #[test]
    fn methodology_describes_every_model() {
        let text = include_str!("../../METHODOLOGY.md");
        for ModelEntry { name, .. } in every_model() {
            assert!(text.contains(&format!("\n| `{name}` |")), "METHODOLOGY.md has no row for {name}");
        }
    }

    #[test]
    fn unavailable_model_is_not_started() {
        let (batch, resources) = (batch(Duration::ZERO, Reads::Nothing), Resources::new(1, Path::new("")));
        let entry = ModelEntry { unavailable: Some("the reason"), ..models()[0] };
        assert!(entry.start(&batch, &resources).err().unwrap().is::<Unavailable>());
        assert!(entry.start_traced(&batch, &resources).err().unwrap().is::<Unavailable>());
    }
}
