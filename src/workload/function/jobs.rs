//! The jobs of a function, and what fresh processes have found about them.

use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::engine::{Batch, Digest, Kept, Made, Origin, OwnJobs, Recipe, Size};
use crate::record::schema::{FunctionFacts, PythonFacts};
use crate::workload::MakeJobs;
use crate::workload::fixture::stage::Stage;
use crate::workload::function::job::{FunctionJob, digest};
use crate::workload::function::typed::Function;

/// How the jobs of a function are made.
pub struct FunctionJobs {
    function: Arc<dyn Function>,
    rules: Rules,
    known: OnceLock<Result<Known, String>>,
}

/// What the author of a function allows models.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// The maximum number of jobs at once.
    pub(crate) at_most: Option<usize>,
    /// Each cell is measured in a process of its own.
    pub(crate) isolated: bool,
}

/// What fresh processes have found.
#[derive(Clone, Debug)]
pub struct Known {
    /// The hash of the answer of each job.
    pub(crate) answers: Vec<u64>,
    /// As a recording has it.
    pub(crate) facts: FunctionFacts,
    /// The same of a function in Python.
    pub(crate) python: Option<PythonFacts>,
}

impl FunctionJobs {
    pub(super) fn new(function: Arc<dyn Function>, rules: Rules) -> Self {
        FunctionJobs { function, rules, known: OnceLock::new() }
    }

    /// The function.
    pub(crate) fn function(&self) -> &dyn Function {
        &*self.function
    }

    /// Takes note of what fresh processes have found, or why they have found nothing; only the first call counts.
    pub(crate) fn learn(&self, known: Result<Known, String>) {
        let _ = self.known.set(known);
    }

    /// The digests that the jobs of a batch must return.
    ///
    /// # Errors
    /// Why nobody knows them.
    pub(crate) fn expected(&self, size: Size) -> Result<Vec<Digest>> {
        let known = self.known.get().context("nobody has asked fresh processes for the answers")?;
        let known = known.as_ref().map_err(|why| anyhow!("{why}"))?;
        let answers = known.answers.iter().take(size.jobs).enumerate();
        Ok(answers.map(|(number, hash)| digest(number, *hash)).collect())
    }

    fn jobs(&self, numbers: impl Iterator<Item = usize>) -> Vec<FunctionJob> {
        numbers.map(|number| FunctionJob::new(number, &self.function)).collect()
    }
}

impl MakeJobs for FunctionJobs {
    fn batch(
        &self,
        name: &str,
        size: Size,
        stage: &Arc<Stage>,
        expected: Option<Vec<Digest>>,
    ) -> Result<Batch> {
        let expected = expected.map_or_else(|| self.expected(size), Ok)?;
        let count = self.function.count()?;
        ensure!(
            size.jobs <= count,
            "{} jobs were asked for, and this process has {count} inputs: they must be the same in every process",
            size.jobs
        );
        let origin = Origin { workload: name.to_owned(), size, fixture: (None, None) };
        let stage: Arc<Stage> = Arc::clone(stage);
        Batch::new(self.jobs(0..size.jobs), origin, stage, Some(expected))
    }

    fn own(&self, recipe: &Recipe, _: &Stage, kept: &mut Kept) -> Result<Box<dyn OwnJobs>> {
        let mut jobs = self.jobs(recipe.range.clone());
        match &recipe.portable {
            Some(inputs) => {
                jobs = jobs.into_iter().zip(inputs).map(|(job, input)| job.with_input(input)).collect();
            }
            None => drop(self.function.count()?),
        }
        Ok(Box::new(Made::new(recipe.range.start, jobs, kept)))
    }

    fn of_function(&self) -> Option<&FunctionJobs> {
        Some(self)
    }

    fn rules(&self) -> Rules {
        self.rules
    }

    fn known(&self) -> Option<&Result<Known, String>> {
        self.known.get()
    }
}
