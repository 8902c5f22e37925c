//! The traced runs in a recording: evidence and stories.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::Not;

use serde::{Deserialize, Serialize};

use crate::record::private::optional_reason;

/// Trace evidence for one model on one kind of job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRecord {
    /// The model.
    pub model: String,
    /// The kind of jobs: `cakes`, `files` or `names`, or the workload of a user.
    pub jobs: String,
    /// The jobs are a user's; from version 5 on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub of_user: bool,
    /// Its runs.
    pub seen: Vec<TracedRun>,
    /// One computing thread per core, run in alternation with it: the parallelism that this machine could
    /// show.
    pub control: Vec<TracedRun>,
    /// Why it can't be observed on this machine.
    #[serde(serialize_with = "optional_reason")]
    pub unavailable: Option<String>,
    /// The reason is a failure, and nothing that this machine lacks; from version 5 on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub failed: bool,
}

/// A worked example, run one or more times in one arrangement under one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryRun {
    /// Name of the story.
    pub story: String,
    /// Its arrangement, as `boards=24 exhibitors=1 order=ready think=fixed`.
    pub arrangement: String,
    /// The model that ran it.
    pub model: String,
    /// The length of a story second, in nanoseconds.
    pub second_ns: NonZeroU64,
    /// Its runs.
    pub acts: Vec<TracedRun>,
    /// Why it can't be run on this machine or under this model.
    #[serde(serialize_with = "optional_reason")]
    pub unavailable: Option<String>,
    /// The reason is a failure, and nothing that this machine lacks; from version 5 on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub failed: bool,
}

/// One traced run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracedRun {
    /// Its duration, in nanoseconds.
    pub wall_ns: u64,
    /// The figures of its trace by name, as [`crate::engine::trace::Performance::figures`] and the story define them.
    pub figures: BTreeMap<String, u64>,
}

impl StoryRun {
    /// The value of `name` in its arrangement, as `24` of `boards`.
    pub fn setting(&self, name: &str) -> Option<&str> {
        for pair in self.arrangement.split(' ') {
            if let Some((key, value)) = pair.split_once('=')
                && key == name
            {
                return Some(value);
            }
        }
        None
    }
}
