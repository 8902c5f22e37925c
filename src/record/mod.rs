//! The recording: the versioned file of a study's measurements.
//!
//! - [`schema`]: the content, with its units
//! - [`map`]: tasks of any length, of which any share waits
//! - [`arrivals`]: jobs that arrived over time; `arrivals_check`: what no recording of them has
//! - [`checksum`]: the checksum that detects damage
//! - [`read`](mod@read): a strict and bounded reader; `consistency`: what no measured recording has; [`limits`]: the most that one may have
//! - [`save`](mod@save): writes a complete new file or none
//! - [`stopping`]: arms that are measured no further; [`times`]: the times of an arm, launch by launch
//! - `part`: some of the workloads of a study
//! - [`journal`]: everything that a running study has acknowledged; [`recovery`]: what the journals of killed studies have
//! - [`place`]: a folder for recordings; [`default_folder`]: where it is if none is named
//! - [`target`]: what the name of an output leads to; [`regular_file`]: opens nothing that could block
//! - [`private`]: what no recording discloses
//! - [`plain`]: text of others that steers no terminal
//! - [`left_behind`]: what killed runs have left

pub mod arrivals;
mod arrivals_check;
mod cells;
pub mod checksum;
mod consistency;
mod costs;
pub mod default_folder;
pub mod environment;
pub mod figure;
pub mod journal;
pub mod left_behind;
pub mod limits;
pub mod map;
mod part;
pub mod place;
pub mod plain;
pub mod private;
pub mod read;
pub mod recovery;
pub mod regular_file;
pub mod save;
pub mod schema;
pub mod stopping;
pub mod target;
pub mod times;
mod traces;
