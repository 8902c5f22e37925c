//! Waiting for a timer.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Context, Digest, Work};
use crate::workload::{Each, Kind, Size, Workload, in_python, no_setup};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "sleep",
    revision: 1,
    about: "waits for a timer of 10 ms",
    answers_to: "waiting for timers",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    waits_for_files: false,
    unit: "us of waiting",
    size: Size { jobs: 24, each: 10_000 },
    tiny: Size { jobs: 24, each: 500 },
    job_us: 10_000,
    wait_us: 10_000,
    jobs: &Each { setup: &no_setup, job: &|_, size, seed| Ok(Sleep { seed, pause_us: size.each }) },
};

/// Waits, and computes nothing.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sleep {
    seed: u64,
    pause_us: u64,
}

impl Work for Sleep {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        ctx.wait(|| std::thread::sleep(self.waits()));
        self.expected()
    }

    async fn run_async(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        ctx.sleep(self.waits()).await;
        self.expected()
    }

    fn expected(&self) -> Result<Digest> {
        Ok(Digest::new(self.seed, self.pause_us))
    }

    fn waits(&self) -> Duration {
        Duration::from_micros(self.pause_us)
    }

    fn in_python(&self) -> Result<Value> {
        in_python("Sleep", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::now;

    #[test]
    fn both_forms_wait_at_least_the_pause() {
        let (sleep, ctx) = (Sleep { seed: 0, pause_us: 3_000 }, Context::default());
        let started = now();
        sleep.run(&(), &ctx).unwrap();
        assert!(now() - started >= sleep.waits());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let started = now();
        runtime.block_on(sleep.run_async(&(), &ctx)).unwrap();
        assert!(now() - started >= sleep.waits());
    }

    #[test]
    fn waiting_job_stays_small() {
        // A million waiting tasks must fit into memory.
        let (sleep, ctx) = (Sleep { seed: 0, pause_us: 3_000 }, Context::default());
        assert!(size_of_val(&sleep.run_async(&(), &ctx)) <= 256);
    }
}
