//! Turns panics in a model into errors of one cell.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, anyhow};

/// A panic fails one cell and not the run: some libraries report only by a panic that they could not start a
/// thread.
///
/// # Errors
/// What `work` returns, or the text of its panic.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(anyhow!("the model panicked: {}", text.unwrap_or("no message")))
    })
}
