//! Ctrl-C and similar signals: the first asks a run to stop and save, the second ends it immediately.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Result;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::cmd::Exit;

/// A signal that asks a run to stop.
#[derive(Clone, Copy)]
struct StopSignal {
    number: i32,
    /// Its name in a shell's `kill` and `trap`.
    name: &'static str,
    exit: Exit,
}

/// The signals that ask a run to stop.
const SIGNALS: &[StopSignal] = &[
    StopSignal { number: SIGINT, name: "INT", exit: Exit::Interrupt },
    StopSignal { number: SIGTERM, name: "TERM", exit: Exit::Terminate },
    // Its terminal was closed.
    #[cfg(unix)]
    StopSignal { number: signal_hook::consts::SIGHUP, name: "HUP", exit: Exit::HangUp },
];

/// What the first signal is answered with.
const STOPPING: &str = "stopping, and saving what was measured. Ctrl-C again stops at once, without saving.";

/// Whether a run should stop, and because of which signal.
#[derive(Debug)]
pub struct Stop {
    /// Set by the first signal.
    pub asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Listens from now on, and tells the user about the first signal. A signal that was ignored when this program began, as
    /// `nohup` has it, stays ignored.
    ///
    /// # Errors
    /// When the system rejects a handler.
    pub fn listen() -> Result<Self> {
        let heard = heard(SIGNALS);
        let stop = Stop::listen_to(&heard)?;
        #[cfg(unix)]
        tell_first(&heard)?;
        #[cfg(not(unix))]
        tell_first(&stop.asked)?;
        Ok(stop)
    }

    /// Listens, and says nothing: another process of this program tells the user.
    ///
    /// # Errors
    /// As [`Stop::listen`].
    pub(super) fn listen_silently() -> Result<Self> {
        Stop::listen_to(&heard(SIGNALS))
    }

    fn listen_to(signals: &[StopSignal]) -> Result<Self> {
        let stop = Stop { asked: Arc::default(), signal: Arc::default() };
        for StopSignal { number, exit, .. } in signals {
            // In this order: the signal that sets the flag must not yet find it set.
            flag::register_conditional_shutdown(*number, *exit as i32, Arc::clone(&stop.asked))?;
            flag::register(*number, Arc::clone(&stop.asked))?;
            flag::register_usize(*number, Arc::clone(&stop.signal), usize::from(*exit as u8))?;
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
        let found = SIGNALS.iter().find(|stop_signal| usize::from(stop_signal.exit as u8) == signal)?;
        Some(found.exit)
    }
}

/// Tells the user about the first of `signals`, from a thread that sleeps until then.
#[cfg(unix)]
fn tell_first(signals: &[StopSignal]) -> Result<()> {
    let mut numbers = Vec::new();
    for signal in signals {
        numbers.push(signal.number);
    }
    let mut signals = signal_hook::iterator::Signals::new(numbers)?;
    let tell = move || {
        if signals.forever().next().is_some() {
            tell_stopping();
        }
    };
    start(tell)
}

/// Tells the user about the first signal, from a thread that looks for it: only Unix systems wake one.
#[cfg(not(unix))]
fn tell_first(asked: &Arc<AtomicBool>) -> Result<()> {
    const LOOK: std::time::Duration = std::time::Duration::from_millis(100);
    let asked = Arc::clone(asked);
    start(move || {
        while !asked.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
        }
        tell_stopping();
    })
}

fn start(tell: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().spawn(tell);
    anyhow::Context::context(thread, "cannot start a thread for signals")?;
    Ok(())
}

fn tell_stopping() {
    crate::cmd::progress::show("");
    crate::record::plain::tell(&crate::cmd::terminal::usual_style().text(STOPPING));
}

/// Those of `signals` that are not ignored by this process. The standard library has no question for that, but a shell can't trap
/// what was ignored when it began: it sends itself each signal and prints those that it traps.
fn heard(signals: &[StopSignal]) -> Vec<StopSignal> {
    let mut script = String::new();
    for StopSignal { name, .. } in signals {
        script += &format!("trap 'echo {name}' {name}; kill -s {name} $$; ");
    }
    let shell = if cfg!(unix) { "/bin/sh" } else { return signals.to_vec() };
    let output = std::process::Command::new(shell).args(["-c", &script]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else { return signals.to_vec() };
    let trapped = String::from_utf8_lossy(&output.stdout);
    let mut heard = signals.to_vec();
    heard.retain(|signal| trapped.lines().any(|name| name == signal.name));
    heard
}
