//! Jobs that are made one by one, each from its number: those of the built-in workloads, and of a user's tasks.

use std::sync::Arc;

use anyhow::Result;

use crate::engine::{Batch, Digest, Kept, Made, Origin, OwnJobs, Recipe, Work};
use crate::workload::fixture::stage::Stage;
use crate::workload::{MakeJobs, Size};

/// What sets the stage for a batch.
pub(super) type SetStage = dyn Fn(&Stage, Size) -> Result<()> + Send + Sync;

/// What makes the job of a number.
pub(super) type MakeJob<W> = dyn Fn(&Stage, Size, u64) -> Result<W> + Send + Sync;

/// Jobs that are made one by one, each from its number.
pub(crate) struct Each<W: 'static> {
    /// Sets the stage for a batch: writes files, checks what the file system can do.
    pub(crate) setup: &'static SetStage,
    /// Makes the job of a number; the stage is set.
    pub(crate) job: &'static MakeJob<W>,
}

/// Nothing has to be on the stage.
pub(crate) fn no_setup(_: &Stage, _: Size) -> Result<()> {
    Ok(())
}

impl<W: Work> MakeJobs for Each<W> {
    fn batch(
        &self,
        name: &str,
        size: Size,
        stage: &Arc<Stage>,
        expected: Option<Vec<Digest>>,
    ) -> Result<Batch> {
        (self.setup)(stage, size)?;
        let mut jobs = Vec::with_capacity(size.jobs);
        for number in 0..size.jobs as u64 {
            jobs.push((self.job)(stage, size, number)?);
        }
        // The stage has its folder and its server by now, if the jobs need them.
        let origin = Origin { workload: name.to_owned(), size, fixture: stage.attachment() };
        let stage: Arc<Stage> = Arc::clone(stage);
        Batch::new(jobs, origin, stage, expected)
    }

    fn own(&self, recipe: &Recipe, stage: &Stage, kept: &mut Kept) -> Result<Box<dyn OwnJobs>> {
        let mut jobs = Vec::with_capacity(recipe.range.len());
        for number in recipe.range.clone() {
            jobs.push((self.job)(stage, recipe.origin.size, number as u64)?);
        }
        Ok(Box::new(Made::new(recipe.range.start, jobs, kept)))
    }
}
