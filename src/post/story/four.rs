//! The post's multiprocessing example as a Python script: started with each start method, with and without a
//! guard.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::child::scratch::Scratch;
use crate::engine::{Unavailable, nanoseconds, now};
use crate::model::cpython::{Interpreter, script};
use crate::model::{MadeOf, Platform, cpython::interpreter::run_for};
use crate::post::story::sockets::folder_for_sockets;
use crate::post::story::{Ran, Story, StoryRequest, StoryRunner, count};
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};

/// The script, without its last line.
const SCRIPT: &str = include_str!("four.py");

/// Its maximum duration: it takes several tenths of a second if it ends at all.
const DEADLINE: Duration = Duration::from_secs(20);

/// Python's start methods for processes.
const STARTS: [&str; 3] = ["fork", "forkserver", "spawn"];

/// The last line of the script: a guard prevents processes that import it from starting processes themselves.
const ENDS: [(&str, &str); 2] = [("yes", "if __name__ == \"__main__\":\n    main()\n"), ("no", "main()\n")];

/// What Python says where a system has no such start method.
const NO_METHOD: &str = "cannot find context for";

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

    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()> {
        let mut told = vec![];
        for model in &request.models {
            let (Platform::Python(interpreter), MadeOf::Processes) = (model.platform, model.made_of) else {
                continue;
            };
            // The script is the same for every model of processes.
            if told.contains(&model.platform) {
                continue;
            }
            told.push(model.platform);
            for start in STARTS {
                for (guard, end) in ENDS {
                    let arrangement = format!("start={start} guard={guard}");
                    let ran = run(interpreter, start, end);
                    runner.report(self.name(), arrangement, model.name, ran);
                }
            }
        }
        Ok(())
    }

    fn remarks_on(&self, _: &StoryRun, act: &TracedRun) -> Vec<String> {
        vec![format!("{} of {TASKS} tasks were done", count(act, Figure::Right))]
    }
}

fn run(interpreter: &Interpreter, start: &str, end: &str) -> Result<Ran> {
    let facts = interpreter.facts.as_ref().map_err(Unavailable::new)?;
    if let Some(why) = &facts.lacks_processes {
        bail!(Unavailable::new(why));
    }
    ensure!(
        facts.start_methods.iter().any(|known| known == start),
        Unavailable::new(format!("Python starts no processes by {start} on this system"))
    );
    let temporary = folder_for_sockets()?;
    let folder = write_script(&format!("{SCRIPT}{end}"))
        .with_context(|| format!("cannot write a script into {}", std::env::temp_dir().display()))?;
    let mut command: Command = script::run(&interpreter.path, &folder.path().join(SCRIPT_NAME));
    command.arg(start).env("TMPDIR", temporary);
    let begun = now();
    let output = run_for(&mut command, DEADLINE)?;
    let wall_ns = nanoseconds(now() - begun);
    if output.complaints.contains(NO_METHOD) {
        bail!("this system has no start method {start}");
    }
    let lines: BTreeSet<&str> = output.said.lines().collect();
    let mut right = 0;
    for task in 0..TASKS {
        right += u64::from(lines.contains(expected(task).as_str()));
    }
    // Tasks that were not done for another reason than the missing guard say nothing about it.
    if right < TASKS && !has_refused(&output.complaints) {
        let last = output.complaints.lines().last().unwrap_or_default();
        bail!("{right} of {TASKS} tasks were done ({}): {last}", output.status);
    }
    let figures = Figure::recorded([(Figure::Right, right), (Figure::Tasks, TASKS)]);
    Ok(Ran { acts: vec![TracedRun { wall_ns, figures }], spans: vec![] })
}

/// The name of the script in its folder.
const SCRIPT_NAME: &str = "four.py";

/// A folder with a script of `text`, which is removed on drop.
fn write_script(text: &str) -> std::io::Result<Scratch> {
    let folder = Scratch::new(&std::env::temp_dir(), "bakeoff-script-")?;
    std::fs::write(folder.path().join(SCRIPT_NAME), text)?;
    Ok(folder)
}

/// Whether a process refused to start others because it was still importing the script, which a guard prevents.
fn has_refused(complaints: &str) -> bool {
    complaints.contains("bootstrapping phase")
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
