//! What a recording keeps of what models cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::schema::Study;

/// What models cost besides the time of a warm run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// What fresh processes found, one process each.
    pub probes: Vec<ProbeRecord>,
    /// The same work in other sizes.
    pub sizes: Vec<Sizes>,
}

/// What one fresh process found about one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeRecord {
    /// The model.
    pub model: String,
    /// What was asked: the name of a [`crate::study::probe::Probe`].
    pub question: String,
    /// What was found, by name; [`crate::study::probe::Probe`] says which there are and in which units.
    pub figures: BTreeMap<String, u64>,
    /// Why nothing was found.
    pub failure: Option<String>,
}

/// A study of a [`crate::workload::series::Series`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Its name.
    pub series: String,
    /// Its workloads, compared as those of any study.
    pub study: Study,
}
