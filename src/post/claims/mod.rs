//! The ledger: the post's claims, and the measurements that decide them.
//!
//! A function of measured numbers judges each row; the source contains no verdicts. A missing number can only
//! weaken a word.

use std::fmt;

mod asynchronous;
mod best;
mod beyond_post;
mod cakes;
pub mod case;
mod chess;
mod concepts;
mod cores;
mod costs;
mod exhibition;
mod gil;
mod interpreter;
mod measured;
pub mod measurements;
mod parallel;
mod python;
pub mod sources;
mod story;
pub mod thresholds;
pub mod verdict;
pub mod words;

pub use case::{Case, CaseKind, CaseResult};
pub use measurements::Measurements;
pub use sources::Sources;
pub use verdict::{ClaimVerdict, Judgement};
pub use words::Words;

use crate::post::claims::words::Source;

/// A claim, and its test.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// As `C1`.
    pub id: &'static str,
    /// Its words, and whose they are.
    pub says: Words,
    /// What decides it.
    pub decided_by: &'static str,
    /// The measurements that it requires.
    pub needs: &'static [Needs],
    /// Its cases: the same ones whatever was measured, and those of further interpreters.
    judge: fn(&Measurements<'_>) -> Vec<Case>,
}

/// A kind of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// `bakeoff evidence`.
    Evidence,
    /// `bakeoff story`, and its name.
    Story(&'static str),
    /// `bakeoff run`.
    Study,
    /// A study of an interpreter's models.
    Python,
    /// `bakeoff costs`.
    Costs,
    /// `bakeoff sweep`.
    Cores,
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Needs::Evidence => f.write_str("no recording has evidence of it (bakeoff evidence)"),
            Needs::Story("four") => f.write_str("no recording has it (bakeoff story four --python)"),
            Needs::Story(name) => write!(f, "no recording has it (bakeoff story {name})"),
            Needs::Study => f.write_str("no recording has a study of it whose verdicts stand (bakeoff run)"),
            Needs::Python => {
                f.write_str("no recording has CPython's models on it with verdicts that stand (--python)")
            }
            Needs::Costs => f.write_str("no recording has it (bakeoff costs)"),
            Needs::Cores => f.write_str(
                "no recordings of one machine have it on several numbers of cores (bakeoff sweep)",
            ),
        }
    }
}

impl Needs {
    /// A case that this kind of measurement decides: missing if there is no result.
    fn case(self, name: impl Into<String>, result: Option<CaseResult>) -> Case {
        let case = match result {
            Some(result) => Case::new(name, result),
            None => Case::missing(name, self.to_string()),
        };
        if matches!(self, Needs::Evidence | Needs::Story(_)) { case.by_traces() } else { case }
    }

    /// The same as a check.
    fn check(self, name: impl Into<String>, result: Option<CaseResult>) -> Case {
        self.case(name, result).into_check()
    }
}

/// A case for each of `things`, in their order.
fn each<T>(things: impl IntoIterator<Item = T>, case: impl Fn(T) -> Case) -> Vec<Case> {
    things.into_iter().map(case).collect()
}

impl Claim {
    /// Whether the post makes the claim.
    pub fn is_of_the_post(&self) -> bool {
        matches!(self.says.source(), Source::Post(_))
    }

    /// The verdict of `sources` on it.
    pub fn judge(&self, sources: &Sources<'_>) -> Judgement {
        Judgement::of(sources.cases(self.judge))
    }
}

/// Every claim in ledger order: the post's, then our own.
pub fn claims() -> impl Iterator<Item = &'static Claim> {
    [
        chess::CLAIMS,
        concepts::CLAIMS,
        cakes::CLAIMS,
        parallel::CLAIMS,
        gil::CLAIMS,
        asynchronous::CLAIMS,
        beyond_post::CLAIMS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
pub(crate) mod tests;
