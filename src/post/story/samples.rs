//! The post's two code samples: ten threads that download, four processes that crunch.

use anyhow::Result;

use crate::engine::Batch;
use crate::model::{ModelEntry, Platform};
use crate::post::story::{Ran, Story, StoryRequest, StoryRunner, count, known};
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};
use crate::workload::script::{Action, Script};
use crate::workload::{Size, script};

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

    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()> {
        let chosen = request.chosen(|model| request.all || model.name == self.model);
        for (arrangement, body) in self.bodies {
            for model in &chosen {
                let ran = run(runner, *body, model);
                runner.report(self.name, (*arrangement).to_owned(), model.name, ran);
            }
        }
        Ok(())
    }

    fn remarks_on(&self, _: &StoryRun, act: &TracedRun) -> Vec<String> {
        let (alive, threads) = (count(act, Figure::InFlight), known(act.get(Figure::Threads)));
        let children = count(act, Figure::ChildProcesses);
        let busy = |cpu_ns: u64| format!("{:.2}", cpu_ns as f64 / act.wall_ns.max(1) as f64);
        let cores = known(act.get(Figure::CpuNs).map(busy));
        vec![format!(
            "alive at once: {alive}; threads of a process: {threads}; child processes: {children}; busy cores: {cores}"
        )]
    }
}

fn run(runner: &StoryRunner, body: Body, model: &ModelEntry) -> Result<Ran> {
    let batch = body(runner, model.platform)?;
    Ok(Ran::once(runner.with.perform(model, &batch)?, &[]))
}

fn downloads(runner: &StoryRunner, platform: Platform) -> Result<Batch> {
    of_workload(runner, platform, "http", 10, 1)
}

/// A line of output to a pipe, as in the example.
fn prints(runner: &StoryRunner, _: Platform) -> Result<Batch> {
    let print = Action::Print {}.freely();
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
