//! `--python`: which platforms a command measures besides the native one.

use crate::model::cpython::{InterpreterChoice, find};
use crate::model::{ModelEntry, Platform};

/// Whether CPython is measured too, and which.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Platforms {
    /// CPython's own models too: of the newest interpreter found, of `all`, or of some by path, name or version
    #[arg(long, value_name = "PYTHON,..", num_args = 0..=1, require_equals = true, default_missing_value = "newest")]
    python: Option<InterpreterChoice>,
}

impl Platforms {
    /// The native platform, and the requested ones.
    pub(super) fn all(&self) -> Vec<Platform> {
        Platform::all(&self.python.as_ref().map(find).unwrap_or_default())
    }
}

/// The models of all given platforms.
pub(super) fn models_of(platforms: &[Platform]) -> Vec<ModelEntry> {
    platforms.iter().flat_map(|platform| platform.models()).collect()
}
