//! Medians, intervals and verdicts: pure functions of samples.
//!
//! - [`scaling_model`]: models of speedups by core count
//! - [`change`]: whether a cell became faster or slower
//! - [`estimate`]: a median with its interval
//! - [`family`]: the same of all cells of two studies together
//! - [`line`](fn@line), [`relative_line`]: a straight line through points
//! - [`median`](fn@median): the median; [`present`]: the known values among optional ones
//! - [`interval`]: an exact interval for a median, from order statistics
//! - [`schedule`]: when jobs arrive over time; [`queue`]: when they end, if nothing but their work takes time
//! - [`rank_sum`]: two independent samples
//! - [`ratio`]: speedups, paired by round
//! - [`look`]: cells that sit out after a first look; [`anytime`]: a rule for looks after every launch
//! - [`sign_test`]: the probability of this many values on one side of a median
//! - [`verdict`]: the comparison of a row of cells
//! - [`units`]: numbers for readers

pub mod anytime;
pub mod change;
pub mod estimate;
pub mod family;
pub mod interval;
mod line;
pub mod look;
mod median;
pub mod queue;
pub mod rank_sum;
pub mod ratio;
pub mod scaling_model;
pub mod schedule;
pub mod sign_test;
pub mod spread;
pub mod units;
pub mod verdict;

pub use line::{line, relative_line};
pub use median::{median, present};
