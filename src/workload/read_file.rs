//! Reading a whole file: the jobs of `warm-file` and `cold-file`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::{Context, Digest, Reads, Work, pseudorandom_bytes, sampled_checksum};
use crate::workload::{Size, fixture::stage::Stage, in_python};

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
        let bytes = ctx.read(&self.path).await.with_context(|| self.failed())?;
        Ok(ctx.compute(|| self.digest(&bytes)))
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

/// The work of a file: `COLD` says that [`Work::reset`] evicts it, instead of an earlier run having left it in the page
/// cache.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FileWork<const COLD: bool>(pub(super) ReadFile);

impl<const COLD: bool> Work for FileWork<COLD> {
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
        if COLD { Stage::evict(&self.0.path) } else { Ok(()) }
    }

    fn reads(&self) -> Reads {
        if COLD { Reads::Device(self.0.len) } else { Reads::Cache(self.0.len) }
    }

    fn in_python(&self) -> Result<Value> {
        in_python(if COLD { "ColdFile" } else { "WarmFile" }, self)
    }
}
