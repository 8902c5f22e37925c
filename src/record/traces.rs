//! What a recording keeps of traced runs: evidence and stories.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

/// What traces show of one model on one kind of job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRecord {
    /// The model.
    pub model: String,
    /// What its jobs did: `cakes` or `files`.
    pub jobs: String,
    /// Its runs.
    pub seen: Vec<TracedRun>,
    /// A thread for each core, computing and nothing else, run by run beside them: what this machine could show.
    pub control: Vec<TracedRun>,
    /// Why it can't be seen on this machine.
    pub unavailable: Option<String>,
}

/// A worked example, run one or more times in one arrangement under one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryRun {
    /// Name of the story.
    pub story: String,
    /// How it was arranged, as `boards=24 exhibitors=1 order=ready think=fixed`.
    pub arrangement: String,
    /// The model that it was run under.
    pub model: String,
    /// How long a second of the story was, in nanoseconds.
    pub second_ns: NonZeroU64,
    /// Its runs.
    pub acts: Vec<TracedRun>,
    /// Why it can't be run on this machine or under this model.
    pub unavailable: Option<String>,
}

/// One traced run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracedRun {
    /// How long it took, in nanoseconds.
    pub wall_ns: u64,
    /// What its trace came to, by name, as [`crate::engine::trace::Performance::figures`] and the story count it.
    pub figures: BTreeMap<String, u64>,
}

impl StoryRun {
    /// What its arrangement says of `name`, as `24` of `boards`.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.arrangement
            .split(' ')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}
