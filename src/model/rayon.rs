//! A parallel iterator on its own pool, never on rayon's global pool.

use anyhow::{Result, anyhow};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::engine::{Digest, Jobs, Model, Resources, Work};
use crate::model::threads::TOO_FEW_THREADS;

pub(super) struct Rayon {
    pool: ThreadPool,
}

impl Rayon {
    /// Builds the pool.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        Ok(Rayon { pool: pool(resources.workers)? })
    }
}

/// A pool of this many threads.
pub(super) fn pool(threads: usize) -> Result<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| anyhow!("cannot start {threads} rayon threads; {TOO_FEW_THREADS}: {error}"))
}

impl<W: Work> Model<W> for Rayon {
    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let digests: Vec<Result<Digest>> =
            self.pool.install(|| (0..jobs.len()).into_par_iter().map(|index| jobs.run(index)).collect());
        digests.into_iter().collect()
    }
}
