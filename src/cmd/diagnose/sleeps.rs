//! How long it really takes to wait for a moment: the timer's own slack is in every waiting job.

use std::time::Duration;

use anyhow::Result;
use tokio::runtime::{Builder, Runtime};

use crate::engine::clock::now;

/// A way to wait, and how long each of its waits took.
#[derive(Clone, Debug)]
pub(super) struct Sleeps {
    /// What waited.
    pub(super) by: &'static str,
    /// How long, in nanoseconds, one value a wait.
    pub(super) took: Vec<f64>,
}

/// Waits `count` times for `pause` in each of the ways that models have, the ways in turn.
///
/// # Errors
/// Where a runtime can't be started.
pub(super) fn sleeps(pause: Duration, count: usize) -> Result<[Sleeps; 3]> {
    let one = Builder::new_current_thread().enable_time().build()?;
    let many = Builder::new_multi_thread().enable_time().build()?;
    let ways = ["std::thread::sleep", "tokio, current thread", "tokio, multi-thread"];
    let mut found = ways.map(|by| Sleeps { by, took: Vec::with_capacity(count) });
    for _ in 0..count {
        found[0].took.push(timed(|| std::thread::sleep(pause)));
        found[1].took.push(timed(|| sleep_in_a_task(&one, pause)));
        found[2].took.push(timed(|| sleep_in_a_task(&many, pause)));
    }
    Ok(found)
}

/// `block_on` alone would wait on this thread and not on one of the runtime's.
fn sleep_in_a_task(runtime: &Runtime, pause: Duration) {
    runtime
        .block_on(async { tokio::spawn(tokio::time::sleep(pause)).await.expect("a timer does not panic") });
}

fn timed(wait: impl FnOnce()) -> f64 {
    let start = now();
    wait();
    (now() - start).as_nanos() as f64
}
