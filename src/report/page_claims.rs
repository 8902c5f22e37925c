//! The claims of the post on a page: a sentence each, those that are not true first.

use maud::{Markup, html};

use crate::report::escape::plain;

/// Claims with their verdicts.
pub struct Claims {
    /// How many have which verdict.
    pub result: String,
    /// Those that measurements decide.
    pub claims: Vec<ClaimOnPage>,
    /// Those that could fail only by a fault of this program.
    pub checks: Vec<ClaimOnPage>,
}

/// A claim.
pub struct ClaimOnPage {
    /// Its name in this program.
    pub id: &'static str,
    /// Its words, in quotation marks where they are the post's.
    pub says: String,
    /// The heading that they stand under.
    pub link: Option<String>,
    /// The verdict.
    pub verdict: String,
    /// What it is true of, and what not.
    pub condition: Option<String>,
    /// Each case with its numbers.
    pub cases: Vec<String>,
}

impl Claims {
    pub(crate) fn markup(&self) -> Markup {
        html! {
            p { (self.result) }
            (list(&self.claims))
            @if !self.checks.is_empty() {
                details { summary { "Checks of bakeoff itself: " (self.checks.len()) } (list(&self.checks)) }
            }
        }
    }
}

fn list(claims: &[ClaimOnPage]) -> Markup {
    html! { ul.claims { @for claim in claims { li { (sentence(claim)) } } } }
}

fn sentence(claim: &ClaimOnPage) -> Markup {
    let says = plain(&claim.says);
    html! {
        @match &claim.link {
            Some(link) => a href=(link) { (says) },
            None => (says),
        }
        ": " strong { (claim.verdict) }
        @if let Some(condition) = &claim.condition { ": " (plain(condition)) }
        "."
        details { summary { (claim.id) ": the numbers" }
            ul { @for case in &claim.cases { li { (plain(case)) } } } }
    }
}
