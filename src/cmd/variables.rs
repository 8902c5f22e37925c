//! Environment variables whose values are words: understood, or refused.

use std::ffi::OsStr;

use anyhow::Result;

use crate::cmd::BadUsage;
use crate::cmd::platforms::Platforms;
use crate::model::Platform;
use crate::model::cpython::InterpreterChoice;

/// The words that ask for something, and those that do not.
const YES: [&str; 4] = ["1", "true", "yes", "on"];
const NO: [&str; 5] = ["", "0", "false", "no", "off"];

/// Whether the variable `name` asks for something; not if it is unset.
///
/// # Errors
/// [`BadUsage`] for another word, which would otherwise be taken for one of the two without a word.
pub fn is_asked(name: &str) -> Result<bool> {
    let value = std::env::var_os(name).unwrap_or_default();
    let why = || BadUsage::new(format!("{name} is 1 or 0, and not {}", value.display()));
    Ok(yes_or_no(&value).ok_or_else(why)?)
}

fn yes_or_no(value: &OsStr) -> Option<bool> {
    let word = value.to_str()?.to_ascii_lowercase();
    if YES.contains(&word.as_str()) {
        return Some(true);
    }
    NO.contains(&word.as_str()).then_some(false)
}

/// The platforms to measure if the variable `name` says whether CPython is one of them, or which interpreters are, as `--python`
/// does.
///
/// # Errors
/// [`BadUsage`] for an interpreter that can't be used.
pub fn platforms(name: &str) -> Result<Vec<Platform>> {
    let value = std::env::var_os(name).unwrap_or_default();
    let python = match yes_or_no(&value) {
        Some(false) => None,
        Some(true) => Some(InterpreterChoice::Newest),
        None => value.to_string_lossy().parse().ok(),
    };
    Platforms { python }.as_asked_by(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_yes_or_no_or_nothing() {
        for (word, means) in [
            ("1", Some(true)),
            ("TRUE", Some(true)),
            ("on", Some(true)),
            ("", Some(false)),
            ("0", Some(false)),
            ("False", Some(false)),
            ("begun", None),
            ("2", None),
        ] {
            assert_eq!(yes_or_no(OsStr::new(word)), means, "{word:?}");
        }
    }
}
