//! The runs of one cell under criterion, and its outcome.

use std::any::Any;
use std::fmt;
use std::panic::resume_unwind;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use bakeoff::internals::engine::error::Unavailable;
use bakeoff::internals::study::cell::Cell;
use bakeoff::internals::study::session::RunningCell;

/// A cell that criterion selected, and its outcome.
pub(crate) struct BenchRow {
    pub(crate) cell: Cell,
    pub(crate) outcome: Outcome,
}

/// The outcome of a cell under criterion.
pub(crate) enum Outcome {
    /// The median wall time of its runs, including warm-up runs.
    Measured(Duration),
    /// It can't be measured on this machine, and why.
    Unavailable(String),
    /// It failed, and why.
    Failed(String),
}

impl fmt::Display for BenchRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.cell.id();
        match &self.outcome {
            Outcome::Measured(median) => write!(f, "{id}: {median:?}"),
            Outcome::Unavailable(why) => write!(f, "{id} is not available: {why}"),
            Outcome::Failed(why) => write!(f, "{id} FAILED: {why}"),
        }
    }
}

/// The runs of one cell.
#[derive(Default)]
pub(crate) struct Measured {
    running: Option<RunningCell>,
    pub(crate) walls: Vec<Duration>,
}

impl Measured {
    /// Starts the model only when criterion first asks for it, because criterion may select another cell.
    pub(crate) fn start(&mut self, start: impl FnOnce() -> Result<RunningCell>) {
        if self.running.is_none() {
            self.running = Some(start().unwrap_or_else(unwind));
        }
    }

    /// The wall time of `runs` runs together, each verified.
    pub(crate) fn sum_of(&mut self, runs: u64) -> Duration {
        let running = self.running.as_mut().expect("it was started before");
        let first = self.walls.len();
        for _ in 0..runs {
            self.walls.push(running.sample().unwrap_or_else(unwind).wall);
        }
        self.walls[first..].iter().sum()
    }

    pub(crate) fn median(&mut self) -> Duration {
        let middle = self.walls.len() / 2;
        *self.walls.select_nth_unstable(middle).1
    }
}

/// Criterion accepts no errors: unwinding through it is the only way out, and prints nothing by itself.
fn unwind<T>(error: Error) -> T {
    resume_unwind(Box::new(error))
}

/// The reason why a cell unwound: an error of this file, or a panic of criterion.
pub(crate) fn why(unwound: Box<dyn Any + Send>) -> Outcome {
    let error = unwound
        .downcast::<Error>()
        .map_or_else(|other| anyhow!("criterion panicked: {}", text(&other)), |e| *e);
    if error.is::<Unavailable>() {
        Outcome::Unavailable(format!("{error:#}"))
    } else {
        Outcome::Failed(format!("{error:#}"))
    }
}

fn text(panic: &Box<dyn Any + Send>) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
