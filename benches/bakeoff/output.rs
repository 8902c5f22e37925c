//! Where criterion's own report goes: to the reader, or into a file while the cells are measured.
//!
//! Criterion has no option that silences it. Its report goes to the standard output and the standard error of this process, which
//! therefore are that file for the time. On systems without such descriptors the report goes to the reader.

use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Weak;

use anyhow::Result;
use bakeoff::internals::cmd::Exit;
use bakeoff::internals::cmd::out::{Out, kind};
use bakeoff::internals::record::plain::tell;
use bakeoff::internals::workload::fixture::stage::Stage;

/// Where criterion's report goes.
pub(crate) enum Output {
    /// To the reader.
    Through,
    /// Into a file; dropping it ends that.
    #[cfg(unix)]
    Kept(Kept),
}

impl Output {
    /// Keeps the report in a file of this name, where that is possible.
    #[cfg(unix)]
    pub(crate) fn kept(path: PathBuf) -> Result<Self> {
        Ok(Output::Kept(Kept::begin(path)?))
    }

    #[cfg(not(unix))]
    pub(crate) fn kept(_: PathBuf) -> Result<Self> {
        Ok(Output::Through)
    }

    /// Tells the reader a line.
    pub(crate) fn say(&mut self, line: &str) -> Result<()> {
        match self {
            Output::Through => say(line)?,
            #[cfg(unix)]
            Output::Kept(kept) => kept.say(line)?,
        }
        Ok(())
    }

    /// The file with the report, if it is kept in one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Output::Through => None,
            #[cfg(unix)]
            Output::Kept(kept) => Some(&kept.path),
        }
    }
}

/// Writes a line for the reader, who may have closed the pipe.
pub(crate) fn say(line: &str) -> Result<()> {
    Ok(writeln!(Out, "{line}")?)
}

/// Ends this process when criterion can't print: without a word if the reader has closed the pipe. Criterion's `println!` panics
/// then, and prints again while it unwinds, which would abort the process. `stage` is removed first.
pub(crate) fn end_quietly_when_closed(stage: Weak<Stage>) {
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.to_string();
        if message.contains("failed printing to std") {
            if let Some(stage) = stage.upgrade() {
                stage.close();
            }
            let is_closed = is_closed_pipe(&message);
            if !is_closed {
                tell("cannot write the output, which may have no room");
            }
            std::process::exit(if is_closed { Exit::Ok } else { Exit::SaveError } as i32);
        }
        otherwise(panic);
    }));
}

/// Whether `message` tells of a closed pipe: systems have words of their own for it, and numbers of their own.
fn is_closed_pipe(message: &str) -> bool {
    let number = message.rsplit_once("(os error ").and_then(|(_, rest)| rest.split_once(')'));
    let number = number.and_then(|(number, _)| number.parse().ok());
    number.is_some_and(|number| kind(&Error::from_raw_os_error(number)) == ErrorKind::BrokenPipe)
}

/// The errors that criterion reports in `report`: it goes on without the files that it could not write.
pub(crate) fn errors(report: &str) -> Vec<&str> {
    report.lines().filter(|line| line.contains("Criterion.rs ERROR")).collect()
}

/// A report that is kept in a file, and where the reader is meanwhile.
#[cfg(unix)]
pub(crate) struct Kept {
    path: PathBuf,
    stdout: std::fs::File,
    stderr: std::fs::File,
}

#[cfg(unix)]
impl Kept {
    fn begin(path: PathBuf) -> Result<Self> {
        use std::fs::File;
        use std::io::{stderr, stdout};
        use std::os::fd::AsFd;

        use anyhow::Context;
        use nix::unistd::{dup2_stderr, dup2_stdout};

        let report = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        stdout().flush()?;
        let kept = Kept {
            stdout: stdout().as_fd().try_clone_to_owned()?.into(),
            stderr: stderr().as_fd().try_clone_to_owned()?.into(),
            path,
        };
        dup2_stdout(&report)?;
        dup2_stderr(&report)?;
        Ok(kept)
    }

    fn say(&mut self, line: &str) -> Result<()> {
        Ok(writeln!(self.stdout, "{line}")?)
    }
}

#[cfg(unix)]
impl Drop for Kept {
    fn drop(&mut self) {
        use std::io::stdout;
        // What is not written belongs to the report, and there is nobody to tell an error.
        let _ = stdout().flush();
        let _ = nix::unistd::dup2_stdout(&self.stdout);
        let _ = nix::unistd::dup2_stderr(&self.stderr);
        if std::thread::panicking() {
            tell(&format!("criterion's report, and why it ended: {}", self.path.display()));
        }
    }
}
