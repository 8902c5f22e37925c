//! How far a study is.

use std::io::IsTerminal;

use super::units;
use crate::measure::{Moment, now};

/// One line on a terminal, written between launches: nothing ticks while a clock runs.
pub fn show_progress(start: Moment, made: usize, all: usize) {
    if std::io::stderr().is_terminal() {
        let left = (now() - start).mul_f64((all - made) as f64 / made as f64);
        let end = if made == all { "\r\x1b[2K" } else { "" };
        eprint!("\r\x1b[2Klaunch {made} of {all}, about {} left{end}", units::duration(left));
    }
}
