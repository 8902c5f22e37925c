//! Fork and join on a pool of chili: a batch is divided in halves until one job is left.

use anyhow::{Context, Result, bail};
use chili::Scope;

use crate::engine::fork::{Nesting, Pool};
use crate::engine::{Digest, Jobs, Model, Resources, Unavailable, Work};
use crate::model::job_threads::JobThreads;

pub(super) struct Chili {
    pool: Pool,
}

impl Chili {
    /// Builds the pool; the thread that runs a batch is one of its workers.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        Ok(Chili { pool: Pool::of(resources.workers).context("chili is built in")? })
    }
}

/// There is no such form: a thread of chili takes parts of a batch alone.
pub(super) fn serve<W: Work>(_: &Resources) -> Result<JobThreads<W>> {
    bail!(Unavailable::new("chili takes no jobs that arrive"))
}

impl<W: Work> Model<W> for Chili {
    fn nesting(&self) -> Option<Nesting> {
        Some(Nesting::Chili(self.pool.clone()))
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let mut digests: Vec<Option<Result<Digest>>> = (0..jobs.len()).map(|_| None).collect();
        run_part(&mut self.pool.scope(), jobs, 0, &mut digests);
        digests.into_iter().map(|digest| digest.context("a job was not run")?).collect()
    }
}

/// Runs as many jobs as there are `digests`, from `first` on.
fn run_part<W: Work>(
    scope: &mut Scope<'_>,
    jobs: &Jobs<W>,
    first: usize,
    digests: &mut [Option<Result<Digest>>],
) {
    match digests {
        [] => {}
        [digest] => *digest = Some(jobs.run(first)),
        more => {
            let middle = more.len() / 2;
            let (below, above) = more.split_at_mut(middle);
            scope.join(
                |scope| run_part(scope, jobs, first, below),
                |scope| run_part(scope, jobs, first + middle, above),
            );
        }
    }
}
