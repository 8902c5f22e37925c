//! The state that the workers, the watchdog and the stderr reader of one model share.

use std::io::{PipeReader, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use crossbeam::channel::{Receiver, RecvTimeoutError};

use crate::child::process::Process;

/// The number of watchdog checks within a deadline.
const LOOKS: u32 = 8;

/// The maximum length of captured standard error, in bytes.
const CAPTURED_STDERR: usize = 1024;

/// The running processes, whether they answer, and their standard error.
pub(crate) struct Watchdog {
    deadline: Duration,
    processes: Mutex<Vec<Weak<Process>>>,
    answers: AtomicU64,
    waiting: AtomicBool,
    timed_out: AtomicBool,
    words: Mutex<Vec<u8>>,
}

impl Watchdog {
    pub(crate) fn new(deadline: Duration) -> Self {
        Watchdog {
            deadline,
            processes: Mutex::default(),
            answers: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            words: Mutex::default(),
        }
    }

    pub(crate) fn add(&self, process: &Arc<Process>) {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// The end of the workers' standard error, on one line.
    pub(crate) fn captured_stderr(&self) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&words).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Reads the workers' standard error, so that no worker ever blocks on it.
    pub(crate) fn listen(&self, mut complaints: PipeReader) {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = complaints.read(&mut buffer) {
            let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
            words.extend_from_slice(&buffer[..read]);
            let superfluous = words.len().saturating_sub(CAPTURED_STDERR);
            words.drain(..superfluous);
        }
    }

    /// Checks at intervals, until `ended` is closed, whether an answer has arrived, and kills all workers if
    /// an
    /// expected answer has not arrived within the deadline.
    pub(crate) fn watch(&self, ended: &Receiver<()>) {
        let (mut seen, mut missed) = (0, 0);
        while ended.recv_timeout(self.deadline / LOOKS) == Err(RecvTimeoutError::Timeout) {
            let answers = self.answers.load(Ordering::Relaxed);
            let silent = self.waiting.load(Ordering::Relaxed) && answers == seen;
            missed = if silent { missed + 1 } else { 0 };
            seen = answers;
            if missed >= LOOKS {
                self.kill_all();
            }
        }
    }

    fn kill_all(&self) {
        self.timed_out.store(true, Ordering::Relaxed);
        let processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        for process in processes.iter().filter_map(Weak::upgrade) {
            process.kill();
        }
    }
}
