//! Waiting jobs in hand-written code, for comparison with the job counts of models.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// `jobs` waits at once, as `model` does them but without it; each returns a number that depends on it.
pub(crate) fn wait_at_once(model: &str, jobs: usize, pause: Duration) -> Result<u64> {
    match model {
        "threads" => threads(jobs, pause),
        "tokio-one" => tasks(jobs, pause),
        other => bail!("nothing is written by hand for {other}"),
    }
}

fn threads(jobs: usize, pause: Duration) -> Result<u64> {
    let mut threads = Vec::with_capacity(jobs);
    for job in 0..jobs as u64 {
        let thread = thread::Builder::new().spawn(move || {
            thread::sleep(pause);
            job
        });
        threads.push(thread.context("cannot start a thread")?);
    }
    let mut sum = 0;
    for thread in threads {
        sum += thread.join().unwrap_or(0);
    }
    Ok(sum)
}

fn tasks(jobs: usize, pause: Duration) -> Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let mut tasks = Vec::with_capacity(jobs);
        for job in 0..jobs as u64 {
            tasks.push(tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                job
            }));
        }
        let mut sum = 0;
        for task in tasks {
            sum += task.await?;
        }
        Ok(sum)
    })
}
