//! The recordings that decide claims: each by itself, and all together.
//!
//! A case is judged on each recording that has what it takes, so that it does not matter which of them is opened first, and two
//! that disagree are not settled by their order. Only what no recording has by itself is put together from several.

use std::cmp::Reverse;
use std::rc::Rc;

use crate::analysis::analysed::Analysed;
use crate::post::claims::{Case, CaseResult, Measurements, case::agreed, measurements::Part};
use crate::record::schema::Recording;

/// Recordings to judge claims by.
#[derive(Debug)]
pub struct Sources<'a> {
    each: Vec<Measurements<'a>>,
    together: Measurements<'a>,
}

impl<'a> Sources<'a> {
    /// The measurements of `recordings`, in any order.
    pub fn of(recordings: &'a [Recording]) -> Self {
        Sources::of_analysed(&Analysed::all(recordings))
    }

    /// The same of recordings that are analysed already.
    pub fn of_analysed(all: &[Analysed<'a>]) -> Self {
        Sources::of_parts(all.iter().map(|analysed| Rc::new(Part::of(analysed.clone()))).collect())
    }

    pub(crate) fn of_parts(mut parts: Vec<Rc<Part<'a>>>) -> Self {
        // A user's workload may have the name of one that the post is about.
        parts.retain(|part| !part.recording().of_user);
        // The newest first, whatever their order: where several are put together, the first takes precedence.
        parts.sort_by_key(|part| {
            let environment = part.environment();
            (Reverse(environment.started_unix_s), Reverse(environment.cores))
        });
        let each = parts.iter().map(|part| Measurements::of_one(Rc::clone(part))).collect();
        Sources { each, together: Measurements::of_all(parts) }
    }

    /// The cases that `judge` finds in them.
    pub(crate) fn cases(&self, judge: fn(&Measurements<'_>) -> Vec<Case>) -> Vec<Case> {
        let mut cases = found_in(&self.together, judge);
        if self.each.len() < 2 {
            return cases;
        }
        let by_recording: Vec<Vec<Case>> = self.each.iter().map(|each| found_in(each, judge)).collect();
        for case in &mut cases {
            let same: Vec<&Case> = by_recording.iter().flatten().filter(|it| it.name == case.name).collect();
            let results: Vec<&CaseResult> = same.iter().map(|it| &it.result).collect();
            if let Some(result) = joined(&results) {
                case.result = result;
            } else if case.result.is_missing()
                && let Some(&measured) = same.iter().find(|it| !it.result.is_missing())
            {
                // It has numbers without a verdict.
                *case = measured.clone();
            }
        }
        cases
    }
}

/// The cases that `judge` finds in `measurements`: undecided where traces without a verdict decide them.
fn found_in(measurements: &Measurements<'_>, judge: fn(&Measurements<'_>) -> Vec<Case>) -> Vec<Case> {
    let mut cases = judge(measurements);
    if let Some(why) = &measurements.no_verdict {
        cases = cases.into_iter().map(|case| case.without_verdict(why)).collect();
    }
    cases
}

/// The result of the same case in several recordings, the newest first; `None` if none decides it.
fn joined(results: &[&CaseResult]) -> Option<CaseResult> {
    let mut decided = results.to_vec();
    decided.retain(|result| result.is_decided());
    let first = *decided.first()?;
    let others = match decided.len() {
        1 => String::new(),
        2 => ", as in another recording".into(),
        several => format!(", as in {} other recordings", several - 1),
    };
    match agreed(&decided, format!("{}{others}", first.numbers()))? {
        CaseResult::Undecided(_) => {
            let all: Vec<&str> = decided.iter().map(|result| result.numbers()).collect();
            Some(CaseResult::Undecided(format!("recordings disagree: {}", all.join(", or "))))
        }
        agreed => Some(agreed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn workloads_of_users_decide_no_claim() {
        let of_user = Recording { of_user: true, ..recording(16, 50) };
        let each = |recordings: &[Recording]| Sources::of(recordings).each.len();
        assert_eq!((each(&[of_user]), each(&[recording(16, 50)])), (0, 1));
    }

    #[test]
    fn disagreeing_recordings_decide_nothing() {
        let (holds, fails) = (CaseResult::Holds("1".into()), CaseResult::Fails("2".into()));
        let missing = CaseResult::Missing(String::new());
        assert_eq!(joined(&[&missing]), None);
        assert_eq!(joined(&[&missing, &holds]), Some(holds.clone()));
        assert_eq!(joined(&[&holds, &holds]), Some(CaseResult::Holds("1, as in another recording".into())));
        assert_eq!(
            joined(&[&fails, &holds]),
            Some(CaseResult::Undecided("recordings disagree: 2, or 1".into()))
        );
    }
}
