//! What a recording has of one CPython.

use std::fmt;

use crate::analysis::sizes::fastest;
use crate::analysis::summary::{CellResult, Row};
use crate::model::MadeOf;
use crate::post::claims::best::is_made_of;
use crate::record::schema::{Environment, Kind};

/// A kind of CPython.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// Its lock is in force.
    Gil,
    /// It runs without its lock.
    FreeThreaded,
}

impl Build {
    /// Both.
    pub(crate) const ALL: &[Build] = &[Build::Gil, Build::FreeThreaded];

    /// The build of the interpreter of a tag; where it says nothing of itself, that of its name.
    pub(crate) fn of(environment: &Environment, tag: &str) -> Self {
        let entry = environment.interpreters.iter().flatten().find(|entry| entry.tag == tag);
        let has_lock = entry.and_then(|entry| entry.gil).unwrap_or(!tag.ends_with('t'));
        if has_lock { Build::Gil } else { Build::FreeThreaded }
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Build::Gil => "Python",
            Build::FreeThreaded => "free-threaded Python",
        })
    }
}

/// An interpreter and its rows.
#[derive(Debug)]
pub(crate) struct Interpreter<'a> {
    pub(crate) tag: &'a str,
    pub(crate) build: Build,
    /// Each row beside the native rows of the same study.
    pub(crate) rows: Vec<(&'a Row, &'a [Row])>,
}

impl<'a> Interpreter<'a> {
    /// Those of `rows`, measured on `cores` cores, that were measured at all, each beside the `native` ones. On one core
    /// nothing that computes can be faster than sequential.
    pub(crate) fn rows_on(cores: u64, rows: &'a [Row], native: &'a [Row]) -> Vec<(&'a Row, &'a [Row])> {
        let mut measured = vec![];
        for row in rows {
            let could_show_it = row.workload.kind != Kind::Computes || cores > 1;
            if could_show_it && row.cells.iter().any(|cell| cell.speedup.is_some()) {
                measured.push((row, native));
            }
        }
        measured
    }

    /// Its row of a workload.
    pub(crate) fn row(&self, workload: &str) -> Option<&'a Row> {
        Some(self.row_and_native(workload)?.0)
    }

    /// The cell of a model, named without its interpreter, on a workload, at its better concurrency.
    pub(crate) fn cell(&self, workload: &str, model: &str) -> Option<&'a CellResult> {
        fastest(self.row(workload)?.cells.iter().filter(|cell| cell.plain_model() == model))
    }

    /// The fastest cell on a workload of the models that are made of one of `groups`.
    pub(crate) fn fastest_made_of(&self, workload: &str, groups: &[MadeOf]) -> Option<&'a CellResult> {
        let cells = self.row(workload)?.cells.iter();
        fastest(cells.filter(|cell| is_made_of(cell.plain_model(), groups)))
    }

    /// The cell of a native model on a workload, of the same study.
    pub(crate) fn native_cell(&self, workload: &str, model: &str) -> Option<&'a CellResult> {
        let (_, native) = self.row_and_native(workload)?;
        let row = native.iter().find(|row| row.workload.name == workload && !row.has_no_verdict())?;
        row.cells.iter().find(|cell| cell.model() == model)
    }

    fn row_and_native(&self, workload: &str) -> Option<(&'a Row, &'a [Row])> {
        self.rows.iter().find(|(row, _)| row.workload.name == workload).copied()
    }
}
