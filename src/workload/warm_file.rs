//! Reading files that are in the page cache: a memory copy under another name.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::digest::Digest;
use crate::engine::work::{Ctx, Phases, Reads, Work};
use crate::workload::read_file::ReadFile;
use crate::workload::{Job, Kind, Size, Workload};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "warm-file",
    revision: 1,
    about: "reads a file of 64 KiB that is in the page cache",
    answers_to: "file read",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    unit: "bytes",
    size: Size { jobs: 256, each: 64 * 1024 },
    tiny: Size { jobs: 24, each: 4 * 1024 },
    job_us: 10,
    wait_us: 0,
    jobs: |stage, size| {
        let files = ReadFile::stage(stage, "warm", size)?;
        Ok(files.into_iter().map(|file| Job::WarmFile(WarmFile(file))).collect())
    },
};

/// Reads a file that an earlier run, or its creation on the stage, has left in the page cache.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WarmFile(ReadFile);

impl Work for WarmFile {
    fn expected(&self) -> Digest {
        self.0.expected()
    }

    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        self.0.run(ctx)
    }

    async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        self.0.run_async(ctx).await
    }

    fn reads(&self) -> Reads {
        Reads::Cache(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::work::{Kit, Plain};
    use crate::workload::fixture::stage::tests::temporary_stage;

    #[test]
    fn changed_or_missing_file_is_detected() {
        let stage = temporary_stage();
        let job = (WORKLOAD.jobs)(&stage, WORKLOAD.tiny).unwrap().remove(0);
        let kit = Kit::new(Plain);
        assert_eq!(job.run(&kit.ctx(0)).unwrap(), job.expected());
        let Job::WarmFile(WarmFile(file)) = &job else { unreachable!("made by this workload") };
        std::fs::write(&file.path, "something else").unwrap();
        assert_ne!(job.run(&kit.ctx(0)).unwrap(), job.expected());
        std::fs::remove_file(&file.path).unwrap();
        assert!(format!("{:#}", job.run(&kit.ctx(0)).unwrap_err()).contains("0.bin"));
    }
}
