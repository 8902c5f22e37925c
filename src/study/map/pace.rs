//! How fast a platform computes: among how many numbers it counts the primes in some time.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::engine::sample;
use crate::machine::host;
use crate::model::Platform;
use crate::stats::median;
use crate::study::cell::Cell;
use crate::study::map::points::Asked;
use crate::workload::fixture::stage::Stage;
use crate::workload::point::PointJobs;

/// Numbers of a job that is timed in Rust, and in Python.
const NUMBERS: u64 = 20_000;
const NUMBERS_IN_PYTHON: u64 = 400;

/// Jobs of a run, and runs, of which the first warm up.
const JOBS: usize = 8;
const RUNS: usize = 14;
const WARM_UP: usize = 3;

/// How long a number takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    number_ns: f64,
}

impl Pace {
    /// That of the baseline of `platform`.
    ///
    /// # Errors
    /// If it can't be started.
    pub(super) fn of(platform: Platform, exe: &Path) -> Result<Self> {
        let in_python = platform != Platform::Native;
        let numbers = if in_python { NUMBERS_IN_PYTHON } else { NUMBERS };
        let workload = PointJobs { wait_us: 0, numbers, jobs: JOBS }.workload(in_python);
        let stage = Arc::new(Stage::new(&Stage::default_place(), exe));
        let batch = workload.batch(workload.size, &stage)?;
        let cells = Cell::of(workload, platform, host::cores());
        let cell = cells.iter().find(|cell| cell.is_baseline()).context("every platform has a baseline")?;
        let mut model = cell.start(&batch, host::cores(), exe)?;
        let mut times = Vec::new();
        for run in 0..RUNS {
            let sample = sample(model.as_mut(), &batch)?;
            if run >= WARM_UP {
                times.push(sample.wall.as_nanos() as f64);
            }
        }
        let run_ns = median(&times).context("some runs are timed")?;
        Ok(Pace { number_ns: run_ns / (numbers * JOBS as u64) as f64 })
    }

    /// The jobs that take as long as is asked for.
    pub(super) fn jobs(self, asked: Asked) -> PointJobs {
        let numbers = asked.compute_ns() / self.number_ns;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of numbers")]
        let (numbers, wait_us) = (numbers.round() as u64, (asked.wait_ns() / 1e3).round() as u64);
        let computes = asked.job_ns > 0 && asked.wait_percent < 100;
        PointJobs { wait_us, numbers: if computes { numbers.max(1) } else { 0 }, jobs: asked.jobs }
    }
}
