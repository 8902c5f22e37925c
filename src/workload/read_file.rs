//! Reading a whole file: the common part of `warm-file` and `cold-file`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::engine::digest::{Digest, pseudorandom_bytes, sampled_checksum};
use crate::engine::work::{Ctx, Phases};
use crate::workload::Size;
use crate::workload::fixture::stage::Stage;

/// A file of known content on the stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadFile {
    seed: u64,
    len: u64,
    pub(crate) path: PathBuf,
}

impl ReadFile {
    /// The files of one batch of `workload`, written once and flushed, each of [`Size::each`] bytes.
    pub(crate) fn stage(stage: &Stage, workload: &str, size: Size) -> Result<Vec<Self>> {
        let folder = stage.folder(&format!("{workload}-{}", size.each))?;
        (0..size.jobs as u64)
            .map(|seed| {
                let file = ReadFile { seed, len: size.each, path: folder.join(format!("{seed}.bin")) };
                stage.ensure_file(&file.path, size.each, || file.content())?;
                Ok(file)
            })
            .collect()
    }

    pub(crate) fn expected(&self) -> Digest {
        self.digest(&self.content())
    }

    pub(crate) fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        let bytes = ctx.phases.wait(|| std::fs::read(&self.path)).with_context(|| self.failed())?;
        Ok(ctx.phases.compute(|| self.digest(&bytes)))
    }

    pub(crate) async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        let bytes =
            ctx.phases.wait_async(tokio::fs::read(&self.path)).await.with_context(|| self.failed())?;
        Ok(ctx.phases.compute(|| self.digest(&bytes)))
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    fn content(&self) -> Vec<u8> {
        pseudorandom_bytes(self.seed, usize::try_from(self.len).expect("a test file fits into memory"))
    }

    fn digest(&self, bytes: &[u8]) -> Digest {
        Digest::new(self.seed, sampled_checksum(bytes))
    }

    fn failed(&self) -> String {
        format!("cannot read {}", self.path.display())
    }
}
