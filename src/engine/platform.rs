//! A lane: models whose speedups are over one baseline, and the workloads that they are given.

use std::fmt;

use crate::model;
use crate::model::ModelEntry;
use crate::model::cpython::Interpreter;
use crate::workload::{IN_PYTHON, WORKLOADS, Workload, series};

/// A lane. Ratios between lanes stand beside the tables, and no verdict compares them.
#[derive(Clone, Copy, Debug)]
pub enum Lane {
    /// This program's own models, over `sequential`.
    Native,
    /// The models of one CPython, over its `py-loop`.
    Python(&'static Interpreter),
}

impl Lane {
    /// The native lane, and one for each of `interpreters`.
    pub fn all(interpreters: &[&'static Interpreter]) -> Vec<Lane> {
        std::iter::once(Lane::Native).chain(interpreters.iter().map(|it| Lane::Python(it))).collect()
    }

    /// What follows the `@` in its models' names; the native lane has none.
    pub fn tag(self) -> Option<&'static str> {
        match self {
            Lane::Native => None,
            Lane::Python(interpreter) => Some(&interpreter.tag),
        }
    }

    /// Its models, in the order of all tables; the first is the baseline.
    pub fn models(self) -> Vec<ModelEntry> {
        match self {
            Lane::Native => model::models(),
            Lane::Python(interpreter) => model::cpython::model::models(interpreter).to_vec(),
        }
    }

    /// The workloads of its tables. Where a language is slower by orders of magnitude the jobs are smaller, and say so.
    pub fn workloads(self) -> &'static [Workload] {
        match self {
            Lane::Native => WORKLOADS,
            Lane::Python(_) => IN_PYTHON,
        }
    }

    /// The workload of a name, of its tables or of a series.
    pub fn workload(self, name: &str) -> Option<&'static Workload> {
        self.workloads().iter().chain(series::all(self)).find(|workload| workload.name == name)
    }
}

/// Two lanes are the same where their models' names are.
impl PartialEq for Lane {
    fn eq(&self, other: &Lane) -> bool {
        self.tag() == other.tag()
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lane::Native => f.write_str("native"),
            Lane::Python(interpreter) => write!(f, "CPython {}", interpreter.tag),
        }
    }
}
