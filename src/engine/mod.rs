//! What every measurement is made with.
//!
//! - [`work`]: what a job is, in a blocking and an async form; [`context`]: where it says that it waits or computes
//! - [`jobs`]: the jobs of a run, typed; [`batch`]: the same with their type erased, and what they must return
//! - [`model`]: a way to carry them out; [`sample`](mod@sample): one verified run of one
//! - [`fork`]: jobs that divide themselves
//! - `io`: timers, files and sockets for async forms, by runtime
//! - [`arriving`]: jobs that come one at a time, and models that take them so
//! - [`clock`]: the only clock; [`digest`]: the answer of a job; [`trace`]: who ran when
//! - [`error`]: what is unavailable, and runs that measured something else; `panics`: a panic as an error

pub mod arriving;
pub mod batch;
pub mod clock;
pub mod context;
pub mod digest;
pub mod error;
pub mod fork;
pub mod io;
pub mod jobs;
pub mod model;
pub(crate) mod panics;
pub mod sample;
#[cfg(test)]
pub(crate) mod tests;
pub mod trace;
pub mod work;

pub(crate) use arriving::ServingFor;
pub use arriving::{Arrived, Arriving, Served, Serving, TakeJobs};
pub use batch::{AnyWork, Batch, StartModel, TypedWork};
pub use clock::{Timestamp, Usage, now};
pub(crate) use clock::{nanoseconds, sleep_until};
pub use context::Context;
pub use digest::{Digest, pseudorandom_bytes, sampled_checksum};
pub use error::{InvalidRun, Unavailable, WhyNot};
pub use fork::Fork;
pub(crate) use jobs::Made;
pub use jobs::{Jobs, Kept, Origin, OwnJobs, Recipe};
pub(crate) use model::StartedFor;
pub use model::{DEADLINE, MOST_WORKERS, Model, Resources, Started};
pub(crate) use panics::{catch_panic, catch_panic_in, caught, caught_async, lock, panic_text};
pub use sample::{Sample, sample};
pub use trace::{Performance, Performer, Phase, Span, Spans};
pub use work::{Reads, Size, Work};
