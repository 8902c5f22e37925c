//! The post's two code samples: ten threads that download, four processes that crunch.

use anyhow::Result;

use crate::engine::batch::Batch;
use crate::model::Platform;
use crate::model::{ModelEntry, models};
use crate::post::story::{Prediction, Story, StoryRequest, StoryResult, StoryRunner};
use crate::record::schema::StoryRun;
use crate::study::run_environment::traced_run;
use crate::workload::Size;
use crate::workload::script::{self, Action, Script};

/// A code sample of the post.
pub struct CodeSample {
    name: &'static str,
    about: &'static str,
    model: &'static str,
    /// The possible bodies of its tasks, by arrangement.
    bodies: &'static [(&'static str, Body)],
}

type Body = fn(&StoryRunner, Platform) -> Result<Batch>;

/// Ten threads.
pub static DOWNLOADS: CodeSample = CodeSample {
    name: "downloads",
    about: "ten tasks that download from this machine's own server, and ten that only print",
    model: "threads",
    bodies: &[("body=download", downloads), ("body=print", prints)],
};

/// Four processes.
pub static CRUNCH: CodeSample = CodeSample {
    name: "crunch",
    about: "four tasks that count primes",
    model: "processes",
    bodies: &[("jobs=4", crunch)],
};

impl Story for CodeSample {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn run(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<Vec<StoryResult>> {
        let chosen: Vec<ModelEntry> = if request.models.is_empty() {
            models().into_iter().filter(|model| request.all || model.name == self.model).collect()
        } else {
            request.models.clone()
        };
        let story_runs = self.bodies.iter().flat_map(|body| chosen.iter().map(move |model| (body, model)));
        Ok(story_runs
            .map(|((arrangement, body), model)| self.story_run(runner, arrangement, *body, model))
            .collect())
    }

    fn prediction(&self, _: &StoryRun) -> Option<Prediction> {
        None
    }

    fn remarks(&self, story_run: &StoryRun) -> Vec<String> {
        let Some(act) = story_run.acts.first() else { return vec![] };
        let of = |name: &str| act.figures.get(name).copied().unwrap_or(0);
        let cores = of("cpu_ns") as f64 / act.wall_ns.max(1) as f64;
        vec![format!(
            "alive at once: {}; threads of a process: {}; child processes: {}; busy cores: {cores:.2}",
            of("in_flight"),
            of("threads"),
            of("child_processes")
        )]
    }
}

impl CodeSample {
    fn story_run(
        &self,
        runner: &StoryRunner,
        arrangement: &str,
        body: Body,
        model: &ModelEntry,
    ) -> StoryResult {
        let builder = runner.builder(self.name, arrangement, model.name);
        match body(runner, model.platform).and_then(|batch| runner.with.perform(model, &batch)) {
            Ok(performance) => {
                let act = traced_run(&performance, &[]);
                builder.finish(vec![act], performance.spans)
            }
            Err(why) => builder.unavailable(format!("{why:#}")),
        }
    }
}

fn downloads(runner: &StoryRunner, platform: Platform) -> Result<Batch> {
    of_workload(runner, platform, "http", 10, 1)
}

/// As cheap as a line of output: several microseconds of computing.
fn prints(runner: &StoryRunner, _: Platform) -> Result<Batch> {
    let print = Action::Compute { parts: 1 }.freely();
    let scripts = (0..10).map(|seed| Script { seed, steps: vec![print.clone()] }).collect();
    script::batch(scripts, &runner.with.stage)
}

fn crunch(runner: &StoryRunner, platform: Platform) -> Result<Batch> {
    of_workload(runner, platform, "primes", 4, 20)
}

/// Jobs of a workload of the suite, each `times` times as large as there.
fn of_workload(
    runner: &StoryRunner,
    platform: Platform,
    name: &str,
    jobs: usize,
    times: u64,
) -> Result<Batch> {
    let workload = runner.with.catalog.workload(platform, name)?;
    workload.batch(Size { jobs, each: workload.size.each * times }, &runner.with.stage)
}
