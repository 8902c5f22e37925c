//! The standard output of a command, through which all of its text leaves. What is of a recording, a file name or another program
//! is escaped where it becomes text, and if that was forgotten, here. An error of the output is told from errors of other pipes,
//! such as those of child processes.

use std::fmt;
use std::io::{self, ErrorKind, Write};

use anyhow::Error;

use crate::record::plain::lines;
use crate::report::style::SEQUENCES;

/// The standard output without anything that controls a terminal but the styles of this program.
#[derive(Debug)]
pub struct Out;

/// The standard output for text that is all of this program, and has tabs.
#[derive(Debug)]
pub(super) struct RawOut;

/// That the standard output can't be written.
#[derive(Debug)]
pub struct OutError(io::Error);

impl fmt::Display for OutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write the output: {}", self.0)
    }
}

impl std::error::Error for OutError {}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        RawOut.write_all(without_control(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    /// In one piece: a character or a style is not divided.
    fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
        self.write_all(text.to_string().as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        RawOut.flush()
    }
}

impl Write for RawOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes).map_err(marked)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().map_err(marked)
    }
}

/// `text` with line breaks and the styles of this program as its only controls.
fn without_control(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, part) in text.split('\u{1b}').enumerate() {
        let style = SEQUENCES.iter().find(|sequence| at > 0 && part.starts_with(&sequence[1..]));
        if let Some(style) = style {
            safe += style;
        } else if at > 0 {
            safe.push(char::REPLACEMENT_CHARACTER);
        }
        safe += &lines(&part[style.map_or(0, |style| style.len() - 1)..]);
    }
    safe
}

/// Marks an error of the standard output.
pub(super) fn marked(error: io::Error) -> io::Error {
    io::Error::new(kind(&error), OutError(error))
}

/// The kind of an error of the standard output.
pub fn kind(error: &io::Error) -> ErrorKind {
    /// Nobody is at the other end of the pipe.
    const ERROR_PIPE_NOT_CONNECTED: i32 = 233;
    match error.raw_os_error() {
        Some(ERROR_PIPE_NOT_CONNECTED) if cfg!(windows) => ErrorKind::BrokenPipe,
        _ => error.kind(),
    }
}

/// The reader of the output has closed it, which is no error: `bakeoff list | head -1`.
pub fn is_closed_pipe(error: &Error) -> bool {
    is_of_output(error).is_some_and(|kind| kind == ErrorKind::BrokenPipe)
}

/// The kind of `error` if it is one of the standard output.
pub(super) fn is_of_output(error: &Error) -> Option<ErrorKind> {
    let error = error.downcast_ref::<io::Error>()?;
    error.get_ref()?.is::<OutError>().then(|| error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::TerminalStyle;

    #[test]
    fn no_control_but_styles_leaves() {
        let styled = TerminalStyle { width: 80, ascii: false, coloured: true }.bold("a");
        let text = format!("{styled}\n{}", "\u{1b}[2Jb\u{1b}]0;x\u{7}\u{9b}1m\u{1b}\u{202e}");
        let safe = format!("{styled}\n\u{fffd}[2Jb\u{fffd}]0;x\u{fffd}\u{fffd}1m\u{fffd}\u{fffd}");
        assert_eq!(without_control(&text), safe);
    }

    #[test]
    fn only_closed_output_is_a_quiet_end() {
        let closed = || io::Error::from(ErrorKind::BrokenPipe);
        assert!(is_closed_pipe(&marked(closed()).into()));
        assert!(is_closed_pipe(&Error::from(marked(closed())).context("the recording is there")));
        assert!(!is_closed_pipe(&closed().into()), "a worker's pipe");
        assert!(!is_closed_pipe(&marked(ErrorKind::StorageFull.into()).into()));
        let disconnected = marked(io::Error::from_raw_os_error(233));
        assert_eq!(is_closed_pipe(&disconnected.into()), cfg!(windows));
    }
}
