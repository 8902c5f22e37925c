//! Values in, text out.

pub mod bench;
pub mod best;
pub mod findings;
pub mod progress;
pub mod table;
pub mod units;
