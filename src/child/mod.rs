//! Child processes that carry out jobs: the parent's handle on them, and the code that they run.

pub(crate) mod parent_death;
mod piped;
mod process;
mod reporting;
pub mod serve;
mod supervisor;
mod watchdog;
pub(crate) mod wire;
mod worker;

pub(crate) use piped::PipedChild;
pub(crate) use process::Process;
pub(crate) use reporting::{Next, ReportingChild};
pub(crate) use supervisor::{Life, Supervisor};
pub(crate) use worker::Worker;
