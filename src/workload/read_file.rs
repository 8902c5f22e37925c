//! Reading a whole file: what `warm-file` and `cold-file` have in common.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::engine::{Context, Digest, pseudorandom_bytes, sampled_checksum};
use crate::workload::{Size, fixture::stage::Stage};

/// A file of known content on the stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadFile {
    seed: u64,
    len: u64,
    pub(crate) path: PathBuf,
}

impl ReadFile {
    /// File number `seed` of a batch of `workload`, of [`Size::each`] bytes.
    ///
    /// # Errors
    /// When the stage has no folder.
    pub(crate) fn new(stage: &Stage, workload: &str, size: Size, seed: u64) -> Result<Self> {
        let path = stage.path(&format!("{workload}-{}", size.each))?.join(format!("{seed}.bin"));
        Ok(ReadFile { seed, len: size.each, path })
    }

    /// Writes and flushes the files of a batch of `workload`, unless they are there.
    ///
    /// # Errors
    /// Names the file.
    pub(crate) fn setup(stage: &Stage, workload: &str, size: Size) -> Result<()> {
        stage.folder(&format!("{workload}-{}", size.each))?;
        for seed in 0..size.jobs as u64 {
            let file = ReadFile::new(stage, workload, size, seed)?;
            stage.ensure_file(&file.path, size.each, || file.content())?;
        }
        Ok(())
    }

    pub(crate) fn expected(&self) -> Digest {
        self.digest(&self.content())
    }

    pub(crate) fn run(&self, ctx: &Context<'_>) -> Result<Digest> {
        let bytes = ctx.wait(|| std::fs::read(&self.path)).with_context(|| self.failed())?;
        Ok(ctx.compute(|| self.digest(&bytes)))
    }

    pub(crate) async fn run_async(&self, ctx: &Context<'_>) -> Result<Digest> {
        let bytes = ctx.wait_async(tokio::fs::read(&self.path)).await.with_context(|| self.failed())?;
        Ok(ctx.compute(|| self.digest(&bytes)))
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
