//! The limit of file sizes (`ulimit -f`).

/// Makes a write beyond the limit an error, which is told, from now on: by default a signal ends the process without a word.
#[cfg(unix)]
pub fn is_an_error() {
    // The flag is of no interest, and a system that takes no handler goes on as before.
    let _ = signal_hook::flag::register(nix::libc::SIGXFSZ, std::sync::Arc::default());
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn is_an_error() {}
