//! From cells to samples in this process: the stage, the batches and the started models.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use crate::engine::{Batch, Performer, Sample, Started, catch_panic, sample};
use crate::machine::host;
use crate::study::cell::Cell;
use crate::workload::fixture::stage::Stage;

/// The state that the cells of a run share: the batch of each workload is created once, on first use.
#[derive(Debug)]
pub struct Session {
    /// The core count that every model uses.
    pub cores: usize,
    exe: PathBuf,
    stage: Arc<Stage>,
    batches: HashMap<(&'static str, Option<&'static str>), Batch>,
}

impl Session {
    /// A session whose child processes run `exe`, this project's program.
    pub fn new(exe: &Path) -> Self {
        let stage = Stage::new(&Stage::default_place(), exe);
        Session { cores: host::cores(), exe: exe.to_owned(), stage: Arc::new(stage), batches: HashMap::new() }
    }

    /// Starts the model of `cell` with the workload's batch.
    ///
    /// # Errors
    /// When the stage can't be set or the model can't be started; [`crate::engine::error::Unavailable`] when this machine
    /// can't measure the cell.
    pub fn start(&mut self, cell: &Cell) -> Result<RunningCell> {
        let batch = self.batch(cell)?;
        let model = catch_panic(|| cell.start(&batch, self.cores, &self.exe))?;
        Ok(RunningCell { model, batch })
    }

    /// Starts the model of `cell` traced, with the workload's batch.
    ///
    /// # Errors
    /// As [`Session::start`].
    pub fn start_traced(&mut self, cell: &Cell) -> Result<(Performer, Batch)> {
        let batch = self.batch(cell)?;
        let resources = cell.resources(self.cores, &self.exe);
        Ok((cell.model.start_traced(&batch, &resources)?, batch))
    }

    /// Where its files are.
    pub fn stage(&self) -> Arc<Stage> {
        Arc::clone(&self.stage)
    }

    fn batch(&mut self, cell: &Cell) -> Result<Batch> {
        let key = (cell.workload.name, cell.platform().tag());
        if let Some(batch) = self.batches.get(&key) {
            return Ok(batch.clone());
        }
        let batch = cell.workload.batch(cell.workload.size, &self.stage)?;
        self.batches.insert(key, batch.clone());
        Ok(batch)
    }
}

/// A measurable cell with a started model.
pub struct RunningCell {
    model: Box<dyn Started>,
    batch: Batch,
}

impl RunningCell {
    /// This cell with only the first `jobs` of its jobs.
    pub fn shortened(self, jobs: usize) -> Self {
        RunningCell { batch: self.batch.first(jobs), ..self }
    }

    /// Measures and verifies one run.
    ///
    /// # Errors
    /// As [`sample()`], and where the model panics.
    pub fn sample(&mut self) -> Result<Sample> {
        catch_panic(|| sample(self.model.as_mut(), &self.batch))
    }
}
