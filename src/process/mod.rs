//! Child processes that carry out jobs: the parent's handle on them, and what they do.

mod handle;
pub(crate) mod lifeline;
mod peer;
mod reporter;
mod supervisor;
mod watched;
mod worker;

pub(crate) use handle::Process;
pub(crate) use peer::Peer;
pub(crate) use reporter::{Next, Reporter};
pub(crate) use supervisor::{Life, Supervisor};
pub(crate) use worker::Worker;

pub mod child;
