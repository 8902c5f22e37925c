//! A user's function in Python, and its jobs: the interpreter finds both by the names of their modules.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::engine::{Batch, Context, Digest, Kept, Origin, OwnJobs, Recipe, Work};
use crate::workload::fixture::stage::Stage;
use crate::workload::function::{Known, Rules};
use crate::workload::{Kind, MakeJobs, Size, Workload};

/// A function and its inputs, by names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PythonTask {
    /// `module:function`.
    pub function: String,
    /// `module:list` or `module:function`, which makes the list.
    pub inputs: String,
    /// The inputs are those of this size in a dictionary, if they are.
    pub size: Option<String>,
    /// Folders in which modules are looked for first.
    pub paths: Vec<PathBuf>,
    /// Whether inputs are sent to the processes and interpreters that run jobs, while the clock runs.
    pub ship: bool,
    /// The maximum number of jobs at once.
    pub at_most: Option<usize>,
    /// What it does, once that is known.
    pub kind: Kind,
    /// The time of a call in microseconds, once that is known.
    pub job_us: u64,
}

impl PythonTask {
    /// The name of the function, and of the size if it has one: the first part of ids.
    pub fn name(&self) -> String {
        let function = self.function.rsplit(':').next().unwrap_or(&self.function);
        match &self.size {
            Some(size) => format!("{function}-{size}"),
            None => function.to_owned(),
        }
    }
}

/// The jobs of a task under one interpreter.
pub struct PythonJobs {
    /// The task.
    pub(crate) task: PythonTask,
    /// What fresh interpreters have found.
    pub(crate) known: OnceLock<Result<Known, String>>,
}

impl MakeJobs for PythonJobs {
    fn batch(
        &self,
        name: &str,
        size: Size,
        stage: &Arc<Stage>,
        expected: Option<Vec<Digest>>,
    ) -> Result<Batch> {
        let expected = match expected {
            Some(expected) => expected,
            None => {
                let known = self.known.get().context("nobody has asked interpreters for the answers")?;
                let known = known.as_ref().map_err(|why| anyhow!("{why}"))?;
                let answers = known.answers.iter().take(size.jobs).enumerate();
                answers.map(|(number, hash)| Digest::new(number as u64, *hash)).collect()
            }
        };
        let task = Arc::new(self.task.clone());
        let calls = (0..size.jobs).map(|number| PythonCall { task: Arc::clone(&task), number }).collect();
        let origin = Origin { workload: name.to_owned(), size, fixture: (None, None) };
        let stage: Arc<Stage> = Arc::clone(stage);
        Batch::new(calls, origin, stage, Some(expected))
    }

    fn own(&self, _: &Recipe, _: &Stage, _: &mut Kept) -> Result<Box<dyn OwnJobs>> {
        bail!("only interpreters call functions in Python")
    }

    fn rules(&self) -> Rules {
        Rules { at_most: self.task.at_most, isolated: false }
    }

    fn known(&self) -> Option<&Result<Known, String>> {
        self.known.get()
    }

    fn of_python(&self) -> Option<&PythonJobs> {
        Some(self)
    }
}

/// A call of the function with one of its inputs.
struct PythonCall {
    task: Arc<PythonTask>,
    number: usize,
}

impl Work for PythonCall {
    type Shared = ();

    fn run(&self, _: &(), _: &Context<'_>) -> Result<Digest> {
        bail!("only interpreters call functions in Python")
    }

    fn if_wrong(&self) -> &'static str {
        ": its answer is not that of one call after the other in a fresh interpreter, so that it depends on earlier or other jobs"
    }

    fn in_python(&self) -> Result<Value> {
        Ok(json!({ "Task": { "task": *self.task, "number": self.number } }))
    }
}

/// The row of a task under one interpreter. What it refers to is kept for the life of the process.
pub(crate) fn workload(task: &PythonTask) -> Workload {
    let jobs = Box::leak(Box::new(PythonJobs { task: task.clone(), known: OnceLock::new() }));
    let about = match &task.size {
        Some(size) => format!("a call of {}, of size {size}", task.function),
        None => format!("a call of {}", task.function),
    };
    Workload { kind: task.kind, job_us: task.job_us, ..Workload::of_user(task.name().leak(), about, jobs) }
}
