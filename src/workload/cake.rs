//! The post's cake: a wait in the oven, then decorating, with a ratio of ten to one.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Context, Digest, Work};
use crate::workload::{Each, Kind, Size, Workload, hash::digest_of_blocks, in_python, no_setup};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "cake",
    revision: 1,
    about: "waits 50 ms for the oven, then computes for about 5 ms: decorating",
    answers_to: "baking",
    post_says: "threading while it waits, multiprocessing while it computes",
    kind: Kind::Mixed,
    waits_for_files: false,
    unit: "us in the oven",
    size: Size { jobs: 3, each: 50_000 },
    tiny: Size { jobs: 3, each: 500 },
    job_us: 55_000,
    wait_us: 50_000,
    jobs: &Each { setup: &no_setup, job: &|_, size, seed| Ok(Cake::new(seed, size.each)) },
};

/// The same in Python, whose C code releases the lock to hash large parts: the parts are small here, so that
/// decorating holds it.
pub(crate) const IN_PYTHON: Workload = Workload {
    about: "waits 50 ms for the oven, then computes for about 5 ms with the lock held: decorating",
    ..WORKLOAD
};

/// Bakes and decorates.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Cake {
    seed: u64,
    oven_us: u64,
    decoration: u64,
}

impl Cake {
    /// A cake that is decorated by 130 blocks of SHA-256 for each 50 ms in the oven.
    fn new(seed: u64, oven_us: u64) -> Self {
        Cake { seed, oven_us, decoration: oven_us * 130 / 50_000 }
    }
}

impl Work for Cake {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        ctx.wait(|| std::thread::sleep(self.waits()));
        ctx.compute(|| self.expected())
    }

    async fn run_async(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        ctx.sleep(self.waits()).await;
        ctx.compute(|| self.expected())
    }

    fn expected(&self) -> Result<Digest> {
        Ok(digest_of_blocks(self.seed, self.decoration))
    }

    fn waits(&self) -> Duration {
        Duration::from_micros(self.oven_us)
    }

    fn in_python(&self) -> Result<Value> {
        in_python("Cake", self)
    }
}
