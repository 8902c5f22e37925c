//! compio's: the system is told what to do and tells when it is done, files included (io_uring on Linux, IOCP on Windows; elsewhere it
//! says when something can be done).
//!
//! Its futures keep to the thread that polled them first. A [`SendWrapper`] says so to the compiler, and panics on another thread.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use compio::buf::BufResult;
use compio::fs::File;
use compio::io::{AsyncRead, AsyncWriteAtExt, AsyncWriteExt};
use compio::net::{TcpStream, ToSocketAddrsAsync};
use send_wrapper::SendWrapper;

/// That it is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltIn;

/// A connection, and the room into which it reads: the system owns that while it waits.
#[derive(Debug)]
pub(super) struct Stream(SendWrapper<TcpStream>);

pub(super) async fn sleep(_: BuiltIn, pause: Duration) {
    SendWrapper::new(compio::time::sleep(pause)).await;
}

pub(super) async fn read(_: BuiltIn, path: &Path) -> io::Result<Vec<u8>> {
    SendWrapper::new(compio::fs::read(path)).await
}

pub(super) async fn write(_: BuiltIn, path: PathBuf, bytes: Vec<u8>) -> io::Result<()> {
    SendWrapper::new(async move {
        let mut file = File::create(path).await?;
        file.write_all_at(bytes, 0).await.0?;
        file.sync_all().await?;
        file.close().await
    })
    .await
}

pub(super) async fn connect(_: BuiltIn, to: SocketAddr) -> io::Result<Stream> {
    let stream = SendWrapper::new(SendWrapper::new(TcpStream::connect(to)).await?);
    stream.set_nodelay(true)?;
    Ok(Stream(stream))
}

/// The system owns the bytes until it is done: they are copied.
pub(super) async fn write_all(stream: &mut Stream, bytes: &[u8]) -> io::Result<()> {
    SendWrapper::new(stream.0.write_all(bytes.to_vec())).await.0
}

/// The system owns the room until it is done: what has arrived is copied out of it.
pub(super) async fn read_some(stream: &mut Stream, room: &mut [u8]) -> io::Result<usize> {
    let BufResult(read, arrived) = SendWrapper::new(stream.0.read(Vec::with_capacity(room.len()))).await;
    let read = read?;
    room[..read].copy_from_slice(&arrived[..read]);
    Ok(read)
}

pub(super) async fn resolve(_: BuiltIn, host: (&'static str, u16)) -> io::Result<Vec<SocketAddr>> {
    SendWrapper::new(async move { Ok(host.to_socket_addrs_async().await?.collect()) }).await
}

pub(super) async fn within<F: Future>(_: BuiltIn, patience: Duration, future: F) -> Option<F::Output> {
    SendWrapper::new(compio::time::timeout(patience, future)).await.ok()
}
