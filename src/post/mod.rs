//! The blog post: its claims, its worked examples, and the bundle for the blog. The only room that knows it.

use crate::report::{render::SECTIONS, section::Section};

#[cfg(test)]
mod browser;
pub mod charts;
pub mod chirpy;
pub mod claims;
pub mod knee;
pub mod ledger;
pub mod page;
#[cfg(test)]
mod same_answer;
pub mod splice;
pub mod stories;
pub mod story;
mod story_table;
#[cfg(test)]
mod untrusted_input;

/// Every section of a recording: the stories after those of reports.
pub fn sections() -> Vec<&'static Section> {
    let mut sections = SECTIONS.to_vec();
    sections.push(&stories::SECTION);
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn every_recorded_section_is_shown() {
        let recorded = serde_json::to_value(recording(1, 50)).unwrap();
        for name in recorded.as_object().unwrap().keys() {
            let is_section = !["schema", "version", "partial", "environment"].contains(&name.as_str());
            assert_eq!(sections().iter().any(|section| section.name == name), is_section, "{name}");
        }
    }
}
