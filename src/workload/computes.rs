//! Work that only computes.

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Context, Digest, Work};
use crate::workload::in_python;

/// Work that computes and does nothing else: both of its forms are the same.
pub(crate) trait Computes: Serialize + Send + Sync + 'static {
    /// Its class in the worker of an interpreter.
    const IN_PYTHON: &'static str;

    /// Computes.
    fn compute(&self) -> Digest;
}

/// The work of a job that computes.
pub(crate) struct Computing<C>(pub(crate) C);

impl<C: Computes> Work for Computing<C> {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        Ok(ctx.compute(|| self.0.compute()))
    }

    fn expected(&self) -> Result<Digest> {
        Ok(self.0.compute())
    }

    fn in_python(&self) -> Result<Value> {
        in_python(C::IN_PYTHON, &self.0)
    }
}
