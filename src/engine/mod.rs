//! What every measurement is made with.
//!
//! - [`work`]: what a job is, in a blocking and an async form; [`context`]: where it says that it waits or computes
//! - [`jobs`]: the jobs of a run, typed; [`batch`]: the same with their type erased, and what they must return
//! - [`model`]: a way to carry them out; [`sample`]: one verified run of one
//! - [`clock`]: the only clock; [`digest`]: the answer of a job; [`trace`]: who ran when
//! - [`error`]: what is unavailable, and runs that measured something else; `panics`: a panic as an error

pub mod batch;
pub mod clock;
pub mod context;
pub mod digest;
pub mod error;
pub mod jobs;
#[cfg(test)]
pub(crate) mod made_up;
pub mod model;
pub(crate) mod panics;
pub mod sample;
pub mod trace;
pub mod work;
