//! A buffer that a job brings along: what it costs to send it to another process, or to another machine.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::Value;

use crate::engine::{
    Batch, Context, Digest, Kept, Made, OwnJobs, Recipe, Work, pseudorandom_bytes, sampled_checksum,
};
use crate::workload::{Each, Kind, MakeJobs, Size, Workload, fixture::stage::Stage, in_python, no_setup};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "ship",
    revision: 1,
    about: "brings 1 MiB along, which processes are sent, and reads a word of each sector",
    answers_to: "",
    post_says: "",
    kind: Kind::Computes,
    waits_for_files: false,
    unit: "bytes",
    size: Size { jobs: 24, each: 1024 * 1024 },
    tiny: Size { jobs: 24, each: 16 * 1024 },
    job_us: 20,
    wait_us: 0,
    jobs: &Shipped,
};

/// A job and its buffer. Threads read it where it is.
#[derive(Debug, Serialize)]
struct Shipment {
    seed: u64,
    len: u64,
    #[serde(skip)]
    bytes: Vec<u8>,
}

impl Shipment {
    fn new(_: &Stage, size: Size, seed: u64) -> Result<Self> {
        let len = size.each;
        Ok(Shipment { seed, len, bytes: pseudorandom_bytes(seed, usize::try_from(len)?) })
    }
}

impl Work for Shipment {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        Ok(ctx.compute(|| Digest::new(self.seed, sampled_checksum(&self.bytes))))
    }

    fn portable(&self) -> Option<Vec<u8>> {
        Some(self.bytes.clone())
    }

    fn in_python(&self) -> Result<Value> {
        in_python("Shipment", self)
    }
}

/// Jobs whose buffers other processes are sent, as they are sent the inputs of users' functions.
struct Shipped;

impl MakeJobs for Shipped {
    fn batch(
        &self,
        name: &str,
        size: Size,
        stage: &Arc<Stage>,
        expected: Option<Vec<Digest>>,
    ) -> Result<Batch> {
        Each { setup: &no_setup, job: &Shipment::new }.batch(name, size, stage, expected)
    }

    fn own(&self, recipe: &Recipe, _: &Stage, kept: &mut Kept) -> Result<Box<dyn OwnJobs>> {
        let sent = recipe.portable.as_ref().context("buffers are sent")?;
        let mut jobs = Vec::with_capacity(sent.len());
        for (seed, bytes) in (recipe.range.start as u64..).zip(sent) {
            jobs.push(Shipment { seed, len: bytes.len() as u64, bytes: bytes.clone() });
        }
        Ok(Box::new(Made::new(recipe.range.start, jobs, kept)))
    }
}
