//! The recording: the versioned file that keeps what was measured.
//!
//! - [`schema`]: what is kept, and in which units
//! - [`checksum`]: how damage is found
//! - [`read`](mod@read): a strict and bounded reader
//! - [`save`](mod@save): a new file or none, never half of one
//! - [`journal`]: what has been acknowledged while a study runs

pub mod checksum;
mod costs;
pub mod journal;
pub mod read;
pub mod save;
pub mod schema;
mod traces;
