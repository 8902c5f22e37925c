//! What traced runs outside of a study are made with.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use crate::engine::{Batch, Performance, nanoseconds};
use crate::model::{Concurrency, MOST_WORKERS, ModelEntry};
use crate::record::{figure::Figure, schema::TracedRun};
use crate::study::calibration::Calibration;
use crate::workload::{catalog::Catalog, fixture::stage::Stage};

/// Cores, programs, files and speed.
#[derive(Clone, Debug)]
pub struct RunEnvironment {
    /// The workloads of this program.
    pub catalog: Catalog,
    /// The core count of models.
    pub cores: usize,
    /// This project's program, for workers and the server.
    pub exe: PathBuf,
    /// Files and the server for jobs.
    pub stage: Arc<Stage>,
    /// The computing speed of this machine.
    pub calibration: Calibration,
}

impl RunEnvironment {
    /// An environment whose children run `exe`; takes 0.1 s to find out how fast this machine is.
    pub fn new(catalog: &Catalog, exe: PathBuf, cores: usize) -> Self {
        let stage = Arc::new(Stage::new(&Stage::default_place(), &exe));
        let (catalog, calibration) = (catalog.clone(), Calibration::of_this_machine());
        RunEnvironment { catalog, cores, exe, stage, calibration }
    }

    /// The same at the machine's current speed: a shared machine may have become faster or slower.
    pub fn recalibrated(&self) -> Self {
        RunEnvironment { calibration: Calibration::of_this_machine(), ..self.clone() }
    }

    /// Runs `batch` once under a freshly started model, all of it at once if the model can, and verifies the digests.
    ///
    /// # Errors
    /// Where the model can't be started or a job fails.
    pub fn perform(&self, model: &ModelEntry, batch: &Batch) -> Result<Performance> {
        let workers = match model.concurrency {
            Concurrency::Workers | Concurrency::Cores => batch.expected().len().min(MOST_WORKERS),
            _ => self.cores,
        };
        model.start_traced(batch, &model.resources(workers, &self.exe))?.perform(batch)
    }
}

/// One run as the recording has it: `extra` beside what every trace gives.
pub fn traced_run(performance: &Performance, extra: &[(Figure, u64)]) -> TracedRun {
    let figures = Figure::recorded([&performance.figures(), extra].concat());
    TracedRun { wall_ns: nanoseconds(performance.sample.wall), figures }
}
