//! Two things that a program asks of its system: the address of a name, and to take a line of output.

use std::io::{Write, pipe};
use std::net::{SocketAddr, ToSocketAddrs};

use anyhow::{Context as _, Result, ensure};

use crate::engine::io::Runtime;

/// What is resolved: a name that every machine has, without a server.
const NAME: (&str, u16) = ("localhost", 80);

/// The line of the post's threading example.
const LINE: &[u8] = b"Downloading...\n";

/// What [`resolve`] answers: which of this machine's addresses comes first differs.
pub(super) const RESOLVED: u64 = 1;

/// What [`print()`] answers: the length of its line.
pub(super) const PRINTED: u64 = LINE.len() as u64;

/// Asks the system for the address of this machine, as `getaddrinfo` does.
pub(super) fn resolve() -> Result<u64> {
    answer_of(NAME.to_socket_addrs().context("cannot resolve localhost")?)
}

/// The same by a runtime.
pub(super) async fn resolve_async(runtime: Runtime) -> Result<u64> {
    answer_of(runtime.resolve(NAME).await.context("cannot resolve localhost")?.into_iter())
}

fn answer_of(mut addresses: impl Iterator<Item = SocketAddr>) -> Result<u64> {
    ensure!(addresses.any(|address| address.ip().is_loopback()), "localhost is not this machine");
    Ok(RESOLVED)
}

/// Prints a line into a pipe of its own, as a program does whose output another one reads.
pub(super) fn print() -> Result<u64> {
    let (_reader, mut writer) = pipe().context("cannot make a pipe")?;
    writer.write_all(LINE).context("cannot write to a pipe")?;
    Ok(PRINTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_resolves_and_lines_are_printed() {
        assert_eq!((resolve().unwrap(), print().unwrap()), (RESOLVED, PRINTED));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(resolve_async(Runtime::Tokio)).unwrap(), RESOLVED);
        let others = [SocketAddr::from(([192, 0, 2, 1], 80))];
        assert!(answer_of(others.into_iter()).is_err());
    }
}
