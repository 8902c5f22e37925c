//! A section of recordings: what each format shows of it.

use crate::analysis::analysed::Analysed;
use crate::record::schema::Recording;
use crate::report::block::{Block, Panel};
use crate::report::table::Table;

/// A section of recordings: what each format shows of it, if a recording has it.
pub struct Section {
    /// Its name in the summary of a recording.
    pub name: &'static str,
    /// The key of its values in JSON.
    pub key: &'static str,
    /// Its heading on the page.
    pub heading: &'static str,
    /// Whether a recording has it.
    pub is_in: fn(&Recording) -> bool,
    /// Everything, for a terminal.
    pub in_full: fn(&Analysed<'_>) -> Option<Vec<Block>>,
    /// The main results, for Markdown.
    pub in_short: fn(&Analysed<'_>) -> Option<Vec<Block>>,
    /// Its parts on the page; if absent, the text for a terminal.
    pub panels: Option<fn(&Analysed<'_>) -> Vec<Panel>>,
    /// Its values, for programs.
    pub values: fn(&Analysed<'_>) -> Option<Table>,
    /// The command lines in it, which disclose paths.
    pub commands: fn(&Recording) -> Vec<&[String]>,
}

impl Section {
    /// Its parts on the page.
    pub fn on_page(&self, of: &Analysed<'_>) -> Vec<Panel> {
        match (self.panels, (self.in_full)(of)) {
            (_, None) => vec![],
            (Some(panels), _) => panels(of),
            (None, Some(blocks)) => vec![Panel::Text(self.heading, blocks)],
        }
    }
}
