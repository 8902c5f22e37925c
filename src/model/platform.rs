//! A platform: models whose speedups share one baseline.

use std::fmt;

use crate::model::{ModelEntry, cpython, cpython::Interpreter, every_model};

/// A platform. Ratios between platforms are shown beside the tables, and no verdict compares them.
#[derive(Clone, Copy, Debug)]
pub enum Platform {
    /// This program's own models, over `sequential`.
    Native,
    /// The models of one CPython, over its `py-loop`.
    Python(&'static Interpreter),
}

impl Platform {
    /// The native platform, and one for each of `interpreters`.
    pub fn all(interpreters: &[&'static Interpreter]) -> Vec<Platform> {
        let mut platforms = vec![Platform::Native];
        for interpreter in interpreters {
            platforms.push(Platform::Python(interpreter));
        }
        platforms
    }

    /// The part after the `@` in its models' names; the native platform has none.
    pub fn tag(self) -> Option<&'static str> {
        match self {
            Platform::Native => None,
            Platform::Python(interpreter) => Some(&interpreter.tag),
        }
    }

    /// Whether it is there, whatever this machine lacks for some of its models.
    pub fn is_usable(self) -> bool {
        match self {
            Platform::Native => true,
            Platform::Python(interpreter) => interpreter.facts.is_ok(),
        }
    }

    /// Its models, with those that are measured only if they are named.
    pub fn every_model(self) -> Vec<ModelEntry> {
        match self {
            Platform::Native => every_model(),
            Platform::Python(interpreter) => cpython::every_model(interpreter).to_vec(),
        }
    }

    /// Its models that are always measured, in table order; the first is the baseline.
    pub fn models(self) -> Vec<ModelEntry> {
        let mut models = self.every_model();
        models.retain(|model| model.needs.is_none());
        models
    }
}

/// Two platforms are equal if the names of their models are.
impl PartialEq for Platform {
    fn eq(&self, other: &Platform) -> bool {
        self.tag() == other.tag()
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Platform::Native => f.write_str("native"),
            Platform::Python(interpreter) => write!(f, "CPython {}", interpreter.tag),
        }
    }
}
