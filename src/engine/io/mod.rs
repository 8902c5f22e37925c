//! Timers, files and sockets for the async forms of jobs, by the runtime that carries them out.
//!
//! Each runtime has a file with the same items. `absent` stands for one that was not built in: it has no value, so that the others are
//! as small and as fast as without it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use either::Either;

#[cfg(not(all(feature = "compio", feature = "smol")))]
mod absent;
#[cfg(feature = "compio")]
mod compio_io;
#[cfg(feature = "smol")]
mod smol_io;
mod tokio_io;

#[cfg(not(feature = "compio"))]
use absent as compio_io;
#[cfg(not(feature = "smol"))]
use absent as smol_io;

/// The runtime whose timers, files and sockets the async form of a job uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// tokio's, on whose threads the job runs.
    #[default]
    Tokio,
    /// smol's, which work on any thread.
    Smol(smol_io::BuiltIn),
    /// compio's of the thread on which the job runs.
    Compio(compio_io::BuiltIn),
}

impl Runtime {
    /// smol's.
    #[cfg(feature = "smol")]
    pub const SMOL: Runtime = Runtime::Smol(smol_io::BuiltIn);

    /// compio's.
    #[cfg(feature = "compio")]
    pub const COMPIO: Runtime = Runtime::Compio(compio_io::BuiltIn);

    /// Whether a connection is of use on that thread alone which opened it.
    pub fn keeps_to_threads(self) -> bool {
        matches!(self, Runtime::Compio(_))
    }

    /// Waits for a timer.
    pub fn sleep(self, pause: Duration) -> impl Future<Output = ()> + Send {
        match self {
            Runtime::Tokio => Either::Left(tokio_io::sleep(pause)),
            Runtime::Smol(it) => Either::Right(Either::Left(smol_io::sleep(it, pause))),
            Runtime::Compio(it) => Either::Right(Either::Right(compio_io::sleep(it, pause))),
        }
    }

    /// Reads a whole file.
    pub fn read(self, path: &Path) -> impl Future<Output = io::Result<Vec<u8>>> + Send {
        match self {
            Runtime::Tokio => Either::Left(tokio_io::read(path)),
            Runtime::Smol(it) => Either::Right(Either::Left(smol_io::read(it, path))),
            Runtime::Compio(it) => Either::Right(Either::Right(compio_io::read(it, path))),
        }
    }

    /// Writes a file, and waits until the device has stored it.
    pub fn write(self, path: PathBuf, bytes: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send {
        match self {
            Runtime::Tokio => Either::Left(tokio_io::write(path, bytes)),
            Runtime::Smol(it) => Either::Right(Either::Left(smol_io::write(it, path, bytes))),
            Runtime::Compio(it) => Either::Right(Either::Right(compio_io::write(it, path, bytes))),
        }
    }

    /// Opens a connection that sends at once what is written to it.
    pub async fn connect(self, to: SocketAddr) -> io::Result<Stream> {
        Ok(match self {
            Runtime::Tokio => Stream(Of::Tokio(tokio_io::connect(to).await?)),
            Runtime::Smol(it) => Stream(Of::Smol(smol_io::connect(it, to).await?)),
            Runtime::Compio(it) => Stream(Of::Compio(compio_io::connect(it, to).await?)),
        })
    }

    /// The addresses of a host.
    pub async fn resolve(self, host: (&'static str, u16)) -> io::Result<Vec<SocketAddr>> {
        match self {
            Runtime::Tokio => tokio_io::resolve(host).await,
            Runtime::Smol(it) => smol_io::resolve(it, host).await,
            Runtime::Compio(it) => compio_io::resolve(it, host).await,
        }
    }

    /// What `future` gives, if it does so in time.
    pub fn within<F: Future + Send>(
        self,
        patience: Duration,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        F::Output: Send,
    {
        match self {
            Runtime::Tokio => Either::Left(tokio_io::within(patience, future)),
            Runtime::Smol(it) => Either::Right(Either::Left(smol_io::within(it, patience, future))),
            Runtime::Compio(it) => Either::Right(Either::Right(compio_io::within(it, patience, future))),
        }
    }
}

/// A connection of a runtime.
#[derive(Debug)]
pub struct Stream(Of);

#[derive(Debug)]
enum Of {
    Tokio(tokio_io::Stream),
    Smol(smol_io::Stream),
    Compio(compio_io::Stream),
}

impl Stream {
    /// Writes all of `bytes`.
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            Of::Tokio(stream) => tokio_io::write_all(stream, bytes).await,
            Of::Smol(stream) => smol_io::write_all(stream, bytes).await,
            Of::Compio(stream) => compio_io::write_all(stream, bytes).await,
        }
    }

    /// Reads what has arrived, or waits for it; 0 at the end.
    pub async fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Of::Tokio(stream) => tokio_io::read_some(stream, room).await,
            Of::Smol(stream) => smol_io::read_some(stream, room).await,
            Of::Compio(stream) => compio_io::read_some(stream, room).await,
        }
    }
}

/// Writes a file on the calling thread, and waits until the device has stored it.
pub fn write_blocking(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
