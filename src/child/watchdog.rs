//! The state that some children, their watchdog and the reader of their standard error share.

use std::io::{PipeReader, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use crossbeam::channel::{Receiver, RecvTimeoutError};

use crate::child::process::Process;
use crate::engine::lock;

/// The number of watchdog checks within a deadline.
const LOOKS: u32 = 8;

/// The interval at which a stop is noticed.
const STOP_INTERVAL: Duration = Duration::from_millis(50);

/// How much of the beginning of standard error is captured, in bytes, and as much of its end.
const CAPTURED_STDERR: usize = 512;

/// The running processes, whether they answer, and their standard error.
pub(crate) struct Watchdog {
    deadline: Duration,
    stop: Option<Arc<AtomicBool>>,
    processes: Mutex<Vec<Weak<Process>>>,
    answers: AtomicU64,
    waiting: AtomicBool,
    timed_out: AtomicBool,
    words: Mutex<Vec<u8>>,
}

impl Watchdog {
    pub(crate) fn new(deadline: Duration, stop: Option<Arc<AtomicBool>>) -> Self {
        Watchdog {
            deadline,
            stop,
            processes: Mutex::default(),
            answers: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            words: Mutex::default(),
        }
    }

    pub(crate) fn add(&self, process: &Arc<Process>) {
        let mut processes = lock(&self.processes);
        processes.retain(|process| process.strong_count() > 0);
        processes.push(Arc::downgrade(process));
    }

    pub(crate) fn note_progress(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets whether an answer is expected from now on.
    pub(crate) fn set_waiting(&self, waiting: bool) {
        self.note_progress();
        self.waiting.store(waiting, Ordering::Relaxed);
    }

    pub(crate) fn has_timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The beginning and the end of the children's standard error, on one line.
    pub(crate) fn captured_stderr(&self) -> String {
        let text =
            String::from_utf8_lossy(&lock(&self.words)).split_whitespace().collect::<Vec<_>>().join(" ");
        // Where in the program it happened is of no use to its user.
        text.split(" stack backtrace:").next().unwrap_or_default().to_owned()
    }

    /// Reads the children's standard error, so that none ever blocks on it.
    pub(crate) fn listen(&self, mut complaints: PipeReader) {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = complaints.read(&mut buffer) {
            let mut words = lock(&self.words);
            words.extend_from_slice(&buffer[..read]);
            let superfluous = words.len().saturating_sub(2 * CAPTURED_STDERR);
            if superfluous > 0 {
                words.drain(CAPTURED_STDERR..CAPTURED_STDERR + superfluous);
            }
        }
    }

    /// Checks at intervals, until `ended` is closed, whether an answer has arrived, and kills all children if an expected
    /// answer has not arrived within the deadline, or is not expected any longer.
    pub(crate) fn watch(&self, ended: &Receiver<()>) {
        let interval = match self.stop {
            Some(_) => STOP_INTERVAL.min(self.deadline / LOOKS),
            None => self.deadline / LOOKS,
        };
        let (mut seen, mut silent) = (0, Duration::ZERO);
        while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
            let answers = self.answers.load(Ordering::Relaxed);
            let waiting = self.waiting.load(Ordering::Relaxed);
            silent = if waiting && answers == seen { silent + interval } else { Duration::ZERO };
            seen = answers;
            if silent >= self.deadline {
                self.timed_out.store(true, Ordering::Relaxed);
                self.kill_all();
            } else if waiting && self.is_stopped() {
                self.kill_all();
            }
        }
    }

    /// Whether nobody waits for answers any longer.
    fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    fn kill_all(&self) {
        for process in lock(&self.processes).iter() {
            if let Some(process) = process.upgrade() {
                process.kill();
            }
        }
    }
}
