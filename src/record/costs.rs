//! The costs of models in a recording.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::private::optional_reason;

use crate::record::schema::{IdleCheck, Study};

/// Costs of models besides the time of a warm run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// The results of fresh processes, one process each, model by model.
    pub probes: Vec<ProbeRecord>,
    /// The same work in other sizes.
    pub sizes: Vec<Sizes>,
    /// A study of `noop` and `hash`, measured for these costs or copied from the recording of a study; from version 5 on. It
    /// has what dispatch and CPU time are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<Study>,
    /// What is known of the passes in which probes were made; from version 5 on. Before, each probe was made three times,
    /// one model after another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passes: Option<Passes>,
}

/// Passes over all models and probes, each in another random order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passes {
    /// Decides the order of probes.
    pub seed: u64,
    /// How idle the machine was before the first pass and after each; their `after_launches` is a number of probes.
    pub idle_checks: Vec<IdleCheck>,
}

/// The result of one fresh process about one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeRecord {
    /// The model.
    pub model: String,
    /// The name of a [`crate::study::probe::Probe`].
    pub question: String,
    /// When it was made; only if it belongs to a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    /// The figures by name; [`crate::study::probe::Probe`] defines their names and units.
    pub figures: BTreeMap<String, u64>,
    /// Why there are no figures.
    #[serde(serialize_with = "optional_reason")]
    pub failure: Option<String>,
}

/// The place of a probe in the order of all passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// The pass, from 0.
    pub pass: u64,
    /// The place in the pass, from 0.
    pub place: u64,
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

impl Costs {
    /// Every study in it.
    pub fn studies(&self) -> impl Iterator<Item = &Study> {
        self.study.iter().chain(self.sizes.iter().map(|sizes| &sizes.study))
    }
}
