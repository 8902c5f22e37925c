//! The post's multiprocessing example as a Python script: started with each start method, with and without a
//! guard.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::engine::clock::now;
use crate::model::ModelEntry;
use crate::model::Platform;
use crate::model::cpython::Interpreter;
use crate::model::cpython::interpreter::run_for;
use crate::model::cpython::script;
use crate::post::story::{Prediction, Story, StoryRequest, StoryResult, StoryRunner};
use crate::record::schema::{StoryRun, TracedRun};

/// The script, without its last line.
const SCRIPT: &str = include_str!("four.py");

/// Its maximum duration: it takes several tenths of a second if it ends at all.
const DEADLINE: Duration = Duration::from_secs(20);

/// Python's start methods for processes.
const STARTS: [&str; 3] = ["fork", "forkserver", "spawn"];

/// The last line of the script: a guard prevents processes that import it from starting processes themselves.
const ENDS: [(&str, &str); 2] = [("yes", "if __name__ == \"__main__\":\n    main()\n"), ("no", "main()\n")];

/// Tasks of the script.
const TASKS: u64 = 4;

/// The story.
pub struct Four;

impl Story for Four {
    fn name(&self) -> &'static str {
        "four"
    }

    fn about(&self) -> &'static str {
        "the post's four processes as a script of Python: by fork, forkserver and spawn, with and without a __main__ guard"
    }

    fn second(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn run(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<Vec<StoryResult>> {
        let of_platform = |model: &ModelEntry| match model.platform {
            Platform::Python(interpreter) if model.name.starts_with("py-multiprocessing") => {
                Some((model.name, interpreter))
            }
            _ => None,
        };
        let interpreters = request.models.iter().filter_map(of_platform);
        let story_runs = interpreters.flat_map(|(name, interpreter)| {
            let ways = STARTS.into_iter().flat_map(|start| ENDS.map(|end| (start, end)));
            ways.map(move |(start, end)| story_run(runner, name, interpreter, start, end))
        });
        Ok(story_runs.collect())
    }

    fn prediction(&self, _: &StoryRun) -> Option<Prediction> {
        None
    }

    fn remarks(&self, story_run: &StoryRun) -> Vec<String> {
        let Some(act) = story_run.acts.first() else { return vec![] };
        let right = act.figures.get("right").copied().unwrap_or(0);
        vec![format!("{right} of {TASKS} tasks were done")]
    }
}

fn story_run(
    runner: &StoryRunner,
    model: &str,
    interpreter: &Interpreter,
    start: &str,
    (guard, end): (&str, &str),
) -> StoryResult {
    let builder = runner.builder("four", &format!("start={start} guard={guard}"), model);
    match run(interpreter, start, end) {
        Ok(act) => builder.finish(vec![act], vec![]),
        Err(why) => builder.unavailable(format!("{why:#}")),
    }
}

fn run(interpreter: &Interpreter, start: &str, end: &str) -> Result<TracedRun> {
    if let Err(why) = &interpreter.facts {
        bail!("{why}");
    }
    let script = script::file(&format!("{SCRIPT}{end}"))?;
    let mut command: Command = script::run(&interpreter.path, script.path());
    command.arg(start);
    let begun = now();
    let output = run_for(&mut command, DEADLINE)?;
    let wall_ns = u64::try_from((now() - begun).as_nanos()).unwrap_or(u64::MAX);
    let right = (0..TASKS).filter(|&task| output.said.lines().any(|line| line == expected(task)));
    let figures = [("right", right.count() as u64), ("of", TASKS)];
    Ok(TracedRun { wall_ns, figures: figures.map(|(name, value)| (name.to_owned(), value)).into() })
}

/// The output of a task: its number, and the sum of the squares below 200,000 plus its number.
fn expected(task: u64) -> String {
    let n = 200_000 + task;
    format!("{task} {}", (n - 1) * n * (2 * n - 1) / 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sum_of_squares_matches_formula() {
        assert_eq!(expected(3), format!("3 {}", (0..200_003_u64).map(|n| n * n).sum::<u64>()));
    }
}
