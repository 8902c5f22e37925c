//! The overhead of running a Python model over a pipe: the study's clock outside against Python's clock
//! inside.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use bakeoff::internals::engine::batch::Batch;
use bakeoff::internals::engine::error::Unavailable;
use bakeoff::internals::engine::sample::sample;
use bakeoff::internals::machine::host;
use bakeoff::internals::model::Platform;
use bakeoff::internals::model::cpython::Interpreter;
use bakeoff::internals::study::cell::Cell;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;

/// The runs of one cell, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Piped {
    /// Its id.
    pub id: String,
    /// Measured as a sample.
    pub outside: Vec<f64>,
    /// Measured by `time.perf_counter_ns`, around the model's run in the interpreter.
    pub inside: Vec<f64>,
}

/// Runs every cell of `interpreter` with the jobs of `catalog` `runs` times.
///
/// # Errors
/// When a model can't be started or a run fails.
pub fn pipe(
    interpreter: &'static Interpreter,
    catalog: &Catalog,
    runs: usize,
    exe: &Path,
) -> Result<Vec<Piped>> {
    let platform = Platform::Python(interpreter);
    let stage = Arc::new(Stage::new(&Stage::default_place(), exe));
    let mut all = Vec::new();
    for cell in Cell::all(catalog, &[platform], host::cores()) {
        match cell.workload.batch(cell.workload.size, &stage) {
            Err(why) if why.is::<Unavailable>() => {}
            batch if cell.model.unavailable.is_none() => all.push(of_cell(&cell, &batch?, runs, exe)?),
            _ => {}
        }
    }
    Ok(all)
}

fn of_cell(cell: &Cell, batch: &Batch, runs: usize, exe: &Path) -> Result<Piped> {
    let resources = cell.resources(host::cores(), exe);
    let mut model = batch.start(cell.model.name, &resources, None)?;
    sample(model.as_mut(), batch)?;
    let mut piped = Piped { id: cell.id(), outside: vec![], inside: vec![] };
    for _ in 0..runs {
        piped.outside.push(sample(model.as_mut(), batch)?.wall.as_nanos() as f64);
        piped.inside.push(model.inside_ns().unwrap_or_default() as f64);
    }
    Ok(piped)
}
