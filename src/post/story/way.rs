//! The ways in which a program can start two coroutines.

use anyhow::Result;

use crate::engine::Jobs;
use crate::post::story::Prediction;
use crate::workload::script::Script;

/// Seconds of cooking.
pub(super) const COOK: f64 = 2.0;

/// Seconds of eating.
pub(super) const EAT: f64 = 1.0;

/// How the two are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Both are called, and the returned futures are never awaited.
    Unscheduled,
    /// One is awaited, then the other.
    InTurn,
    /// Both are awaited together, in one task.
    Joined,
    /// Each is a separate task.
    Spawned,
}

impl Way {
    pub(super) const ALL: [Way; 4] = [Way::Unscheduled, Way::InTurn, Way::Joined, Way::Spawned];

    pub(super) fn name(self) -> &'static str {
        match self {
            Way::Unscheduled => "unscheduled",
            Way::InTurn => "in-turn",
            Way::Joined => "joined",
            Way::Spawned => "spawned",
        }
    }

    pub(super) fn prediction(self) -> Prediction {
        let (formula, seconds) = match self {
            Way::Unscheduled => ("nothing runs", 0.0),
            Way::InTurn => ("2 s + 1 s", COOK + EAT),
            Way::Joined | Way::Spawned => ("max(2 s, 1 s)", COOK.max(EAT)),
        };
        Prediction { formula: formula.into(), seconds }
    }

    /// Starts both on the current runtime, and returns when they are done.
    pub(super) async fn start(self, jobs: &Jobs<Script>) -> Result<()> {
        let (cook, eat) = (coroutine(jobs.clone(), 0), coroutine(jobs.clone(), 1));
        match self {
            Way::Unscheduled => drop((cook, eat)),
            Way::InTurn => {
                cook.await?;
                eat.await?;
            }
            Way::Joined => {
                let (cooked, eaten) = tokio::join!(cook, eat);
                cooked.and(eaten)?;
            }
            Way::Spawned => {
                let (cook, eat) = (tokio::spawn(cook), tokio::spawn(eat));
                cook.await??;
                eat.await??;
            }
        }
        Ok(())
    }
}

async fn coroutine(jobs: Jobs<Script>, index: usize) -> Result<()> {
    jobs.run_async(index).await.map(drop)
}
