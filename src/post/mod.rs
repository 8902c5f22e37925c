//! The blog post: its claims, its worked examples, and the bundle for the blog. The only room that knows it.

use crate::report::section::{SECTIONS, Section};

pub mod charts;
pub mod chirpy;
pub mod claims;
pub mod knee;
pub mod ledger;
pub mod page;
pub mod splice;
pub mod stories;
pub mod story;

/// Every section of a recording: the stories after those of reports.
pub fn sections() -> Vec<&'static Section> {
    let mut sections = SECTIONS.to_vec();
    sections.push(&stories::SECTION);
    sections
}
