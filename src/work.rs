//! For work that a function can't describe: work with files, with a state to undo, with an answer of its own. The built-in workloads
//! are made of the same.
//!
//! A job is a value whose type implements [`Work`]; a [`Task`] makes the jobs of a batch, and [`Suite::task`](crate::Suite::task)
//! adds it to a suite. The package needs the crate `anyhow` for the errors of its jobs, and `tokio` for an async form.
//!
//! # A workload with files
//!
//! It appends to a file of its own and waits until the device has it. `setup` makes the folder, `reset` removes what an earlier run
//! left, `check` looks whether the job has done what it says:
//!
//! ```
//! use std::fs;
//! use std::io::Write as _;
//! use std::path::PathBuf;
//!
//! use anyhow::{Result, ensure};
//! use bakeoff::work::{Digest, Kind, Size, Task, Work};
//! use bakeoff::{Context, Suite};
//!
//! struct Append {
//!     number: u64,
//!     lines: u64,
//!     path: PathBuf,
//! }
//!
//! impl Work for Append {
//!     type Shared = ();
//!
//!     fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
//!         let text = ctx.compute(|| "a line\n".repeat(self.lines as usize));
//!         ctx.wait(|| -> Result<()> {
//!             let mut file = fs::File::options().create(true).append(true).open(&self.path)?;
//!             file.write_all(text.as_bytes())?;
//!             Ok(file.sync_all()?)
//!         })?;
//!         self.expected()
//!     }
//!
//!     // Without it, one run in this process finds the digests that all others must return.
//!     fn expected(&self) -> Result<Digest> {
//!         Ok(Digest::new(self.number, self.lines))
//!     }
//!
//!     fn reset(&self) -> Result<()> {
//!         if self.path.exists() {
//!             fs::remove_file(&self.path)?;
//!         }
//!         Ok(())
//!     }
//!
//!     fn check(&self) -> Result<()> {
//!         let lines = fs::read_to_string(&self.path)?.lines().count() as u64;
//!         ensure!(lines == self.lines, "{} has {lines} lines, not {}", self.path.display(), self.lines);
//!         Ok(())
//!     }
//! }
//!
//! fn append() -> Task<Append> {
//!     let size = Size { jobs: 24, each: 1_000 };
//!     let task = Task::new("append", Kind::Waits, size, |stage, size, number| {
//!         let path = stage.path("append")?.join(format!("{number}.txt"));
//!         Ok(Append { number, lines: size.each, path })
//!     });
//!     let task = task.about("appends 1,000 lines to a file and flushes it").waits_for_files();
//!     task.setup(|stage, _| {
//!         stage.ensure_on_disk()?;
//!         stage.folder("append").map(drop)
//!     })
//! }
//!
//! fn suite() -> Suite {
//!     Suite::new().task(append())
//! }
//! # suite();
//! # let place = tempfile::tempdir()?;
//! # let job = Append { number: 3, lines: 10, path: place.path().join("3.txt") };
//! # for _ in 0..2 {
//! #     job.reset()?;
//! #     assert_eq!(job.run(&(), &Context::default())?, job.expected()?);
//! #     job.check()?;
//! # }
//! # anyhow::Ok(())
//! ```
//!
//! `main` returns `suite().main()`, as that of a suite of functions does; all commands of such a program are the same.
//!
//! # What is timed
//!
//! One call of a model for all jobs of a batch: their [`Work::run`] or [`Work::run_async`]. [`Work::reset`] comes before it, and
//! comparing the digests, [`Work::waits`], [`Work::reads`] and [`Work::check`] after it. A job that fails, panics or returns another
//! digest than the expected one fails the cell, and has no time.

pub use crate::engine::{Digest, Fork, Reads, Size, Unavailable, Work, pseudorandom_bytes, sampled_checksum};
pub use crate::record::schema::Kind;
pub use crate::workload::fixture::stage::Stage;
pub use crate::workload::task::Task;
