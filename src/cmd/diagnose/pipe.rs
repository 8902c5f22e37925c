//! The overhead of running a Python model over a pipe: the study's clock outside against Python's clock
//! inside.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use crate::engine::batch::Batch;
use crate::engine::platform::Platform;
use crate::engine::sample::sample;
use crate::machine::host;
use crate::model::cpython::Interpreter;
use crate::model::cpython::model::Python;
use crate::study::cell::Cell;
use crate::workload::fixture::stage::{Stage, Unavailable};

/// The runs of one cell, in nanoseconds.
#[derive(Clone, Debug)]
pub(super) struct Piped {
    /// Its id.
    pub(super) id: String,
    /// Measured as a sample.
    pub(super) outside: Vec<f64>,
    /// Measured by `time.perf_counter_ns`, around the model's run in the interpreter.
    pub(super) inside: Vec<f64>,
}

/// Runs every cell of `interpreter` `runs` times.
///
/// # Errors
/// When a model can't be started or a run fails.
pub(super) fn pipe(interpreter: &'static Interpreter, runs: usize, exe: &Path) -> Result<Vec<Piped>> {
    let platform = Platform::Python(interpreter);
    let stage = Arc::new(Stage::new(&Stage::default_place(exe), exe));
    let cells =
        Cell::all(&[platform], host::cores()).into_iter().filter(|cell| cell.model.unavailable.is_none());
    let is_here = |cell: &Cell| {
        let batch = Batch::new(&cell.workload, cell.workload.tiny, &stage);
        !batch.is_err_and(|error| error.is::<Unavailable>())
    };
    let piped = |cell: Cell| {
        let batch = Batch::new(&cell.workload, cell.workload.size, &stage)?;
        let plain = cell.model.name.split('@').next().unwrap_or(cell.model.name);
        let mut python = Python::start(interpreter, plain, &cell.resources(host::cores(), exe), None)?;
        sample(&mut python, &batch)?;
        let mut piped = Piped { id: cell.id(), outside: vec![], inside: vec![] };
        for _ in 0..runs {
            piped.outside.push(sample(&mut python, &batch)?.wall.as_nanos() as f64);
            piped.inside.push(python.inside_ns as f64);
        }
        Ok(piped)
    };
    cells.filter(is_here).map(piped).collect()
}
