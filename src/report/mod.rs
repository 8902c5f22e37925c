//! Values in, text out.

pub mod bench;
pub mod table;
pub mod units;
