//! Nothing: measures the overhead of a model per job.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::digest::Digest;
use crate::engine::work::{Ctx, Phases, Work};
use crate::workload::{Job, Kind, Size, Workload, numbered};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "noop",
    revision: 1,
    about: "does nothing: what handing out a job costs",
    answers_to: "",
    post_says: "",
    kind: Kind::Nothing,
    unit: "-",
    size: Size { jobs: 240, each: 1 },
    tiny: Size { jobs: 24, each: 1 },
    job_us: 0,
    wait_us: 0,
    jobs: |_, size| Ok(numbered(size.jobs, |seed| Job::Noop(Noop { seed }))),
};

/// Returns its seed's digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Noop {
    /// Distinguishes the job.
    pub seed: u64,
}

impl Work for Noop {
    fn expected(&self) -> Digest {
        Digest::new(self.seed, 0)
    }

    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        Ok(ctx.phases.compute(|| self.expected()))
    }

    async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        self.run(ctx)
    }
}
