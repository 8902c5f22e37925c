//! The progress of a study.

use std::io::{IsTerminal, Write};

use crate::cmd::terminal::has_sequences;
use crate::engine::{Timestamp, now};
use crate::record::plain::plain;
use crate::stats::units;

/// One line on a terminal, written while nothing is measured; an empty one clears the last.
pub fn show(what: &str) {
    if std::io::stderr().is_terminal() && has_sequences(|name| std::env::var_os(name)) {
        // A terminal that was closed is no reason to end.
        let _ = write!(std::io::stderr(), "\r\x1b[2K{}", plain(what));
    }
}

/// One line on a terminal, written between launches: nothing updates during a measurement.
pub fn show_progress(start: Timestamp, made: usize, all: usize) {
    let left = (now() - start).mul_f64((all - made) as f64 / made as f64);
    show(&format!("launch {made} of {all}, about {} left", units::duration(left)));
    if made == all {
        show("");
    }
}
