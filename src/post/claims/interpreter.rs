//! What a recording has of one CPython.

use crate::analysis::sizes::fastest;
use crate::analysis::summary::{CellResult, Row};
use crate::model::{MadeOf, made_of};

/// An interpreter's rows with valid verdicts.
#[derive(Debug)]
pub(crate) struct Interpreter<'a> {
    pub(crate) tag: &'a str,
    /// Each row beside the native rows of the same study.
    pub(crate) rows: Vec<(&'a Row, &'a [Row])>,
}

impl<'a> Interpreter<'a> {
    /// Those of `rows` that have a valid verdict, each beside the `native` ones.
    pub(crate) fn valid_rows(rows: &'a [Row], native: &'a [Row]) -> Vec<(&'a Row, &'a [Row])> {
        let mut valid = vec![];
        for row in rows {
            if !row.has_no_verdict() && row.cells.iter().any(|cell| cell.speedup.is_some()) {
                valid.push((row, native));
            }
        }
        valid
    }

    /// Its row of a workload.
    pub(crate) fn row(&self, workload: &str) -> Option<&'a Row> {
        Some(self.row_and_native(workload)?.0)
    }

    /// The cell of a model, named without its interpreter, on a workload, at its better concurrency.
    pub(crate) fn cell(&self, workload: &str, model: &str) -> Option<&'a CellResult> {
        fastest(self.row(workload)?.cells.iter().filter(|cell| cell.plain_model() == model))
    }

    /// The models with a cell on a workload that are made of one of `groups`, named without their interpreter.
    pub(crate) fn models_made_of(&self, workload: &str, groups: &[MadeOf]) -> Vec<&'a str> {
        let mut models = vec![];
        for cell in self.row(workload).map_or(&[][..], |row| &row.cells) {
            let model = cell.plain_model();
            if made_of(model).is_some_and(|it| groups.contains(&it)) && !models.contains(&model) {
                models.push(model);
            }
        }
        models
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
