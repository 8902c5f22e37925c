//! A child process that receives one order and reports on it: launches of a study, probes.

use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::child::piped::PipedChild;
use crate::child::program;
use crate::child::supervisor::{Ends, Supervisor};

/// The time that a process has to end after its last report.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running process that reports `T`s; killed and reaped on drop.
pub(crate) struct ReportingChild<T> {
    child: PipedChild,
    supervisor: Supervisor,
    stop: Arc<AtomicBool>,
    reports: PhantomData<T>,
}

/// The result of waiting for a report.
pub(crate) enum Next<T> {
    /// It arrived.
    Report(T),
    /// It will not arrive, and why.
    Failed(String),
    /// The caller stopped waiting.
    Stopped,
}

impl<T: DeserializeOwned> ReportingChild<T> {
    /// Starts `exe` under the hidden `subcommand` and sends it its order. It may be silent for `deadline`, and is not waited
    /// for any longer once `stop` is set.
    ///
    /// # Errors
    /// When the process can't be started or watched.
    pub(crate) fn start(
        exe: &Path,
        subcommand: &str,
        order: &impl Serialize,
        deadline: Duration,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self> {
        let supervisor = Supervisor::start(deadline, Some(Arc::clone(stop)))?;
        let mut command = program::command(exe)?;
        command.args([subcommand, &std::process::id().to_string()]);
        let child = supervisor.spawn(format!("the {subcommand}"), command, Ends::Alone)?.with_mark();
        let mut reporter = ReportingChild { child, supervisor, stop: Arc::clone(stop), reports: PhantomData };
        // If the process has already ended, its first report says so.
        let _ = reporter.tell(order);
        Ok(reporter)
    }

    /// How many bytes it has printed before its first report.
    pub(crate) fn printed(&self) -> usize {
        self.child.printed()
    }

    /// Sends a message to the process.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn tell(&mut self, message: &impl Serialize) -> Result<()> {
        self.child.send(message)
    }

    /// Waits for the next report.
    pub(crate) fn next(&mut self) -> Next<T> {
        let child = &mut self.child;
        match self.supervisor.watching(|| child.receive()) {
            Ok(report) => Next::Report(report),
            // Ctrl-C reaches all processes of a terminal: this one may have ended before the caller knew.
            Err(_) if self.stop.load(Ordering::Relaxed) => Next::Stopped,
            Err(why) => Next::Failed(format!("{why:#}")),
        }
    }

    /// Waits, with a limit, until the process has ended on its own, as it does after its last report. All that it had started
    /// has then ended, too: it would disturb the next measurement.
    pub(crate) fn finish(self) {
        self.child.finish(PATIENCE);
    }
}
