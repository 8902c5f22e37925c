//! tokio's timers tick in milliseconds; its files are read and written on its blocking threads.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
pub(super) use tokio::net::TcpStream as Stream;
pub(super) use tokio::time::sleep;

use crate::engine::io::write_blocking;

pub(super) fn read(path: &Path) -> impl Future<Output = io::Result<Vec<u8>>> + Send {
    tokio::fs::read(path)
}

/// All of it is one call of `spawn_blocking`, as tokio's documentation of files advises: each operation of a `tokio::fs::File`
/// would be one of its own.
pub(super) async fn write(path: PathBuf, bytes: Vec<u8>) -> io::Result<()> {
    tokio::task::spawn_blocking(move || write_blocking(&path, &bytes)).await?
}

pub(super) async fn connect(to: SocketAddr) -> io::Result<Stream> {
    let stream = Stream::connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

pub(super) async fn write_all(stream: &mut Stream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await
}

pub(super) async fn read_some(stream: &mut Stream, room: &mut [u8]) -> io::Result<usize> {
    stream.read(room).await
}

pub(super) async fn resolve(host: (&'static str, u16)) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host(host).await?.collect())
}

pub(super) async fn within<F: Future>(patience: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(patience, future).await.ok()
}
