//! Recordings in, judgements out: statistics, verdicts, warnings, comparison, scaling, costs, evidence.

pub mod analysed;
pub mod answer;
pub mod arrivals;
pub mod builds;
pub mod comparison;
pub mod costs;
pub mod criterion;
pub mod differences;
pub mod evidence;
pub mod functions;
mod impossible;
pub(crate) mod judgement;
mod launches;
pub mod map;
pub mod metg;
pub mod platforms;
pub mod running;
pub mod same;
pub mod scaling;
pub mod sizes;
pub mod starting;
pub mod stories;
pub mod summary;
pub mod warning;
pub mod warning_groups;
pub mod warnings;
