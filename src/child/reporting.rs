//! A child process that is given one order and reports to it: launches of a study, probes.

use std::io::{BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use crossbeam::channel::{Receiver, RecvTimeoutError, unbounded};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::child::wire;
use crate::engine::clock::now;

/// How often whoever waits for a report looks whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// How long a process that has given its last report may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How much of what the process writes to standard error is told, in bytes: the beginning, which names the trouble.
const CAPTURED_STDERR: u64 = 240;

/// A running process that reports `T`s; killed and reaped on drop.
pub(crate) struct ReportingChild<T> {
    child: Child,
    orders: ChildStdin,
    complaints: Option<ChildStderr>,
    reports: Receiver<Result<Option<T>>>,
}

/// What came of waiting for a report.
pub(crate) enum Next<T> {
    /// It came.
    Report(T),
    /// It will not come, and why.
    Failed(String),
    /// It is not waited for any longer.
    Stopped,
}

impl<T: DeserializeOwned + Send + 'static> ReportingChild<T> {
    /// Starts `exe` under the hidden `subcommand` and gives it its order.
    ///
    /// # Errors
    /// Where the process or the thread that listens to it can't be started.
    pub(crate) fn start(exe: &Path, subcommand: &str, order: &impl Serialize) -> Result<Self> {
        let mut child = Command::new(exe)
            .args([subcommand, &std::process::id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {} as a {subcommand}", exe.display()))?;
        let orders = child.stdin.take().context("standard input is piped")?;
        let mut answers = BufReader::new(child.stdout.take().context("standard output is piped")?);
        let complaints = child.stderr.take();
        let (outbox, reports) = unbounded();
        let mut reporter = ReportingChild { child, orders, complaints, reports };
        // Ends with the process, whose pipe it reads.
        let listen = move || while outbox.send(wire::read(&mut answers)).is_ok() {};
        let thread = thread::Builder::new().spawn(listen);
        thread.with_context(|| format!("cannot start a thread to listen to a {subcommand}"))?;
        // Where the process has gone already, its first report says so.
        let _ = reporter.tell(order);
        Ok(reporter)
    }

    /// Says something to the process.
    ///
    /// # Errors
    /// Where it has gone.
    pub(crate) fn tell(&mut self, word: &impl Serialize) -> Result<()> {
        wire::write(&mut self.orders, word)
    }

    /// Waits for the next report, at most for `deadline` or until `stop` is set.
    pub(crate) fn next(&mut self, deadline: Duration, stop: &AtomicBool) -> Next<T> {
        let start = now();
        loop {
            match self.reports.recv_timeout(LOOK) {
                Ok(Ok(Some(report))) => return Next::Report(report),
                Ok(Ok(None)) | Err(RecvTimeoutError::Disconnected) => {
                    let end = self.end();
                    // Ctrl-C reaches all processes of a terminal: then this one was not the first to end.
                    return if stop.load(Ordering::Relaxed) { Next::Stopped } else { Next::Failed(end) };
                }
                Ok(Err(error)) => return Next::Failed(format!("what came is no report: {error:#}")),
                Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return Next::Stopped,
                Err(RecvTimeoutError::Timeout) if now() - start > deadline => {
                    return Next::Failed(format!("it gave no report for {deadline:?} and was killed"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Waits until the process has ended by itself, as it does after its last report; not for ever. What it had started has
    /// ended then, too: it would be in the way of what is measured or watched next.
    pub(crate) fn finish(mut self) {
        let start = now();
        while now() - start < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(PATIENCE / 1_000);
        }
    }

    /// How the process ended that has closed its pipe, and what it wrote.
    fn end(&mut self) -> String {
        let status =
            self.child.wait().map_or_else(|why| anyhow!(why).to_string(), |status| status.to_string());
        let mut words = Vec::new();
        let read = self.complaints.take().map(|pipe| pipe.take(CAPTURED_STDERR).read_to_end(&mut words));
        let words = String::from_utf8_lossy(&words).split_whitespace().collect::<Vec<_>>().join(" ");
        // Where in the program it happened is of no use to whoever runs it.
        let words = words.split(" stack backtrace:").next().unwrap_or_default();
        match read {
            Some(Ok(1..)) => format!("it ended before its last report ({status}); it wrote: {words}"),
            _ => format!("it ended before its last report ({status})"),
        }
    }
}

impl<T> Drop for ReportingChild<T> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
