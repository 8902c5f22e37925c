//! The actual duration of timer waits: every waiting job includes the timer's slack.

use std::time::Duration;

use anyhow::Result;
use tokio::runtime::{Builder, Runtime};

use bakeoff::internals::engine::clock::now;

/// A kind of timer, and the durations of its waits.
#[derive(Clone, Debug)]
pub struct Sleeps {
    /// The kind of timer.
    pub by: &'static str,
    /// Durations in nanoseconds, one value per wait.
    pub took: Vec<f64>,
}

/// Waits `count` times for `pause` with each kind of timer that models use, alternating between them.
///
/// # Errors
/// When a runtime can't be started.
pub fn sleeps(pause: Duration, count: usize) -> Result<[Sleeps; 3]> {
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

/// `block_on` alone would wait on this thread instead of a runtime thread.
fn sleep_in_a_task(runtime: &Runtime, pause: Duration) {
    runtime
        .block_on(async { tokio::spawn(tokio::time::sleep(pause)).await.expect("a timer does not panic") });
}

fn timed(wait: impl FnOnce()) -> f64 {
    let start = now();
    wait();
    (now() - start).as_nanos() as f64
}
