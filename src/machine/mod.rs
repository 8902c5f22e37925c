//! The machine: its cores, memory and limits, what else runs on it, and the programs that measure.

pub mod environment;
pub mod host;
pub mod idle;
pub(crate) mod memory;
pub mod study_lock;
pub mod topology;
