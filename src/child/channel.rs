//! The pipes between a child and its parent, kept apart from what a job reads and prints: from the moment that a child opens them,
//! its standard input is empty and its standard output is its standard error. Before that, a program may have printed: what comes
//! before the mark is no message.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};

use anyhow::{Context, Result, bail, ensure};

/// Stands before the first message of a child.
const MARK: &[u8] = b"\n\0bakeoff\0\x18\x02\x19\n";

/// The most that a program may print before its first message, in bytes.
const MOST_PRINTED: usize = 16 << 20;

/// The most that is quoted of it.
const MOST_QUOTED: usize = 200;

/// A child's ends of the pipes.
pub(crate) struct Channel {
    /// Messages from the parent.
    pub(crate) requests: BufReader<File>,
    /// Messages to the parent.
    pub(crate) replies: File,
}

impl Channel {
    /// Takes the pipes away from the standard streams of this process, and writes the mark.
    ///
    /// # Errors
    /// When the system refuses another descriptor, or the parent has gone.
    pub(crate) fn open() -> Result<Self> {
        io::stdout().flush().context("cannot write what was printed")?;
        let (requests, mut replies) = take_streams().context("cannot take the pipes to the parent")?;
        replies.write_all(MARK)?;
        Ok(Channel { requests: BufReader::new(requests), replies })
    }
}

/// Takes the standard streams away from what this process reads and prints, where another process has the parent's pipes.
///
/// # Errors
/// When the system refuses another descriptor.
#[cfg(feature = "mpi")]
pub(crate) fn close() -> Result<()> {
    take_streams().context("cannot close the standard streams").map(drop)
}

/// The pipes; whatever this process prints from now on is no message.
#[cfg(unix)]
fn take_streams() -> Result<(File, File)> {
    use std::os::fd::AsFd;

    // Closed in what a job starts, so that the parent sees the end of this process.
    let requests = io::stdin().as_fd().try_clone_to_owned()?;
    let replies = io::stdout().as_fd().try_clone_to_owned()?;
    // Without it a job that reads the standard input takes what the parent says.
    if let Ok(nothing) = File::open("/dev/null") {
        nix::unistd::dup2_stdin(nothing)?;
    }
    nix::unistd::dup2_stdout(io::stderr())?;
    Ok((requests.into(), replies.into()))
}

/// The pipes; whatever this process prints from now on is no message. C code has streams of its own here, which no safe call
/// redirects: what it prints disturbs the messages, and the parent says so.
#[cfg(windows)]
fn take_streams() -> Result<(File, File)> {
    use std::os::windows::io::AsHandle;

    use filedescriptor::{FileDescriptor, StdioDescriptor};

    let requests = io::stdin().as_handle().try_clone_to_owned()?;
    let replies = io::stdout().as_handle().try_clone_to_owned()?;
    let mut replaced = vec![FileDescriptor::redirect_stdio(&io::stderr(), StdioDescriptor::Stdout)?];
    // Without it a job that reads the standard input takes what the parent says.
    if let Ok(nothing) = File::open(r"\\.\NUL") {
        replaced.push(FileDescriptor::redirect_stdio(&nothing, StdioDescriptor::Stdin)?);
    }
    // They stay open for the C code that knows them: once they are closed, other files get their numbers.
    std::mem::forget(replaced);
    Ok((requests.into(), replies.into()))
}

/// Skips what a child has printed before its mark: how many bytes.
///
/// # Errors
/// When the pipe is closed before, or too much was printed.
pub(super) fn skip_to_mark(replies: &mut impl BufRead) -> Result<usize> {
    let mut printed = Vec::new();
    while !printed.ends_with(MARK) {
        ensure!(
            printed.len() < MOST_PRINTED,
            "it printed more than {MOST_PRINTED} bytes before its first message"
        );
        let last = MARK[MARK.len() - 1];
        let read = replies.by_ref().take(MOST_PRINTED as u64).read_until(last, &mut printed)?;
        if read == 0 {
            let said = said(&printed);
            bail!("it closed its pipe before its first message: does its `main` reach `Suite::main`?{said}");
        }
    }
    Ok(printed.len() - MARK.len())
}

/// The beginning of what was printed, in words.
fn said(printed: &[u8]) -> String {
    let text = String::from_utf8_lossy(&printed[..printed.len().min(MOST_QUOTED)]);
    match text.trim() {
        "" => String::new(),
        text => format!(" It printed: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_before_the_mark_is_skipped() {
        for printed in ["", "hello\n", "no end", "\n\n\0bakeoff\n"] {
            let bytes = [printed.as_bytes(), MARK, b"message"].concat();
            let mut pipe = bytes.as_slice();
            assert_eq!(skip_to_mark(&mut pipe).unwrap(), printed.len(), "{printed:?}");
            assert_eq!(pipe, b"message");
        }
        let why = skip_to_mark(&mut &b"hello\n"[..]).unwrap_err().to_string();
        assert!(why.contains("Suite::main") && why.ends_with("It printed: hello"), "{why}");
    }
}
