//! Hand-written code that does the work of a cell without this suite: no registry, no jobs as data, no digest
//! comparison. The time of a cell beyond this is the harness's own overhead.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, Result};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use bakeoff::internals::workload::digest_of_blocks;

/// Jobs and their size, with the workload's defaults.
#[derive(Clone, Copy, Debug)]
pub enum Bare {
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
    fn jobs(self) -> u64 {
        match self {
            Bare::Hash { jobs, .. } | Bare::Sleep { jobs, .. } => jobs,
        }
    }

    fn job(self, seed: u64) {
        match self {
            Bare::Hash { blocks, .. } => drop(black_box(digest_of_blocks(seed, blocks))),
            Bare::Sleep { pause, .. } => std::thread::sleep(pause),
        }
    }

    async fn job_async(self, seed: u64) {
        match self {
            Bare::Hash { .. } => self.job(seed),
            Bare::Sleep { pause, .. } => tokio::time::sleep(pause).await,
        }
    }

    /// The hand-written code under the model called `model`, ready to run.
    ///
    /// # Errors
    /// When a pool or runtime can't be started, or there is no such code.
    pub fn under(self, model: &str, cores: usize) -> Result<Box<dyn FnMut() -> Result<()>>> {
        let seeds = 0..self.jobs();
        Ok(match model {
            "sequential" => Box::new(move || {
                seeds.clone().for_each(|seed| self.job(seed));
                Ok(())
            }),
            "threads" => Box::new(move || {
                let mut threads = Vec::new();
                for seed in seeds.clone() {
                    threads.push(std::thread::spawn(move || self.job(seed)));
                }
                for thread in threads {
                    thread.join().ok().context("a thread panicked")?;
                }
                Ok(())
            }),
            "rayon" => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build()?;
                let seeds: Vec<u64> = seeds.collect();
                Box::new(move || {
                    pool.install(|| seeds.par_iter().with_max_len(1).for_each(|&seed| self.job(seed)));
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
                        for task in tasks {
                            task.await?;
                        }
                        Ok(())
                    })
                })
            }
            other => anyhow::bail!("there is no hand-written code for {other}"),
        })
    }
}
