//! Values in, text out.

pub mod bench;
pub mod best;
pub mod findings;
pub mod table;
pub mod units;
