//! What the numbers rest on, shown on this machine: interleaved comparisons of two ways to do the same thing.

pub mod bare;
pub mod interleave;
pub mod pipe;
pub mod sleeps;
