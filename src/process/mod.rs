//! Child processes that carry out jobs: the parent's handle on them, and what they do.

pub(crate) mod lifeline;
mod reporter;
mod supervisor;
mod watched;
mod worker;

pub(crate) use reporter::{Next, Reporter};
pub(crate) use supervisor::{Life, Supervisor};
pub(crate) use worker::Worker;

pub mod child;
