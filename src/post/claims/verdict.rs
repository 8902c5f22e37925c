//! The verdict that the cases of a claim give together.
//!
//! Less data never gives a stronger word: a claim has the same cases whatever was measured, and one of them that is missing
//! keeps the claim from being true or false.

use std::fmt;

use crate::post::claims::case::{Case, CaseKind, CaseResult};
use crate::report::footnotes::some_of;

/// The verdict on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimVerdict {
    /// Every case holds.
    True,
    /// Some cases hold: true under the condition that the row states.
    Qualified,
    /// No case holds.
    False,
    /// One half of it holds only where the other does not.
    ContradictsItself,
    /// It was measured, and what was measured does not decide it.
    Undecided,
    /// No case was measured.
    NotMeasured,
    /// Only a bug of this program could fail it, and none did.
    CheckPassed,
    /// This program has a bug, or something disturbed it.
    CheckFailed,
}

impl ClaimVerdict {
    /// The words of findings, in the order of totals.
    pub const OF_FINDINGS: [ClaimVerdict; 6] = [
        ClaimVerdict::True,
        ClaimVerdict::Qualified,
        ClaimVerdict::False,
        ClaimVerdict::ContradictsItself,
        ClaimVerdict::Undecided,
        ClaimVerdict::NotMeasured,
    ];

    /// Its place in a list that begins with what is not as the post says.
    pub(crate) fn place_on_page(self) -> usize {
        match self {
            ClaimVerdict::CheckFailed => 0,
            ClaimVerdict::False => 1,
            ClaimVerdict::ContradictsItself => 2,
            ClaimVerdict::Qualified => 3,
            ClaimVerdict::Undecided => 4,
            ClaimVerdict::True => 5,
            ClaimVerdict::NotMeasured => 6,
            ClaimVerdict::CheckPassed => 7,
        }
    }
}

impl fmt::Display for ClaimVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ClaimVerdict::True => "true",
            ClaimVerdict::Qualified => "qualified",
            ClaimVerdict::False => "false",
            ClaimVerdict::ContradictsItself => "contradicts itself",
            ClaimVerdict::Undecided => "undecided",
            ClaimVerdict::NotMeasured => "not measured here",
            ClaimVerdict::CheckPassed => "check passed",
            ClaimVerdict::CheckFailed => "check failed",
        })
    }
}

/// A judged claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: ClaimVerdict,
    /// The cases behind the verdict.
    pub cases: Vec<Case>,
}

impl Judgement {
    pub(crate) fn of(cases: Vec<Case>) -> Self {
        Judgement { verdict: verdict(&cases), cases }
    }

    /// Whether no case could show anything but a bug.
    pub fn is_check(&self) -> bool {
        self.kind() == CaseKind::Check
    }

    /// The kind of the cases that decide it.
    pub(crate) fn kind(&self) -> CaseKind {
        kind(&self.cases)
    }

    /// The condition of a verdict that does not stand alone, in one sentence.
    pub fn condition(&self) -> Option<String> {
        self.condition_of(|names| names.join(", "))
    }

    /// The same with at most three cases of a kind by name.
    pub fn condition_in_short(&self) -> Option<String> {
        self.condition_of(some_of)
    }

    fn condition_of(&self, list: fn(&[&str]) -> String) -> Option<String> {
        if !matches!(self.verdict, ClaimVerdict::Qualified | ClaimVerdict::Undecided) {
            return None;
        }
        let mut parts = vec![];
        for part in PARTS {
            let mut names = vec![];
            for case in &self.cases {
                if case.kind == self.kind() && part_of(&case.result) == part {
                    names.push(case.name.as_str());
                }
            }
            match names.len() {
                0 => {}
                _ if part == MISSING => parts.push(format!("{part} {}", some_of(&names))),
                _ => parts.push(format!("{part} {}", list(&names))),
            }
        }
        let says_nothing_else = self.verdict == ClaimVerdict::Undecided && parts.len() == 1;
        if says_nothing_else { None } else { Some(parts.join("; ")) }
    }
}

/// The parts of a condition, in order.
const PARTS: [&str; 5] = [HOLDS, PARTLY, FAILS, UNDECIDED, MISSING];
const HOLDS: &str = "true of";
const PARTLY: &str = "partly true of";
const FAILS: &str = "false of";
const UNDECIDED: &str = "undecided:";
const MISSING: &str = "not measured:";

/// What a condition says of a case with this result.
fn part_of(result: &CaseResult) -> &'static str {
    match result {
        CaseResult::Holds(_) => HOLDS,
        CaseResult::Partly(_) => PARTLY,
        CaseResult::Fails(_) | CaseResult::Contradicts(_) => FAILS,
        CaseResult::Undecided(_) => UNDECIDED,
        CaseResult::Missing(_) => MISSING,
    }
}

/// How many cases have which result.
#[derive(Default)]
struct Counts {
    hold: usize,
    fail: usize,
    partly: usize,
    contradict: usize,
    undecided: usize,
    missing: usize,
}

impl Counts {
    fn of(cases: &[Case], kind: CaseKind) -> Self {
        let mut counts = Counts::default();
        for case in cases {
            if case.kind == kind {
                match case.result {
                    CaseResult::Holds(_) => counts.hold += 1,
                    CaseResult::Fails(_) => counts.fail += 1,
                    CaseResult::Partly(_) => counts.partly += 1,
                    CaseResult::Contradicts(_) => counts.contradict += 1,
                    CaseResult::Undecided(_) => counts.undecided += 1,
                    CaseResult::Missing(_) => counts.missing += 1,
                }
            }
        }
        counts
    }

    /// The word of findings. True and false take all cases, so that none which is missing strengthens a word.
    fn word(&self) -> ClaimVerdict {
        let all_decided = self.undecided + self.missing == 0;
        match (self.hold, self.fail) {
            _ if self.contradict > 0 => ClaimVerdict::ContradictsItself,
            _ if self.partly > 0 => ClaimVerdict::Qualified,
            (1.., 0) if all_decided => ClaimVerdict::True,
            (1.., _) => ClaimVerdict::Qualified,
            (0, 1..) if all_decided => ClaimVerdict::False,
            (0, 1..) => ClaimVerdict::Undecided,
            (0, 0) if self.undecided > 0 => ClaimVerdict::Undecided,
            (0, 0) => ClaimVerdict::NotMeasured,
        }
    }

    /// The word of a claim that consists of checks.
    fn word_of_checks(&self) -> ClaimVerdict {
        match (self.hold, self.undecided) {
            _ if self.fail + self.partly + self.contradict > 0 => ClaimVerdict::CheckFailed,
            (1.., _) => ClaimVerdict::CheckPassed,
            (0, 1..) => ClaimVerdict::Undecided,
            (0, 0) => ClaimVerdict::NotMeasured,
        }
    }
}

fn verdict(cases: &[Case]) -> ClaimVerdict {
    let counts = Counts::of(cases, kind(cases));
    match kind(cases) {
        CaseKind::Finding => counts.word(),
        CaseKind::Check => counts.word_of_checks(),
    }
}

/// Checks decide only where there is nothing else.
fn kind(cases: &[Case]) -> CaseKind {
    if cases.iter().any(|case| case.kind == CaseKind::Finding) { CaseKind::Finding } else { CaseKind::Check }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::claims::tests::is_as_strong;

    const RESULTS: [fn(String) -> CaseResult; 6] = [
        CaseResult::Holds,
        CaseResult::Fails,
        CaseResult::Partly,
        CaseResult::Contradicts,
        CaseResult::Undecided,
        CaseResult::Missing,
    ];

    /// Every choice of results for this many cases.
    fn all_cases(count: usize) -> Vec<Vec<Case>> {
        let mut all = vec![vec![]];
        for name in 0..count {
            let mut longer = vec![];
            for cases in &all {
                for result in RESULTS {
                    let case = Case::new(name.to_string(), result(String::new()));
                    longer.push([&cases[..], &[case]].concat());
                }
            }
            all = longer;
        }
        all
    }

    #[test]
    fn missing_case_never_strengthens_word() {
        for cases in all_cases(4) {
            for at in 0..cases.len() {
                let mut fewer = cases.clone();
                fewer[at].result = CaseResult::Missing(String::new());
                let (more, less) = (verdict(&cases), verdict(&fewer));
                assert!(is_as_strong(more, less), "{less} without {at} of {cases:?}, which give {more}");
            }
        }
    }

    fn judged(results: &[CaseResult]) -> Judgement {
        let names = ["a", "b", "c", "d"];
        Judgement::of(
            names.iter().zip(results).map(|(name, result)| Case::new(*name, result.clone())).collect(),
        )
    }

    #[test]
    fn condition_names_every_case() {
        let text = String::new;
        let (holds, fails) = (CaseResult::Holds(text()), CaseResult::Fails(text()));
        let (undecided, missing) = (CaseResult::Undecided(text()), CaseResult::Missing(text()));
        let all = judged(&[holds.clone(), fails.clone(), undecided.clone(), missing.clone()]);
        assert_eq!(all.condition().unwrap(), "true of a; false of b; undecided: c; not measured: d");
        assert_eq!(judged(&[fails.clone(), missing]).condition().unwrap(), "false of a; not measured: b");
        for alone in [holds, fails, undecided] {
            assert_eq!(judged(&[alone]).condition(), None);
        }
    }

    #[test]
    fn checks_decide_only_rows_of_checks() {
        let (holds, fails) = (CaseResult::Holds(String::new()), CaseResult::Fails(String::new()));
        let check = |result: &CaseResult| Case::new("check", result.clone()).into_check();
        let finding = Case::new("finding", holds.clone());
        assert_eq!(verdict(&[check(&fails), finding.clone()]), ClaimVerdict::True);
        assert_eq!(verdict(&[check(&holds), check(&fails)]), ClaimVerdict::CheckFailed);
        assert_eq!(verdict(&[check(&holds)]), ClaimVerdict::CheckPassed);
        assert!(Judgement::of(vec![check(&holds)]).is_check() && !Judgement::of(vec![finding]).is_check());
    }
}
