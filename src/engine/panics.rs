//! Turns panics in a model into errors of one cell, and locks what a panicking thread has held.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use anyhow::{Result, bail};

/// A panic fails one cell and not the run: some libraries report only by a panic that they could not start a
/// thread.
///
/// # Errors
/// What `work` returns, or the text of its panic.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_panic_in("the model", work)
}

/// The same for `what`, which is no model.
///
/// # Errors
/// As [`catch_panic`].
pub(crate) fn catch_panic_in<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => bail!("{what} panicked: {}", panic_text(&*panic)),
    }
}

/// The same for code of a user, which the caller names.
///
/// # Errors
/// As [`catch_panic`].
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => bail!("panicked: {}", panic_text(&*panic)),
    }
}

/// The same for a future, at each step of it.
///
/// # Errors
/// As [`caught`].
pub(crate) async fn caught_async<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match caught(|| Ok(future.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// The words of a panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Locks `mutex`, even if a thread that held it has panicked: nothing is ever left half-written under a lock here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
