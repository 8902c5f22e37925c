//! Medians, intervals and verdicts: pure functions of samples.
//!
//! - [`line`](fn@line): a straight line through points
//! - [`median`](fn@median): the middle of some values
//! - [`interval`]: an exact interval for a median, from order statistics
//! - [`ratio`]: speedups, paired by round
//! - [`verdict`]: what the samples allow to say about a row of cells

pub mod interval;
mod line;
mod median;
pub mod ratio;
pub mod verdict;

pub use line::line;
pub use median::median;
