//! smol's: timers and sockets of async-io, files on the threads of blocking.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use smol::Timer;
use smol::io::{AsyncReadExt, AsyncWriteExt};
pub(super) use smol::net::TcpStream as Stream;

use crate::engine::io::write_blocking;

/// That it is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltIn;

pub(super) async fn sleep(_: BuiltIn, pause: Duration) {
    Timer::after(pause).await;
}

pub(super) fn read(_: BuiltIn, path: &Path) -> impl Future<Output = io::Result<Vec<u8>>> + Send {
    smol::fs::read(path)
}

pub(super) async fn write(_: BuiltIn, path: PathBuf, bytes: Vec<u8>) -> io::Result<()> {
    smol::unblock(move || write_blocking(&path, &bytes)).await
}

pub(super) async fn connect(_: BuiltIn, to: SocketAddr) -> io::Result<Stream> {
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

pub(super) async fn resolve(_: BuiltIn, host: (&'static str, u16)) -> io::Result<Vec<SocketAddr>> {
    smol::net::resolve(host).await
}

pub(super) async fn within<F: Future>(_: BuiltIn, patience: Duration, future: F) -> Option<F::Output> {
    let in_time = async { Some(future.await) };
    let too_late = async {
        Timer::after(patience).await;
        None
    };
    smol::future::or(in_time, too_late).await
}
