//! A recording and its summary.

use crate::analysis::summary::Summary;
use crate::record::schema::Recording;

/// A recording and its summary, which is computed once for everything that is shown of it.
#[derive(Clone, Debug)]
pub struct Analysed<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// Its statistics and verdicts.
    pub summary: Summary,
}

impl<'a> Analysed<'a> {
    /// Analyses `recording`.
    pub fn of(recording: &'a Recording) -> Self {
        Analysed { recording, summary: Summary::of(recording) }
    }

    /// Analyses each of `recordings`.
    pub fn all(recordings: &'a [Recording]) -> Vec<Self> {
        recordings.iter().map(Analysed::of).collect()
    }
}
