//! The command line program; its implementation is in the library.

use std::io::ErrorKind;
use std::process::ExitCode;

use bakeoff::internals::cmd;
use bakeoff::internals::cmd::Exit;

fn main() -> ExitCode {
    match cmd::run() {
        Ok(exit) => exit.into(),
        Err(error) if is_closed_pipe(&error) => Exit::Ok.into(),
        Err(error) => {
            eprintln!("bakeoff: {error:#}");
            Exit::of(&error).into()
        }
    }
}

/// A reader that closes the output early is no error: `bakeoff list | head -1`.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
