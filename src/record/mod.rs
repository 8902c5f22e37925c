//! The recording: the versioned file of a study's measurements.
//!
//! - [`schema`]: the content, with its units
//! - [`checksum`]: the checksum that detects damage
//! - [`read`](mod@read): a strict and bounded reader
//! - [`save`](mod@save): writes a complete new file or none
//! - [`stopping`]: arms that are measured no further; [`times`]: the times of an arm, launch by launch
//! - `part`: some of the workloads of a study
//! - [`journal`]: everything that a running study has acknowledged

mod cells;
pub mod checksum;
mod costs;
mod environment;
pub mod figure;
pub mod journal;
mod part;
pub mod read;
pub mod save;
pub mod schema;
pub mod stopping;
pub mod times;
mod traces;
