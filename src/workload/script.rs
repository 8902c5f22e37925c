//! A job made of steps, for worked examples and probes; no table of tools has a row for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::{Batch, Context, Digest, Kept, Made, Origin, OwnJobs, Recipe, Timestamp, Work, now};
use crate::workload::queue::{Need, Queues};
use crate::workload::{
    Size, answer_of_parts, calls, fixture::lacks::ensure_localhost, fixture::stage::Stage, in_python,
    read_file::ReadFile,
};

/// What scripts are called where jobs are sent to another process.
pub(crate) const NAME: &str = "script";

/// Steps in sequence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Script {
    /// Distinguishes its digest and its computation from those of other jobs.
    pub seed: u64,
    /// What is done.
    pub steps: Vec<Step>,
}

/// One step: an action, and the resource that it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The resource held during the action, after queueing for it.
    pub need: Option<Need>,
    /// What is done.
    #[serde(rename = "act")]
    pub action: Action,
}

/// The action of a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Action {
    /// Waits for a timer.
    Wait {
        /// Duration in microseconds.
        us: u64,
    },
    /// Waits until a time of a schedule that began with the job; a time in the past causes no wait.
    WaitUntil {
        /// The time in microseconds since the beginning.
        us: u64,
    },
    /// Hashes: a fixed amount of work.
    Compute {
        /// Number of 4 KiB parts.
        parts: u64,
    },
    /// Reads a whole file.
    Read(ReadFile),
    /// Asks for the address of this machine's name, as programs do before they connect.
    Resolve {},
    /// Prints a line to a pipe.
    Print {},
    /// Keeps the thread on one core from now on; does nothing if the system does not support it.
    Pin {
        /// Which core.
        cpu: u32,
    },
}

/// A batch of scripts, which may need what is on the stage.
///
/// # Errors
/// [`Unavailable`](crate::engine::Unavailable) if this machine lacks what a step needs.
pub fn batch(scripts: Vec<Script>, stage: &Arc<Stage>) -> Result<Batch> {
    let mut steps = scripts.iter().flat_map(|script| &script.steps);
    if steps.any(|step| matches!(step.action, Action::Resolve {})) {
        ensure_localhost()?;
    }
    let size = Size { jobs: scripts.len(), each: 1 };
    let origin = Origin { workload: NAME.into(), size, fixture: stage.attachment() };
    let stage: Arc<Stage> = Arc::clone(stage);
    Batch::new(scripts, origin, stage, None)
}

/// The scripts of a recipe, in a child process.
///
/// # Errors
/// If it has none.
pub(crate) fn own(recipe: &Recipe, kept: &mut Kept) -> Result<Box<dyn OwnJobs>> {
    let mut scripts: Vec<Script> = Vec::with_capacity(recipe.range.len());
    for script in recipe.portable.as_ref().context("scripts are sent whole")? {
        scripts.push(postcard::from_bytes(script).context("a script can't be read")?);
    }
    Ok(Box::new(Made::new(recipe.range.start, scripts, kept)))
}

impl Action {
    /// A step without a resource.
    pub fn freely(self) -> Step {
        Step { need: None, action: self }
    }

    /// A step that holds a resource.
    pub fn holding(self, need: Need) -> Step {
        Step { need: Some(need), action: self }
    }
}

impl Work for Script {
    type Shared = Queues;

    fn run(&self, queues: &Queues, ctx: &Context<'_>) -> Result<Digest> {
        let begun = now();
        let mut digest = self.digest();
        for Step { need, action } in &self.steps {
            let _held = need.map(|need| queues.hold(&need));
            digest = digest.combine(action.run(self.seed, begun, ctx)?);
        }
        Ok(digest)
    }

    async fn run_async(&self, queues: &Queues, ctx: &Context<'_>) -> Result<Digest> {
        let begun = now();
        let mut digest = self.digest();
        for Step { need, action } in &self.steps {
            let _held = match need {
                Some(need) => Some(queues.hold_async(need).await),
                None => None,
            };
            digest = digest.combine(action.run_async(self.seed, begun, ctx).await?);
        }
        Ok(digest)
    }

    fn expected(&self) -> Result<Digest> {
        let mut digest = self.digest();
        // Steps with the same amount of computing have the same result, which is computed once.
        let mut known: Option<(u64, u64)> = None;
        for step in &self.steps {
            digest = digest.combine(match &step.action {
                Action::Wait { us } | Action::WaitUntil { us } => *us,
                Action::Read(file) => file.expected().bits(),
                Action::Resolve {} => calls::RESOLVED,
                Action::Print {} => calls::PRINTED,
                Action::Pin { cpu } => u64::from(*cpu),
                Action::Compute { parts } => match known {
                    Some((same, answer)) if same == *parts => answer,
                    _ => {
                        let answer = answer_of_parts(self.seed, *parts);
                        known = Some((*parts, answer));
                        answer
                    }
                },
            });
        }
        Ok(digest)
    }

    fn waits(&self) -> Duration {
        let mut waited = 0;
        for step in &self.steps {
            match step.action {
                Action::Wait { us } => waited += us,
                Action::WaitUntil { us } => waited = waited.max(us),
                _ => {}
            }
        }
        Duration::from_micros(waited)
    }

    fn portable(&self) -> Option<Vec<u8>> {
        Some(postcard::to_stdvec(self).expect("a script is plain data"))
    }

    fn in_python(&self) -> Result<Value> {
        in_python("Script", self)
    }
}

impl Script {
    fn digest(&self) -> Digest {
        Digest::new(self.seed, self.steps.len() as u64)
    }
}

impl Action {
    fn run(&self, seed: u64, begun: Timestamp, ctx: &Context<'_>) -> Result<u64> {
        Ok(match self {
            Action::Wait { us } => {
                ctx.wait(|| std::thread::sleep(Duration::from_micros(*us)));
                *us
            }
            Action::WaitUntil { us } => {
                ctx.wait(|| std::thread::sleep(until(begun, *us)));
                *us
            }
            Action::Read(file) => file.run(ctx)?.bits(),
            Action::Resolve {} => ctx.wait(calls::resolve)?,
            Action::Print {} => ctx.wait(calls::print)?,
            Action::Compute { parts } => ctx.compute(|| answer_of_parts(seed, *parts)),
            Action::Pin { cpu } => pin(*cpu),
        })
    }

    async fn run_async(&self, seed: u64, begun: Timestamp, ctx: &Context<'_>) -> Result<u64> {
        Ok(match self {
            Action::Wait { us } => {
                ctx.sleep(Duration::from_micros(*us)).await;
                *us
            }
            Action::WaitUntil { us } => {
                let pause = until(begun, *us);
                // A timer that ticks would wait for a tick even if the time has already passed.
                if !pause.is_zero() {
                    ctx.sleep(pause).await;
                }
                *us
            }
            Action::Read(file) => file.run_async(ctx).await?.bits(),
            Action::Resolve {} => ctx.wait_async(calls::resolve_async(ctx.runtime())).await?,
            // As `println!` does, it blocks the thread for a moment.
            Action::Print {} => ctx.wait(calls::print)?,
            Action::Compute { parts } => ctx.compute(|| answer_of_parts(seed, *parts)),
            Action::Pin { cpu } => pin(*cpu),
        })
    }
}

/// The time until `us` microseconds after `begun`.
fn until(begun: Timestamp, us: u64) -> Duration {
    Duration::from_micros(us).saturating_sub(now() - begun)
}

#[cfg(target_os = "linux")]
fn pin(cpu: u32) -> u64 {
    use nix::sched::{CpuSet, sched_setaffinity};
    let mut only = CpuSet::new();
    // Pinning to a missing core fails silently: the trace then shows the cores that were used.
    if only.set(cpu as usize).is_ok() {
        let _ = sched_setaffinity(nix::unistd::Pid::from_raw(0), &only);
    }
    u64::from(cpu)
}

#[cfg(not(target_os = "linux"))]
fn pin(cpu: u32) -> u64 {
    u64::from(cpu)
}
