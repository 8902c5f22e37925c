//! `--python`: which platforms a command measures besides the native one.

use anyhow::Result;

use crate::cmd::BadUsage;
use crate::model::cpython::{Interpreter, InterpreterChoice, find};
use crate::model::{ModelEntry, Platform};

/// Whether CPython is measured too, and which.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Platforms {
    /// Include CPython's models: of the newest interpreter found, of `all`, or of those given by path, name or version
    #[arg(long, value_name = "PYTHON,..", num_args = 0..=1, require_equals = true, default_missing_value = "newest")]
    python: Option<InterpreterChoice>,
}

impl Platforms {
    /// The native platform, and the requested ones; an interpreter that can't be used has its reason.
    pub(super) fn all(&self) -> Vec<Platform> {
        Platform::all(&self.found())
    }

    /// The same for a command that measures.
    ///
    /// # Errors
    /// When an interpreter that was named can't be used: a study without it is not what was asked for.
    pub(super) fn to_measure(&self) -> Result<Vec<Platform>> {
        let found = self.found();
        if let Some(InterpreterChoice::These(_)) = &self.python {
            for interpreter in &found {
                if let Err(why) = &interpreter.facts {
                    return Err(BadUsage::new(format!("--python: {why}")).into());
                }
            }
        }
        Ok(Platform::all(&found))
    }

    fn found(&self) -> Vec<&'static Interpreter> {
        self.python.as_ref().map(find).unwrap_or_default()
    }
}

/// The models of all given platforms.
pub(super) fn models_of(platforms: &[Platform]) -> Vec<ModelEntry> {
    platforms.iter().flat_map(|platform| platform.models()).collect()
}
