//! The workloads that a program has.

use anyhow::{Context, Result};

use crate::engine::{Kept, OwnJobs, Recipe};
use crate::model::Platform;
use crate::workload::series::{SERIES, Series};
use crate::workload::{IN_PYTHON, WORKLOADS, Workload, fixture::stage::Stage, script};

/// The workloads of each platform in table order, and series of sizes beside them.
#[derive(Clone, Debug)]
pub struct Catalog {
    native: Vec<Workload>,
    in_python: Vec<Workload>,
    series: &'static [Series],
}

impl Catalog {
    /// The built-in workloads.
    pub fn builtin() -> Self {
        Catalog { native: WORKLOADS.to_vec(), in_python: IN_PYTHON.to_vec(), series: SERIES }
    }

    /// The workloads of the tables of a platform. Languages that are slower by orders of magnitude have smaller jobs.
    pub fn workloads(&self, platform: Platform) -> &[Workload] {
        match platform {
            Platform::Native => &self.native,
            Platform::Python(_) => &self.in_python,
        }
    }

    /// The workloads of the tables of interpreters.
    pub fn workloads_in_python(&self) -> &[Workload] {
        &self.in_python
    }

    /// Workloads that differ in their size only.
    pub fn series(&self) -> &'static [Series] {
        self.series
    }

    /// The workload of a name, of the tables of a platform or of a series.
    ///
    /// # Errors
    /// If there is none.
    pub fn workload(&self, platform: Platform, name: &str) -> Result<&Workload> {
        let in_series = self.series.iter().flat_map(|series| series.of(platform));
        let mut all = self.workloads(platform).iter().chain(in_series);
        all.find(|workload| workload.name == name).with_context(|| format!("there is no workload {name}"))
    }

    /// Makes the jobs of a recipe, in a child process of this program.
    ///
    /// # Errors
    /// If there is no such workload, or as [`crate::workload::MakeJobs::own`].
    pub fn own_jobs(&self, recipe: &Recipe, kept: &mut Kept) -> Result<Box<dyn OwnJobs>> {
        if recipe.origin.workload == script::NAME {
            return script::own(recipe, kept);
        }
        let stage = Stage::attach_only(recipe.origin.fixture.clone());
        self.workload(Platform::Native, &recipe.origin.workload)?.jobs.own(recipe, &stage, kept)
    }
}
