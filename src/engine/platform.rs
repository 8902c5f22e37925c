//! A lane: models whose speedups are over one baseline, and the workloads that they are given.

use std::fmt;

use crate::model;
use crate::model::ModelEntry;
use crate::model::cpython::Interpreter;
use crate::workload::{IN_PYTHON, WORKLOADS, Workload, series};

/// A lane. Ratios between lanes stand beside the tables, and no verdict compares them.
#[derive(Clone, Copy, Debug)]
pub enum Platform {
    /// This program's own models, over `sequential`.
    Native,
    /// The models of one CPython, over its `py-loop`.
    Python(&'static Interpreter),
}

impl Platform {
    /// The native lane, and one for each of `interpreters`.
    pub fn all(interpreters: &[&'static Interpreter]) -> Vec<Platform> {
        std::iter::once(Platform::Native).chain(interpreters.iter().map(|it| Platform::Python(it))).collect()
    }

    /// What follows the `@` in its models' names; the native lane has none.
    pub fn tag(self) -> Option<&'static str> {
        match self {
            Platform::Native => None,
            Platform::Python(interpreter) => Some(&interpreter.tag),
        }
    }

    /// Its models, in the order of all tables; the first is the baseline.
    pub fn models(self) -> Vec<ModelEntry> {
        match self {
            Platform::Native => model::models(),
            Platform::Python(interpreter) => model::cpython::model::models(interpreter).to_vec(),
        }
    }

    /// The workloads of its tables. Where a language is slower by orders of magnitude the jobs are smaller, and say so.
    pub fn workloads(self) -> &'static [Workload] {
        match self {
            Platform::Native => WORKLOADS,
            Platform::Python(_) => IN_PYTHON,
        }
    }

    /// The workload of a name, of its tables or of a series.
    pub fn workload(self, name: &str) -> Option<&'static Workload> {
        self.workloads().iter().chain(series::all(self)).find(|workload| workload.name == name)
    }
}

/// Two lanes are the same where their models' names are.
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
