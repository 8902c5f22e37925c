//! A job made of steps, for the worked examples; no table of tools has a row for it.

use std::future::Future;
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::clock::{Timestamp, now};
use crate::engine::digest::Digest;
use crate::engine::work::{Ctx, Phases, Work};
use crate::workload::queue::Need;
use crate::workload::{ReadFile, answer_of_parts};

/// Steps in sequence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Errand {
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
    pub act: Act,
}

/// The action of a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Act {
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
    /// Keeps the thread on one core from now on; does nothing if the system does not support it.
    Pin {
        /// Which core.
        cpu: u32,
    },
}

impl Act {
    /// A step without a resource.
    pub fn freely(self) -> Step {
        Step { need: None, act: self }
    }

    /// A step that holds a resource.
    pub fn holding(self, need: Need) -> Step {
        Step { need: Some(need), act: self }
    }
}

impl Work for Errand {
    fn expected(&self) -> Digest {
        // Steps with the same amount of computing have the same result, which is computed once.
        let mut known = None;
        self.steps.iter().fold(self.digest(), |digest, step| {
            digest.combine(match &step.act {
                Act::Wait { us } | Act::WaitUntil { us } => *us,
                Act::Read(file) => file.expected().bits(),
                Act::Pin { cpu } => u64::from(*cpu),
                Act::Compute { parts } => {
                    let (_, answer) = known
                        .filter(|(same, _)| same == parts)
                        .unwrap_or_else(|| (*parts, answer_of_parts(self.seed, *parts)));
                    known = Some((*parts, answer));
                    answer
                }
            })
        })
    }

    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        let begun = now();
        let mut digest = self.digest();
        for step in &self.steps {
            let _held = step.need.map(|need| ctx.queues.hold(&need));
            digest = digest.combine(step.act.run(self.seed, begun, ctx)?);
        }
        Ok(digest)
    }

    async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        // Boxed, because every task of every workload would be as large as a script otherwise.
        Box::pin(self.take_steps(ctx)).await
    }

    fn waits(&self) -> Duration {
        let us = self.steps.iter().fold(0, |sum, step| match step.act {
            Act::Wait { us } => sum + us,
            Act::WaitUntil { us } => sum.max(us),
            _ => sum,
        });
        Duration::from_micros(us)
    }
}

impl Errand {
    async fn take_steps<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        let begun = now();
        let mut digest = self.digest();
        for step in &self.steps {
            let _held = match &step.need {
                Some(need) => Some(ctx.queues.hold_async(need).await),
                None => None,
            };
            digest = digest.combine(step.act.run_async(self.seed, begun, ctx).await?);
        }
        Ok(digest)
    }

    fn digest(&self) -> Digest {
        Digest::new(self.seed, self.steps.len() as u64)
    }
}

impl Act {
    fn run<P: Phases>(&self, seed: u64, begun: Timestamp, ctx: &Ctx<'_, P>) -> Result<u64> {
        Ok(match self {
            Act::Wait { us } => {
                ctx.phases.wait(|| std::thread::sleep(Duration::from_micros(*us)));
                *us
            }
            Act::WaitUntil { us } => {
                ctx.phases.wait(|| std::thread::sleep(until(begun, *us)));
                *us
            }
            Act::Read(file) => file.run(ctx)?.bits(),
            Act::Compute { .. } | Act::Pin { .. } => self.compute(seed, ctx),
        })
    }

    async fn run_async<P: Phases>(&self, seed: u64, begun: Timestamp, ctx: &Ctx<'_, P>) -> Result<u64> {
        Ok(match self {
            Act::Wait { us } => {
                ctx.phases.wait_async(tokio::time::sleep(Duration::from_micros(*us))).await;
                *us
            }
            Act::WaitUntil { us } => {
                ctx.phases.wait_async(sleep_if_any(until(begun, *us))).await;
                *us
            }
            Act::Read(file) => file.run_async(ctx).await?.bits(),
            Act::Compute { .. } | Act::Pin { .. } => self.compute(seed, ctx),
        })
    }

    /// The actions that are the same in both forms.
    fn compute<P: Phases>(&self, seed: u64, ctx: &Ctx<'_, P>) -> u64 {
        match self {
            Act::Compute { parts } => ctx.phases.compute(|| answer_of_parts(seed, *parts)),
            Act::Pin { cpu } => pin(*cpu),
            Act::Wait { .. } | Act::WaitUntil { .. } | Act::Read(_) => unreachable!("these do not compute"),
        }
    }
}

/// The time until `us` microseconds after `begun`.
fn until(begun: Timestamp, us: u64) -> Duration {
    Duration::from_micros(us).saturating_sub(now() - begun)
}

/// tokio's timer would wait for a tick even if the time has already passed.
fn sleep_if_any(pause: Duration) -> impl Future<Output = ()> + Send {
    let sleep = (!pause.is_zero()).then(|| tokio::time::sleep(pause));
    async {
        if let Some(sleep) = sleep {
            sleep.await;
        }
    }
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
