//! In place of a runtime that was not built in: nothing of it can be had.

use std::convert::Infallible;
use std::future::{Future, Ready};
use std::io;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// There is no value of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {}

/// Nor of this.
#[derive(Debug)]
pub(super) enum Stream {}

pub(super) fn sleep(it: BuiltIn, _: Duration) -> Never<()> {
    match it {}
}

pub(super) fn read(it: BuiltIn, _: &Path) -> Never<io::Result<Vec<u8>>> {
    match it {}
}

pub(super) fn write(it: BuiltIn, _: PathBuf, _: Vec<u8>) -> Never<io::Result<()>> {
    match it {}
}

pub(super) fn connect(it: BuiltIn, _: SocketAddr) -> Never<io::Result<Stream>> {
    match it {}
}

pub(super) fn resolve(it: BuiltIn, _: (&'static str, u16)) -> Never<io::Result<Vec<SocketAddr>>> {
    match it {}
}

pub(super) fn within<F: Future>(it: BuiltIn, _: Duration, _: F) -> Never<Option<F::Output>> {
    match it {}
}

pub(super) fn write_all(stream: &mut Stream, _: &[u8]) -> Ready<io::Result<()>> {
    match *stream {}
}

pub(super) fn read_some(stream: &mut Stream, _: &mut [u8]) -> Ready<io::Result<usize>> {
    match *stream {}
}

/// A future that does not exist.
pub(super) struct Never<T>(Infallible, PhantomData<fn() -> T>);

impl<T> Future for Never<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.0 {}
    }
}
