//! A child process that receives one order and reports on it: launches of a study, probes.

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

/// The interval at which a waiting caller checks whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// The time that a process has to end after its last report.
const PATIENCE: Duration = Duration::from_secs(2);

/// The maximum length of captured standard error in messages, in bytes: the beginning, which names the error.
const CAPTURED_STDERR: u64 = 240;

/// A running process that reports `T`s; killed and reaped on drop.
pub(crate) struct ReportingChild<T> {
    child: Child,
    orders: ChildStdin,
    complaints: Option<ChildStderr>,
    reports: Receiver<Result<Option<T>>>,
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

impl<T: DeserializeOwned + Send + 'static> ReportingChild<T> {
    /// Starts `exe` under the hidden `subcommand` and sends it its order.
    ///
    /// # Errors
    /// When the process or the thread that reads its reports can't be started.
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
        // If the process has already ended, its first report says so.
        let _ = reporter.tell(order);
        Ok(reporter)
    }

    /// Sends a message to the process.
    ///
    /// # Errors
    /// When it has ended.
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
                    // Ctrl-C reaches all processes of a terminal: a stop may end the child first.
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

    /// Waits, for a limited time, until the process has ended after its last report. Its children have then
    /// ended too:
    /// they would disturb the next measurement.
    pub(crate) fn finish(mut self) {
        let start = now();
        while now() - start < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(PATIENCE / 1_000);
        }
    }

    /// How a process that closed its pipe ended, with its output.
    fn end(&mut self) -> String {
        let status =
            self.child.wait().map_or_else(|why| anyhow!(why).to_string(), |status| status.to_string());
        let mut words = Vec::new();
        let read = self.complaints.take().map(|pipe| pipe.take(CAPTURED_STDERR).read_to_end(&mut words));
        let words = String::from_utf8_lossy(&words).split_whitespace().collect::<Vec<_>>().join(" ");
        // The location in the program does not help users.
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
