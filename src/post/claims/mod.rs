//! The ledger: the post's claims, and the measurements that decide them.
//!
//! A function of measured numbers judges each row; the source contains no verdicts. A missing number can only
//! give "not measured here".

use std::fmt;

mod asynchronous;
mod beyond_post;
mod cakes;
mod chess;
mod concepts;
mod cores;
mod costs;
mod gil;
mod interpreter;
mod measured;
pub mod measurements;
mod parallel;
mod python;
pub mod thresholds;

pub use measurements::Measurements;

use crate::stats::interval::TooFew;

/// A claim of the post, and its test.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// As `C1`.
    pub id: &'static str,
    /// The claim, in our words.
    pub says: &'static str,
    /// Where the post makes it.
    pub at: &'static str,
    /// What decides it.
    pub decided_by: &'static str,
    /// The measurements that it requires.
    pub needs: &'static [Needs],
    /// The verdict on it.
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
            Needs::Evidence => {
                f.write_str("no recording has evidence whose verdicts stand (bakeoff evidence)")
            }
            Needs::Story("four") => {
                f.write_str("no recording has it with verdicts that stand (bakeoff story four --python)")
            }
            Needs::Story(name) => {
                write!(f, "no recording has it with verdicts that stand (bakeoff story {name})")
            }
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

/// The verdict on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimVerdict {
    /// Every case that was measured holds.
    True,
    /// Some cases hold and some do not: true with a qualification.
    Qualified,
    /// No case that was measured holds.
    False,
    /// No case was measured.
    NotMeasured,
}

impl fmt::Display for ClaimVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ClaimVerdict::True => "true",
            ClaimVerdict::Qualified => "qualified",
            ClaimVerdict::False => "false",
            ClaimVerdict::NotMeasured => "not measured here",
        })
    }
}

/// One condition under which a claim is tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The model, interpreter or arrangement.
    pub name: String,
    /// The result.
    pub result: CaseResult,
}

/// The result of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseResult {
    /// The claim holds, with the numbers that show it.
    Holds(String),
    /// The claim fails, with the numbers that show it.
    Fails(String),
    /// Inconclusive, and why.
    Unknown(String),
}

impl CaseResult {
    /// Whether the claim holds, with the numbers that show it.
    fn of(holds: bool, numbers: String) -> Self {
        match holds {
            true => CaseResult::Holds(numbers),
            false => CaseResult::Fails(numbers),
        }
    }

    /// Inconclusive, because there are too few launches.
    fn too_few(TooFew { have, need }: TooFew) -> Self {
        CaseResult::Unknown(format!("{have} launches, and it takes {need}"))
    }
}

impl Needs {
    /// A case that this kind of measurement decides: inconclusive if there is no result.
    fn case(self, name: impl Into<String>, result: Option<CaseResult>) -> Case {
        let Some(result) = result else { return Case::unknown(name, self.to_string()) };
        Case { name: name.into(), result }
    }
}

impl Case {
    /// A case that this machine or program can't decide.
    fn unknown(name: impl Into<String>, why: impl Into<String>) -> Self {
        Case { name: name.into(), result: CaseResult::Unknown(why.into()) }
    }
}

/// A case for each of `things`, in their order.
fn each<T>(things: impl IntoIterator<Item = T>, case: impl Fn(T) -> Case) -> Vec<Case> {
    things.into_iter().map(case).collect()
}

/// A judged claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: ClaimVerdict,
    /// The cases behind the verdict.
    pub cases: Vec<Case>,
}

impl Claim {
    /// Whether the post makes the claim, and not bakeoff.
    pub fn is_of_the_post(&self) -> bool {
        beyond_post::CLAIMS.iter().all(|own| own.id != self.id)
    }

    /// The verdict of `numbers` on it.
    pub fn judge(&self, numbers: &Measurements<'_>) -> Judgement {
        let cases = (self.judge)(numbers);
        Judgement { verdict: verdict(&cases), cases }
    }
}

fn verdict(cases: &[Case]) -> ClaimVerdict {
    let holds = cases.iter().any(|case| matches!(case.result, CaseResult::Holds(_)));
    let fails = cases.iter().any(|case| matches!(case.result, CaseResult::Fails(_)));
    match (holds, fails) {
        (false, false) => ClaimVerdict::NotMeasured,
        (true, false) => ClaimVerdict::True,
        (false, true) => ClaimVerdict::False,
        (true, true) => ClaimVerdict::Qualified,
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
