//! Turns panics in a model into errors of one cell, and locks what a panicking thread has held.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};

/// A panic fails one cell and not the run: some libraries report only by a panic that they could not start a
/// thread.
///
/// # Errors
/// What `work` returns, or the text of its panic.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => return result,
        Err(panic) => panic,
    };
    bail!("the model panicked: {}", panic_text(&*panic))
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
