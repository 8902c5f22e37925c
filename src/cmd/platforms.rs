//! `--python`: which platforms a command measures besides the native one.

use std::ffi::{OsStr, OsString};

use anyhow::Result;
use regex::Regex;

use crate::cmd::{BadUsage, has_model};
use crate::model::cpython::{Interpreter, InterpreterChoice, find};
use crate::model::{ModelEntry, Platform};

/// Whether CPython is measured too, and which.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Platforms {
    /// Include CPython's models: of the newest interpreter found, of `all`, or of those given by path, name, version or virtual environment
    #[arg(long, value_name = "PYTHON,..", num_args = 0..=1, require_equals = true, default_missing_value = "newest")]
    pub(super) python: Option<InterpreterChoice>,
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
        self.as_asked_by("--python")
    }

    /// As [`Platforms::to_measure`], where `option` has asked for the interpreters.
    pub(super) fn as_asked_by(&self, option: &str) -> Result<Vec<Platform>> {
        let found = self.found();
        if let Some(InterpreterChoice::These(_)) = &self.python {
            for interpreter in &found {
                if let Err(why) = &interpreter.facts {
                    return Err(BadUsage::new(format!("{option}: {why}; {}", known())).into());
                }
            }
        }
        Ok(Platform::all(&found))
    }

    fn found(&self) -> Vec<&'static Interpreter> {
        self.python.as_ref().map(find).unwrap_or_default()
    }
}

/// The interpreters that could have been named.
fn known() -> String {
    let mut tags = Vec::new();
    for interpreter in find(&InterpreterChoice::All) {
        if interpreter.facts.is_ok() {
            tags.push(interpreter.tag.as_str());
        }
    }
    match &tags[..] {
        [] => "no other was found".into(),
        tags => format!("found: {}", tags.join(", ")),
    }
}

/// `words` of a command line with the interpreters behind `--python` joined to it: an option whose value may be missing takes
/// it with a `=` alone, and what looks like an interpreter is no filter.
pub(super) fn with_joined_python(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if last == "--python" && names_interpreters(&word) => {
                last.push("=");
                last.push(word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

fn names_interpreters(word: &OsStr) -> bool {
    let interpreter =
        Regex::new(r"^(all|newest|(.*[/\\])?(python|pypy)[0-9.]*t?(\.exe)?|[0-9]+(\.[0-9]+)*t?)$");
    let interpreter = interpreter.expect("a constant pattern");
    word.to_str().is_some_and(|word| word.split(',').all(|name| interpreter.is_match(name)))
}

/// The models of all given platforms.
pub(super) fn models_of(platforms: &[Platform]) -> Vec<ModelEntry> {
    platforms.iter().flat_map(|platform| platform.models()).collect()
}

/// The named models of a platform, its baseline first; empty if none is named.
pub(super) fn with_baseline(platform: Platform, named: &[ModelEntry]) -> Vec<ModelEntry> {
    let mut models = platform.every_model();
    if !models.iter().any(|model| has_model(named, model.name)) {
        return vec![];
    }
    let baseline = models[0].name;
    models.retain(|model| model.name == baseline || has_model(named, model.name));
    models
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_follow_python_without_equals() {
        for (given, joined) in [
            ("run --python 3.11", "run --python=3.11"),
            ("run --python 3.14,3.13t ^hash/", "run --python=3.14,3.13t ^hash/"),
            ("run --python /usr/bin/python3", "run --python=/usr/bin/python3"),
            ("run --python all", "run --python=all"),
            ("run --python ^hash/", "run --python ^hash/"),
            ("run --python --quick 3.11", "run --python --quick 3.11"),
            ("run --python", "run --python"),
        ] {
            let words = with_joined_python(given.split(' ').map(OsString::from));
            assert_eq!(words.join(OsStr::new(" ")), joined);
        }
    }
}
