//! Waiting for a timer.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::digest::Digest;
use crate::engine::work::{Ctx, Phases, Work};
use crate::workload::{Job, Kind, Size, Workload, numbered};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "sleep",
    revision: 1,
    about: "waits for a timer of 10 ms",
    answers_to: "waiting",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    unit: "us of waiting",
    size: Size { jobs: 24, each: 10_000 },
    tiny: Size { jobs: 24, each: 500 },
    job_us: 10_000,
    wait_us: 10_000,
    jobs: |_, size| Ok(numbered(size.jobs, |seed| Job::Sleep(Sleep { seed, pause_us: size.each }))),
};

/// Waits, computes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sleep {
    seed: u64,
    pause_us: u64,
}

impl Work for Sleep {
    fn expected(&self) -> Digest {
        Digest::new(self.seed, self.pause_us)
    }

    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        ctx.phases.wait(|| std::thread::sleep(self.waits()));
        Ok(self.expected())
    }

    async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        ctx.phases.wait_async(tokio::time::sleep(self.waits())).await;
        Ok(self.expected())
    }

    fn waits(&self) -> Duration {
        Duration::from_micros(self.pause_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock;
    use crate::engine::work::{Kit, Plain};

    #[test]
    fn both_forms_wait_at_least_the_pause() {
        let sleep = Sleep { seed: 0, pause_us: 3_000 };
        let kit = Kit::new(Plain);
        let started = clock::now();
        sleep.run(&kit.ctx(0)).unwrap();
        assert!(clock::now() - started >= sleep.waits());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let started = clock::now();
        runtime.block_on(sleep.run_async(&kit.ctx(0))).unwrap();
        assert!(clock::now() - started >= sleep.waits());
    }
}
