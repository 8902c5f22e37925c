//! What every measurement is made with: work and its context, batches, verified samples, the clock, digests, traces.

pub mod batch;
pub mod clock;
pub mod digest;
pub(crate) mod panics;
pub mod platform;
pub mod sample;
pub mod trace;
pub mod work;
