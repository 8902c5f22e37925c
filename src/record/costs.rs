//! The costs of models in a recording.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::schema::Study;

/// Costs of models besides the time of a warm run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// The results of fresh processes, one process each.
    pub probes: Vec<ProbeRecord>,
    /// The same work in other sizes.
    pub sizes: Vec<Sizes>,
}

/// The result of one fresh process about one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeRecord {
    /// The model.
    pub model: String,
    /// The name of a [`crate::study::probe::Probe`].
    pub question: String,
    /// The figures by name; [`crate::study::probe::Probe`] defines their names and units.
    pub figures: BTreeMap<String, u64>,
    /// Why there are no figures.
    pub failure: Option<String>,
}

/// A study of a [`crate::workload::series::Series`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Its name.
    pub series: String,
    /// Its workloads, compared like those of any study.
    pub study: Study,
}
