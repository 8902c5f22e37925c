//! A call of a function, as the work of the engine.

use std::sync::Arc;

use anyhow::{Result, bail};

use crate::engine::{Context, Digest, Work};
use crate::workload::function::typed::Function;

/// One call of the function: the work of the engine.
pub(crate) struct FunctionJob {
    number: usize,
    function: Arc<dyn Function>,
    /// Its input, if that was sent to this process.
    shipped: Option<Vec<u8>>,
}

/// Stands for a result that this process has kept.
const KEPT: u64 = u64::from_be_bytes(*b"kept her");

impl FunctionJob {
    pub(super) fn new(number: usize, function: &Arc<dyn Function>) -> Self {
        FunctionJob { number, function: Arc::clone(function), shipped: None }
    }

    /// The same with an input that was sent to this process.
    pub(super) fn with_input(self, bytes: &[u8]) -> Self {
        FunctionJob { shipped: Some(bytes.to_vec()), ..self }
    }

    fn kept(&self) -> Digest {
        Digest::new(self.number as u64, KEPT)
    }
}

/// The digest of the answer of a job.
pub(super) fn digest(number: usize, hash: u64) -> Digest {
    Digest::new(number as u64, hash)
}

impl Work for FunctionJob {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        if let Some(bytes) = &self.shipped {
            return Ok(digest(self.number, self.function.run_shipped(self.number, bytes, ctx)?));
        }
        self.function.run(self.number, ctx)?;
        Ok(self.kept())
    }

    async fn run_async(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        self.function.run_async(self.number, *ctx).await?;
        Ok(self.kept())
    }

    fn expected(&self) -> Result<Digest> {
        bail!("what a function returns is found by fresh processes")
    }

    /// An input that can't be serialized is found when fresh processes are asked.
    fn portable(&self) -> Option<Vec<u8>> {
        self.function.ship(self.number)?.ok()
    }

    /// A child has sent the digest of the answer itself.
    fn answer(&self, returned: Digest) -> Result<Digest> {
        if returned != self.kept() {
            return Ok(returned);
        }
        Ok(digest(self.number, self.function.answer(self.number)?))
    }

    fn if_wrong(&self) -> &'static str {
        ": its answer is not that of one call after the other in a fresh process, so that it depends on earlier or other jobs"
    }

    fn reset(&self) -> Result<()> {
        self.function.forget(self.number);
        Ok(())
    }
}
