//! The cases of a claim: one condition each, and what it shows.

use std::mem::discriminant;

use crate::stats::interval::TooFew;

/// What a case can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseKind {
    /// Something about the claim.
    Finding,
    /// Something about this program: by the rules of arithmetic or of its own models it can't be otherwise.
    Check,
}

/// One condition under which a claim is tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The model, interpreter or arrangement.
    pub name: String,
    /// What it can show.
    pub kind: CaseKind,
    /// Traces decide it: those of evidence or of stories.
    pub by_traces: bool,
    /// The result.
    pub result: CaseResult,
    /// Why a result that would decide it is undecided: a warning blocks its verdict.
    pub no_verdict: Option<String>,
}

/// The result of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseResult {
    /// The claim holds, with the numbers that show it.
    Holds(String),
    /// The claim fails, with the numbers that show it.
    Fails(String),
    /// The claim holds with a qualification, which the numbers name.
    Partly(String),
    /// One half of the claim holds only where the other fails, with the numbers that show it.
    Contradicts(String),
    /// It was measured, and is inconclusive, with the numbers and why.
    Undecided(String),
    /// It was not measured, and why.
    Missing(String),
}

impl CaseResult {
    /// Whether the claim holds, with the numbers that show it.
    pub(crate) fn of(holds: bool, numbers: String) -> Self {
        match holds {
            true => CaseResult::Holds(numbers),
            false => CaseResult::Fails(numbers),
        }
    }

    /// Inconclusive, because there are too few launches.
    pub(crate) fn too_few(TooFew { have, need }: TooFew) -> Self {
        CaseResult::Undecided(format!("{have} launches, and it takes {need}"))
    }

    /// Whether it says something about the claim.
    pub fn is_decided(&self) -> bool {
        match self {
            CaseResult::Holds(_) | CaseResult::Fails(_) => true,
            CaseResult::Partly(_) | CaseResult::Contradicts(_) => true,
            CaseResult::Undecided(_) | CaseResult::Missing(_) => false,
        }
    }

    /// Whether it was not measured.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, CaseResult::Missing(_))
    }

    /// What it says of the claim, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            CaseResult::Holds(_) => "true",
            CaseResult::Fails(_) => "false",
            CaseResult::Partly(_) => "qualified",
            CaseResult::Contradicts(_) => "contradicts itself",
            CaseResult::Undecided(_) => "undecided",
            CaseResult::Missing(_) => "not measured",
        }
    }

    /// The numbers of a case, or why there are none.
    pub fn numbers(&self) -> &str {
        match self {
            CaseResult::Holds(text) | CaseResult::Fails(text) => text,
            CaseResult::Partly(text) | CaseResult::Contradicts(text) => text,
            CaseResult::Undecided(text) | CaseResult::Missing(text) => text,
        }
    }
}

impl Case {
    /// A case with a result.
    pub(crate) fn new(name: impl Into<String>, result: CaseResult) -> Self {
        Case { name: name.into(), kind: CaseKind::Finding, by_traces: false, result, no_verdict: None }
    }

    /// A case that this machine or program can't measure.
    pub(crate) fn missing(name: impl Into<String>, why: impl Into<String>) -> Self {
        Case::new(name, CaseResult::Missing(why.into()))
    }

    /// The same case, decided by traces.
    pub(crate) fn by_traces(self) -> Self {
        Case { by_traces: true, ..self }
    }

    /// The same case where traces allow no verdict, and why: it has numbers, and is undecided if they decide it.
    pub(crate) fn without_verdict(self, why: &str) -> Self {
        if !self.by_traces || !self.result.is_decided() {
            return self;
        }
        let result = CaseResult::Undecided(self.result.numbers().to_owned());
        Case { result, no_verdict: Some(why.to_owned()), ..self }
    }

    /// Its numbers with the reason why they have no verdict, or why there are none.
    pub(crate) fn numbers(&self) -> String {
        match &self.no_verdict {
            Some(why) => format!("{}; no verdict: {why}", self.result.numbers()),
            None => self.result.numbers().to_owned(),
        }
    }

    /// The same case as a check.
    pub(crate) fn into_check(self) -> Self {
        Case { kind: CaseKind::Check, ..self }
    }
}

/// The result that the same case has in several places, with `numbers`: they have to agree. `None` if none decides it.
pub(crate) fn agreed(results: &[&CaseResult], numbers: String) -> Option<CaseResult> {
    let mut decided = results.iter().filter(|result| result.is_decided());
    let first = decided.next()?;
    let same = decided.all(|other| discriminant(*other) == discriminant(*first));
    Some(match first {
        _ if !same => CaseResult::Undecided(numbers),
        CaseResult::Fails(_) => CaseResult::Fails(numbers),
        CaseResult::Partly(_) => CaseResult::Partly(numbers),
        CaseResult::Contradicts(_) => CaseResult::Contradicts(numbers),
        _ => CaseResult::Holds(numbers),
    })
}
