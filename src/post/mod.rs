//! The blog post: its claims, its worked examples, and the bundle for the blog. The only room that knows it.

pub mod charts;
pub mod chirpy;
pub mod claims;
pub mod knee;
pub mod ledger;
pub mod splice;
pub mod stories;
pub mod story;
