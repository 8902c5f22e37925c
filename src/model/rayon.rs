//! A parallel iterator on its own pool, never on rayon's global pool.

use anyhow::{Result, anyhow};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::engine::fork::Nesting;
use crate::engine::{Arriving, Digest, Jobs, Model, Resources, TakeJobs, Work};
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
    fn nesting(&self) -> Option<Nesting> {
        Some(Nesting::Rayon)
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let digests: Vec<Result<Digest>> = self.pool.install(|| {
            // Each job can be stolen. By default the parts of a batch end at a few jobs per thread, and a part of twelve jobs
            // that take milliseconds each keeps one thread busy while the others have nothing to steal.
            (0..jobs.len()).into_par_iter().with_max_len(1).map(|index| jobs.run(index)).collect()
        });
        digests.into_iter().collect()
    }
}

/// The pool, to which arriving jobs are handed one by one.
pub(super) fn serve(resources: &Resources) -> Result<Rayon> {
    Rayon::start(resources)
}

impl<W: Work> TakeJobs<W> for Rayon {
    fn submit(&mut self, job: Arriving<W>) -> Result<()> {
        // In the order in which they come.
        self.pool.spawn_fifo(|| job.run());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::{Arc, Condvar, Mutex};
    use std::time::Duration;

    use anyhow::ensure;

    use super::*;
    use crate::engine::{Context, Origin, Size, lock};

    /// The first job ends after all others.
    struct EndsLast {
        number: u64,
        others: u64,
    }

    #[derive(Default)]
    struct Ended {
        jobs: Mutex<u64>,
        changed: Condvar,
    }

    impl Work for EndsLast {
        type Shared = Ended;

        fn run(&self, ended: &Ended, _: &Context<'_>) -> Result<Digest> {
            let mut jobs = lock(&ended.jobs);
            if self.number == 0 {
                let long = Duration::from_secs(5);
                (jobs, _) = ended.changed.wait_timeout_while(jobs, long, |jobs| *jobs < self.others).unwrap();
                ensure!(*jobs == self.others, "{} of {} other jobs have ended", *jobs, self.others);
            }
            *jobs += 1;
            ended.changed.notify_all();
            Ok(Digest::new(self.number, 0))
        }
    }

    #[test]
    fn busy_thread_keeps_no_job_from_others() {
        let work: Vec<EndsLast> = (0..48).map(|number| EndsLast { number, others: 47 }).collect();
        let size = Size { jobs: 48, each: 1 };
        let origin = Origin { workload: "made-up".into(), size, fixture: (None, None) };
        let jobs = Jobs::new(&work.into(), 48, &Arc::default(), None, &origin.into());
        Rayon::start(&Resources::new(2, Path::new(""))).unwrap().run(&jobs).unwrap();
    }
}
