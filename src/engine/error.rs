//! Errors that the engine tells apart.

use std::fmt;

use anyhow::Error;

/// A cell cannot be measured on this machine: a row with a reason, not a failure.
///
/// ```
/// use bakeoff::work::Unavailable;
///
/// fn setup() -> anyhow::Result<()> {
///     anyhow::bail!(Unavailable::new("this machine has no camera"))
/// }
///
/// assert_eq!(setup().unwrap_err().to_string(), "this machine has no camera");
/// ```
#[derive(Debug)]
pub struct Unavailable(String);

/// A correct run that did not measure its workload, and why: for example, memory pressure evicted the files of
/// `warm-file`, or another program read those of `cold-file` first.
#[derive(Debug)]
pub struct InvalidRun(pub String);

/// Why something was not measured, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyNot {
    /// In words.
    pub reason: String,
    /// Whether this machine lacks something; all else is a failure.
    pub is_lack: bool,
}

impl Unavailable {
    /// Because of `why`, in words.
    pub fn new(why: impl Into<String>) -> Self {
        Unavailable(why.into())
    }
}

impl WhyNot {
    /// What `error` says: a lack if any part of it is [`Unavailable`].
    pub fn of(error: &Error) -> Self {
        WhyNot { reason: format!("{error:#}"), is_lack: error.is::<Unavailable>() }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

impl std::error::Error for InvalidRun {}
