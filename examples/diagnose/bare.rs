//! Hand-written code that does the work of a cell without this suite: no registry, no jobs as data, no digest
//! comparison. The time of a cell beyond this is the harness's own overhead.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, Result};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use bakeoff::internals::workload::digest_of_blocks;
use bakeoff::work::Digest;

use crate::optional;

/// Hand-written code, ready to run.
pub type Run = Box<dyn FnMut() -> Result<()>>;

/// Jobs and their size, with the workload's defaults.
#[derive(Clone, Copy, Debug)]
pub enum Bare {
    /// `noop`: nothing.
    Nothing {
        /// Number of jobs.
        jobs: u64,
    },
    /// `hash`: SHA-256 of a number of blocks.
    Hash {
        /// Number of jobs.
        jobs: u64,
        /// Blocks of 64 KiB per job.
        blocks: u64,
    },
    /// `sleep`: a timer.
    Sleep {
        /// Number of jobs.
        jobs: u64,
        /// The time to wait.
        pause: Duration,
    },
}

impl Bare {
    /// How many there are.
    pub fn jobs(self) -> u64 {
        match self {
            Bare::Nothing { jobs } | Bare::Hash { jobs, .. } | Bare::Sleep { jobs, .. } => jobs,
        }
    }

    /// The job of a number.
    pub fn job(self, seed: u64) -> Digest {
        match self {
            Bare::Nothing { .. } => Digest::new(seed, 0),
            Bare::Hash { blocks, .. } => digest_of_blocks(seed, blocks),
            Bare::Sleep { pause, .. } => {
                std::thread::sleep(pause);
                Digest::new(seed, 0)
            }
        }
    }

    async fn job_async(self, seed: u64) -> Digest {
        match self {
            Bare::Nothing { .. } | Bare::Hash { .. } => self.job(seed),
            Bare::Sleep { pause, .. } => {
                tokio::time::sleep(pause).await;
                Digest::new(seed, 0)
            }
        }
    }

    /// The hand-written code under the model called `model`, ready to run.
    ///
    /// # Errors
    /// When a pool or runtime can't be started, or there is no such code.
    pub fn under(self, model: &str, cores: usize) -> Result<Run> {
        let seeds = 0..self.jobs();
        Ok(match model {
            "sequential" => Box::new(move || {
                let found: Vec<Digest> = seeds.clone().map(|seed| self.job(seed)).collect();
                black_box(found);
                Ok(())
            }),
            "threads" => Box::new(move || {
                let mut threads = Vec::new();
                for seed in seeds.clone() {
                    threads.push(std::thread::spawn(move || self.job(seed)));
                }
                let mut found = Vec::new();
                for thread in threads {
                    found.push(thread.join().ok().context("a thread panicked")?);
                }
                black_box(found);
                Ok(())
            }),
            "rayon" => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build()?;
                let seeds: Vec<u64> = seeds.collect();
                Box::new(move || {
                    let run =
                        || seeds.par_iter().with_max_len(1).map(|&seed| self.job(seed)).collect::<Vec<_>>();
                    black_box(pool.install(run));
                    Ok(())
                })
            }
            "tokio-one" => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                Box::new(move || {
                    runtime.block_on(async {
                        let mut tasks = Vec::new();
                        for seed in seeds.clone() {
                            tasks.push(tokio::spawn(self.job_async(seed)));
                        }
                        let mut found = Vec::new();
                        for task in tasks {
                            found.push(task.await?);
                        }
                        black_box(found);
                        Ok(())
                    })
                })
            }
            other => return optional::under(self, other, cores),
        })
    }
}
