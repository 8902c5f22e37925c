//! Reading files that are not in the page cache: evicted before the clock starts, and verified afterwards.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::digest::Digest;
use crate::engine::work::{Ctx, Phases, Reads, Work};
use crate::workload::fixture::stage;
use crate::workload::read_file::ReadFile;
use crate::workload::{Job, Kind, Size, Workload};

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
    jobs: |stage, size| {
        stage.ensure_evictable()?;
        let files = ReadFile::stage(stage, "cold", size)?;
        Ok(files.into_iter().map(|file| Job::ColdFile(ColdFile(file))).collect())
    },
};

/// Reads a file that [`Work::reset`] has evicted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ColdFile(ReadFile);

impl Work for ColdFile {
    fn expected(&self) -> Digest {
        self.0.expected()
    }

    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        self.0.run(ctx)
    }

    async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        self.0.run_async(ctx).await
    }

    fn reset(&self) -> Result<()> {
        stage::evict(&self.0.path)
    }

    fn reads(&self) -> Reads {
        Reads::Device(self.0.len())
    }
}
