//! Ctrl-C and similar signals: the first asks a study to stop and save, the second ends it immediately.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Result;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::cmd::Exit;

/// The signals that ask a study to stop, with their exit codes.
#[cfg(unix)]
const SIGNALS: [(i32, Exit); 3] = [
    (SIGINT, Exit::Interrupt),
    (SIGTERM, Exit::Terminate),
    // Its terminal was closed.
    (signal_hook::consts::SIGHUP, Exit::HangUp),
];
#[cfg(not(unix))]
const SIGNALS: [(i32, Exit); 2] = [(SIGINT, Exit::Interrupt), (SIGTERM, Exit::Terminate)];

/// Whether a study should stop, and because of which signal.
#[derive(Debug)]
pub struct Stop {
    /// Set by the first signal.
    pub asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system rejects a handler.
    pub fn listen() -> Result<Self> {
        let stop = Stop { asked: Arc::default(), signal: Arc::default() };
        for (signal, exit) in SIGNALS {
            // In this order: the signal that sets the flag must not yet find it set.
            flag::register_conditional_shutdown(signal, exit as i32, Arc::clone(&stop.asked))?;
            flag::register(signal, Arc::clone(&stop.asked))?;
            flag::register_usize(signal, Arc::clone(&stop.signal), usize::from(exit as u8))?;
        }
        Ok(stop)
    }

    /// Whether a stop was requested.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// The exit code of a stopped run.
    pub fn exit(&self) -> Option<Exit> {
        let signal = self.signal.load(Ordering::Relaxed);
        let (_, exit) = SIGNALS.iter().find(|(_, exit)| usize::from(*exit as u8) == signal)?;
        Some(*exit)
    }
}
