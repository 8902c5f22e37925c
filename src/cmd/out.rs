//! The standard output of a command. An error of it is told from errors of other pipes, such as those of child processes.

use std::fmt;
use std::io::{self, ErrorKind, Write};

use anyhow::Error;

/// The standard output.
#[derive(Debug)]
pub struct Out;

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
        io::stdout().write(bytes).map_err(marked)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().map_err(marked)
    }
}

fn marked(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), OutError(error))
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

    #[test]
    fn only_closed_output_is_a_quiet_end() {
        let closed = || io::Error::from(ErrorKind::BrokenPipe);
        assert!(is_closed_pipe(&marked(closed()).into()));
        assert!(is_closed_pipe(&Error::from(marked(closed())).context("the recording is there")));
        assert!(!is_closed_pipe(&closed().into()), "a worker's pipe");
        assert!(!is_closed_pipe(&marked(ErrorKind::StorageFull.into()).into()));
    }
}
