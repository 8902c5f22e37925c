//! The page of recordings with what the post has to do with them: its stories and its claims.

use crate::analysis::analysed::Analysed;
use crate::post::{charts::pictures, ledger, sections};
use crate::record::schema::Recording;
use crate::report::page::Page;

/// The page of `recordings`, whose files have `names`.
pub fn page(names: &[String], recordings: &[Recording]) -> String {
    of_analysed(names, &Analysed::all(recordings))
}

/// The same of recordings that are analysed.
pub(super) fn of_analysed(names: &[String], recordings: &[Analysed<'_>]) -> String {
    let claims = ledger::on_page(recordings);
    Page { names, recordings, sections: &sections(), pictures: pictures(recordings), claims }.html()
}
