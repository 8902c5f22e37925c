//! Medians, intervals and verdicts: pure functions of samples.
//!
//! - [`law`]: what speedups over numbers of cores follow
//! - [`change`]: whether a cell became faster or slower
//! - [`line`](fn@line): a straight line through points
//! - [`median`](fn@median): the middle of some values
//! - [`interval`]: an exact interval for a median, from order statistics
//! - [`ratio`]: speedups, paired by round
//! - [`verdict`]: what the samples allow to say about a row of cells

pub mod change;
pub mod interval;
pub mod law;
mod line;
mod median;
pub mod ratio;
pub mod units;
pub mod verdict;

pub use line::line;
pub use median::median;
