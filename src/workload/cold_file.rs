//! Reading files that are not in the page cache: evicted before the clock starts, and verified afterwards.

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Context, Digest, Reads, Work};
use crate::workload::{Each, Kind, Size, Workload, fixture::stage, in_python, read_file::ReadFile};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "cold-file",
    revision: 1,
    about: "reads a file of 1 MiB that is not in the page cache",
    answers_to: "file read",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    unit: "bytes",
    size: Size { jobs: 64, each: 1024 * 1024 },
    tiny: Size { jobs: 24, each: 64 * 1024 },
    job_us: 1_500,
    wait_us: 0,
    jobs: &Each {
        setup: |stage, size| {
            stage.ensure_evictable()?;
            ReadFile::setup(stage, "cold", size)
        },
        job: |stage, size, seed| Ok(ColdFile(ReadFile::new(stage, "cold", size, seed)?)),
    },
};

/// Reads a file that [`Work::reset`] has evicted.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ColdFile(ReadFile);

impl Work for ColdFile {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        self.0.run(ctx)
    }

    async fn run_async(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        self.0.run_async(ctx).await
    }

    fn expected(&self) -> Result<Digest> {
        Ok(self.0.expected())
    }

    fn reset(&self) -> Result<()> {
        stage::evict(&self.0.path)
    }

    fn reads(&self) -> Reads {
        Reads::Device(self.0.len())
    }

    fn in_python(&self) -> Result<Value> {
        in_python("ColdFile", self)
    }
}
