//! What was asked for wrongly, and what may have been meant.

use std::fmt;

/// Invalid usage: names the problem and the alternatives.
#[derive(Debug)]
pub struct BadUsage(pub(super) String);

impl BadUsage {
    /// The problem, with alternatives.
    pub fn new(why: impl Into<String>) -> Self {
        BadUsage(why.into())
    }
}

impl fmt::Display for BadUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadUsage {}

/// That there is no `what` of this name: with the name that is nearest, or with all of them.
pub(super) fn unknown(what: &str, name: &str, known: &[String]) -> String {
    match nearest(name, known) {
        Some(other) => format!("unknown {what} {name:?}; did you mean {other:?}?"),
        None => format!("unknown {what} {name:?}; there are {}", known.join(", ")),
    }
}

/// The one of `known` that may have been meant by `name`.
pub(super) fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let mut nearest: Option<(f64, &str)> = None;
    for other in known {
        let likeness = strsim::jaro_winkler(name, other);
        if likeness > LEAST_LIKENESS && nearest.is_none_or(|(most, _)| likeness > most) {
            nearest = Some((likeness, other));
        }
    }
    nearest.map(|(_, other)| other)
}

/// Names less like than that are not meant.
const LEAST_LIKENESS: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_suggest_the_nearest() {
        let known = ["chess", "cakes", "music"].map(str::to_owned);
        assert_eq!(unknown("story", "ches", &known), r#"unknown story "ches"; did you mean "chess"?"#);
        assert_eq!(
            unknown("story", "pizza", &known),
            r#"unknown story "pizza"; there are chess, cakes, music"#
        );
    }
}
