//! The post's cake: a wait in the oven, then decorating, with a ratio of ten to one.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::digest::Digest;
use crate::engine::work::{Ctx, Phases, Work};
use crate::workload::hash::digest_of_blocks;
use crate::workload::{Job, Kind, Size, Workload, numbered};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "cake",
    revision: 1,
    about: "waits 50 ms for the oven, then computes for about 5 ms: decorating",
    answers_to: "baking",
    post_says: "threading while it waits, multiprocessing while it computes",
    kind: Kind::Mixed,
    unit: "us in the oven",
    size: Size { jobs: 3, each: 50_000 },
    tiny: Size { jobs: 3, each: 500 },
    job_us: 55_000,
    wait_us: 50_000,
    jobs: |_, size| {
        // 130 blocks of SHA-256 for 50 ms in the oven.
        let decoration = size.each * 130 / 50_000;
        Ok(numbered(size.jobs, |seed| Job::Cake(Cake { seed, oven_us: size.each, decoration })))
    },
};

/// The same in Python, whose C code releases the lock to hash large parts: the parts are small here, so that
/// decorating
/// holds it.
pub(crate) const IN_PYTHON: Workload = Workload {
    about: "waits 50 ms for the oven, then computes for about 5 ms with the lock held: decorating",
    ..WORKLOAD
};

/// Bakes and decorates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cake {
    seed: u64,
    oven_us: u64,
    decoration: u64,
}

impl Work for Cake {
    fn expected(&self) -> Digest {
        digest_of_blocks(self.seed, self.decoration)
    }

    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        ctx.phases.wait(|| std::thread::sleep(self.waits()));
        Ok(ctx.phases.compute(|| self.expected()))
    }

    async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        ctx.phases.wait_async(tokio::time::sleep(self.waits())).await;
        Ok(ctx.phases.compute(|| self.expected()))
    }

    fn waits(&self) -> Duration {
        Duration::from_micros(self.oven_us)
    }
}
