//! Measures which execution model is the best tool for a task, with real work on the reader's own machine.
//!
//! [`Suite`] has the guide: a function of another package under every model. [`work`] is for work that a function can't describe.
//!
//! The rooms of the source, from the ground up; each uses only those above it in this list:
//!
//! - `stats`: medians, exact intervals, ratios, verdicts, scaling models, units
//! - `record`: the versioned file that keeps a study: schema, journal, checksum
//! - `engine`: work and its context, models, batches, verified samples, the clock, digests, traces
//! - `child`: child processes: spawning, frames, watchdog, parent death, captured stderr
//! - `model`: the ways to carry jobs out, one file each, CPython's among them
//! - `workload`: the kinds of jobs, one file each, and the files and the server that they use
//! - `machine`: cores, topology, limits, memory, idle checks, environment
//! - `study`: cells, plan, launches and slots: from cells to a recording
//! - `analysis`: recordings in, judgements out
//! - `report`: values in, text and pictures out
//! - `post`: the blog post: claims, stories, and the bundle for the blog
//! - `cmd`: the command line: one file a subcommand

mod analysis;
mod child;
#[cfg(feature = "cli")]
mod cmd;
mod engine;
mod machine;
mod model;
#[cfg(feature = "cli")]
mod post;
mod record;
#[cfg(feature = "cli")]
mod report;
mod stats;
mod study;
pub mod work;
mod workload;

#[cfg(feature = "cli")]
use std::process::ExitCode;

pub use engine::Context;
use workload::catalog::Catalog;
pub use workload::function::{ByAnswer, ByItself, Comparable, Workload};

/// Workloads, and a program around them: it measures each under every model, and reports what it found.
///
/// # Your own function
///
/// Say that a package has a function `thumbnail`, and the question is which tool makes thumbnails fastest. `Cargo.toml` gets
///
/// ```toml
/// [dev-dependencies]
/// bakeoff = { path = "../bakeoff" }
///
/// [[bench]]
/// name = "mine"
/// harness = false
/// ```
///
/// and `benches/mine.rs` is
///
/// ```no_run
/// use bakeoff::{Suite, Workload};
/// # struct Picture(Vec<u8>);
/// # fn pictures() -> Vec<Picture> { vec![] }
/// # fn thumbnail(picture: &Picture) -> Vec<u8> { picture.0.clone() }
///
/// fn main() -> std::process::ExitCode {
///     Suite::new()
///         .workload(Workload::computes("thumbnail", pictures, thumbnail))
///         .main()
/// }
/// ```
///
/// `cargo bench --bench mine` then calls `thumbnail` with each of `pictures()` under every model, compares all results, and prints
/// which models are the best.
///
/// With `-- --quick` it takes seconds, and has ranges instead of verdicts. `cargo test --benches` and test runners run each cell once.
/// What else the program can do is what bakeoff itself can: `cargo bench --bench mine -- --help` lists it. For example
///
/// - `-- report FILE --html page.html` makes a page of a recording, and `-- compare BEFORE AFTER` says what a change has done;
/// - `-- evidence` shows which models ran the function in parallel, and by which threads or processes;
/// - `-- costs` says after how many runs starting a model has paid, and with [`Workload::sizes`] from which size of a job on;
/// - `-- trace thumbnail/rayon/cores --to trace.json` writes who ran when, for Perfetto.
///
/// - A job is one call with one input. A run is all inputs; about 0.1 s of work in all is enough, and a job of 0.1 ms or more measures
///   the work instead of handing it out.
/// - [`Workload::waits`] is for functions that wait, [`Workload::mixed`] for those that do both; [`Workload::or_async`] gives an async form.
///   Without one, tasks block the threads of their runtime, and are labelled "blocking".
/// - [`Workload::at_most`] limits the jobs at once, and [`Workload::isolated`] is for functions that keep a cache.
/// - The program is its own child process: `main` must reach [`Suite::main`] without arguments, time or chance, and inputs and results must
///   be the same in every process. What differs is named, and has no verdict.
/// - What a job prints goes to the standard error of child processes; their standard input is empty.
///
/// Whole packages are in `examples/`: `hash-files`, `resize-pictures`, `parse-json`. Work that a function can't describe, such as
/// work that writes files, is a [`Task`](work::Task): see [`work`].
///
/// # A whole answer
///
/// `examples/resize-pictures` scales 24 pictures with the crate `image`. Its `main` is the one above with an [`answer`](Workload::answer), as a
/// picture is not `Serialize`, and its `Cargo.toml` has the lines above and the crate. `cargo bench` there ends like this, on two cores of an AMD EPYC (`--profile long`, 95 s):
///
/// ```text
/// Computing: crossbeam, rayon, prefork and tokio-many are the best on thumbnail, 1.98x as fast as one
///   job at a time on 2 cores.
/// A process for each job: among the best on no task, surely slower than one job at a time on
///   thumbnail.
///
///                                                 tokio tokio tokio
///           sequential threads crossbeam rayon blocking   one  many processes prefork   gil
/// COMPUTING
/// thumbnail      1.00    1.79      1.97* 1.98*    1.83? 1.00  1.98*     0.30-   1.93* 0.96
/// * best: within 5 % of the fastest; ? undecided: may be best; unmarked: slower; - slower than one at
///   a time.
/// note: making the inputs of thumbnail takes 14.7 ms, and a job 3.46 ms: processes, a process for each
///   job, makes all of them for each: Workload::shipping sends each job its own
/// ```
///
/// - Four tools are equally good: each is within 5 % of the fastest, or is the fastest, with a chance of at most 5 % that any such word of the row is wrong.
/// - `tokio-blocking` may be among them, and this many runs can't tell. The others are slower.
/// - A process for each job is slower than one job after the other, and the note says why: each makes all pictures first. `.shipping()` would send
///   each its own, and then its row answers another question: what it costs to move a picture.
///
/// # What does not compile
///
/// Inputs that threads can't share:
///
/// ```compile_fail,E0277
/// # use bakeoff::{Suite, Workload};
/// Suite::new().workload(Workload::computes("rc", || vec![std::rc::Rc::new(1)], |n| **n));
/// ```
///
/// Results that can't be compared, without [`Workload::answer`]:
///
/// ```compile_fail,E0277
/// # use bakeoff::{Suite, Workload};
/// struct Opaque;
/// Suite::new().workload(Workload::computes("opaque", || vec![1], |_| Opaque));
/// ```
///
/// Futures that stay on one thread:
///
/// ```compile_fail,E0277
/// # use bakeoff::{Suite, Workload};
/// async fn local(n: &u64) -> u64 {
///     let rc = std::rc::Rc::new(*n);
///     std::future::ready(()).await;
///     *rc
/// }
/// Suite::new().workload(Workload::waits("local", || vec![1], |n: &u64| *n).or_async(local));
/// ```
///
/// Functions that borrow from `main`:
///
/// ```compile_fail,E0597
/// # use bakeoff::{Suite, Workload};
/// let factor = 3;
/// Suite::new().workload(Workload::computes("borrows", || vec![1], |n| n * factor));
/// ```
#[derive(Clone, Debug)]
pub struct Suite {
    catalog: Catalog,
}

impl Suite {
    /// No workloads yet.
    #[expect(clippy::new_without_default, reason = "a suite without workloads measures nothing")]
    pub fn new() -> Self {
        Suite { catalog: Catalog::empty() }
    }

    /// The same with `workload`, the last of its tables. Its name is the first part of the ids of its cells:
    /// `NAME/rayon/cores`.
    pub fn workload<I, O, A>(self, workload: Workload<I, O, A>) -> Self
    where
        I: Send + Sync + 'static,
        O: Send + 'static,
        A: Comparable<O> + 'static,
    {
        let (workload, sizes) = workload.described();
        Suite { catalog: self.catalog.with(workload).with_sizes(sizes) }
    }

    /// The same with `task`, the last of its tables: work that waits for files, resets, checks or says for itself what is right. The
    /// ids of its cells are as those of [`Suite::workload`].
    pub fn task<W: work::Work>(self, task: work::Task<W>) -> Self {
        Suite { catalog: self.catalog.with(task.described()) }
    }

    /// The built-in workloads.
    pub fn builtin() -> Self {
        Suite { catalog: Catalog::builtin() }
    }

    /// Its workloads, for this package's own measurements.
    #[doc(hidden)]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Executes the command line, and returns how it ended, as its help says. The program is its own worker, launch, probe
    /// and server: their hidden commands come before the command line.
    #[cfg(feature = "cli")]
    pub fn main(&self) -> ExitCode {
        // A model may start a runtime, which panics inside of another one.
        if tokio::runtime::Handle::try_current().is_err() {
            return cmd::main(&self.catalog);
        }
        std::thread::scope(|scope| {
            let apart = scope.spawn(|| cmd::main(&self.catalog));
            apart.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Serves as a child process of this program, if its command line asks for that; [`Suite::main`] does it by itself.
    ///
    /// # Errors
    /// When the parent has gone, or says something else than it should.
    pub fn serve_if_asked(&self) -> Option<anyhow::Result<()>> {
        study::children::serve_if_asked(&self.catalog)
    }
}

/// What this package's own benches, examples and tests use. It is no public face: it changes with any version.
#[doc(hidden)]
pub mod internals {
    pub mod analysis {
        pub use crate::analysis::*;
    }
    pub mod child {
        pub use crate::child::*;
    }
    #[cfg(feature = "cli")]
    pub mod cmd {
        pub use crate::cmd::*;
    }
    pub mod engine {
        pub use crate::engine::*;
    }
    pub mod machine {
        pub use crate::machine::*;
    }
    pub mod model {
        pub use crate::model::*;
    }
    #[cfg(feature = "cli")]
    pub mod post {
        pub use crate::post::*;
    }
    pub mod record {
        pub use crate::record::*;
    }
    #[cfg(feature = "cli")]
    pub mod report {
        pub use crate::report::*;
    }
    pub mod stats {
        pub use crate::stats::*;
    }
    pub mod study {
        pub use crate::study::*;
    }
    pub mod workload {
        pub use crate::workload::*;
    }
}
