//! Made-up work for tests of the engine.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::engine::{Batch, Context, Digest, Origin, Reads, Size, Work};

/// Work that says what it waits for and reads, and does neither.
#[derive(Clone, Copy)]
pub(crate) struct MadeUp {
    pub(crate) seed: u64,
    pub(crate) waits: Duration,
    pub(crate) reads: Reads,
}

impl Work for MadeUp {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        Ok(ctx.compute(|| Digest::new(self.seed, 0)))
    }

    fn waits(&self) -> Duration {
        self.waits
    }

    fn reads(&self) -> Reads {
        self.reads
    }
}

/// A batch of 24 such jobs.
pub(crate) fn batch(waits: Duration, reads: Reads) -> Batch {
    let jobs = (0..24).map(|seed| MadeUp { seed, waits, reads }).collect();
    let size = Size { jobs: 24, each: 1 };
    let origin = Origin { workload: "made-up".into(), size, fixture: (None, None) };
    Batch::new(jobs, origin, Arc::new(()), None).expect("its digests are those of a run")
}
