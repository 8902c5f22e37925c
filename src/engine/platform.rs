//! A platform: models whose speedups share one baseline, and their workloads.

use std::fmt;

use crate::model;
use crate::model::ModelEntry;
use crate::model::cpython::Interpreter;
use crate::workload::{IN_PYTHON, WORKLOADS, Workload, series};

/// A platform. Ratios between platforms are shown beside the tables, and no verdict compares them.
#[derive(Clone, Copy, Debug)]
pub enum Platform {
    /// This program's own models, over `sequential`.
    Native,
    /// The models of one CPython, over its `py-loop`.
    Python(&'static Interpreter),
}

impl Platform {
    /// The native platform, and one for each of `interpreters`.
    pub fn all(interpreters: &[&'static Interpreter]) -> Vec<Platform> {
        std::iter::once(Platform::Native).chain(interpreters.iter().map(|it| Platform::Python(it))).collect()
    }

    /// The part after the `@` in its models' names; the native platform has none.
    pub fn tag(self) -> Option<&'static str> {
        match self {
            Platform::Native => None,
            Platform::Python(interpreter) => Some(&interpreter.tag),
        }
    }

    /// Its models in table order; the first is the baseline.
    pub fn models(self) -> Vec<ModelEntry> {
        match self {
            Platform::Native => model::models(),
            Platform::Python(interpreter) => model::cpython::model::models(interpreter).to_vec(),
        }
    }

    /// The workloads of its tables. Languages that are slower by orders of magnitude have smaller jobs.
    pub fn workloads(self) -> &'static [Workload] {
        match self {
            Platform::Native => WORKLOADS,
            Platform::Python(_) => IN_PYTHON,
        }
    }

    /// The workload with a given name, from its tables or a series.
    pub fn workload(self, name: &str) -> Option<&'static Workload> {
        self.workloads().iter().chain(series::all(self)).find(|workload| workload.name == name)
    }
}

/// Two platforms are equal if the names of their models are.
impl PartialEq for Platform {
    fn eq(&self, other: &Platform) -> bool {
        self.tag() == other.tag()
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Platform::Native => f.write_str("native"),
            Platform::Python(interpreter) => write!(f, "CPython {}", interpreter.tag),
        }
    }
}
