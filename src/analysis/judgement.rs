//! What the state of the machine allows to say: a word that launches say, if they also say it without those in which
//! the machine was slow; nothing at all if a warning blocks verdicts.

use std::mem::discriminant;

use crate::analysis::summary::CellResult;
use crate::record::schema::Stopping;
use crate::stats::verdict::{Verdict, verdicts, verdicts_over};
use crate::stats::{anytime, look::verdicts_after_look, ratio::Times};

/// The state of the machine during the launches of one workload.
#[derive(Clone, Debug)]
pub(super) enum Machine {
    /// A warning blocks all verdicts.
    Blocked,
    /// It was slow in the launches that are marked.
    Watched(Vec<bool>),
}

/// The verdicts on the cells of a row.
pub(super) struct JudgedRow {
    /// The index of the fastest cell.
    pub(super) fastest: Option<usize>,
    pub(super) verdicts: Vec<Verdict>,
}

impl Machine {
    /// Whether it was slow in a launch.
    fn is_slow(&self, launch: usize) -> bool {
        match self {
            Machine::Blocked => false,
            Machine::Watched(is_slow) => is_slow.get(launch) == Some(&true),
        }
    }

    /// `logs`, a value for each launch, without those in which the machine was slow; `None` if nothing may be said.
    pub(super) fn steady(&self, logs: &[Option<f64>]) -> Option<Vec<Option<f64>>> {
        if matches!(self, Machine::Blocked) {
            return None;
        }
        let mut steady = logs.to_vec();
        for (launch, log) in steady.iter_mut().enumerate() {
            if self.is_slow(launch) {
                *log = None;
            }
        }
        Some(steady)
    }

    /// The verdicts on `cells`, of which `baseline` is one, in a study that stopped its cells by a rule.
    pub(super) fn judge(&self, rule: Option<Stopping>, baseline: &Times, cells: &[Times]) -> JudgedRow {
        let mut judged = verdicts_by(rule, baseline, cells);
        let fastest = judged.iter().position(|verdict| *verdict == Verdict::Fastest);
        let without_slow = match (self, fastest) {
            (Machine::Blocked, _) => vec![Verdict::NoVerdict; cells.len()],
            (Machine::Watched(is_slow), Some(fastest)) if is_slow.contains(&true) => {
                let cells: Vec<Times> = cells.iter().map(|times| self.without_slow(times)).collect();
                verdicts_without_slow(&self.without_slow(baseline), &cells, fastest)
            }
            (Machine::Watched(_), _) => judged.clone(),
        };
        for (verdict, without_slow) in judged.iter_mut().zip(without_slow) {
            if !stands(*verdict, without_slow) {
                *verdict = Verdict::NoVerdict;
            }
        }
        JudgedRow { fastest, verdicts: judged }
    }

    fn without_slow(&self, times: &Times) -> Times {
        let mut steady = Times::with_capacity(times.len());
        for (launch, rounds) in times.iter().enumerate() {
            steady.push(if self.is_slow(launch) { vec![] } else { rounds.clone() });
        }
        steady
    }
}

/// The verdicts on `cells` over the cell that is the fastest of all launches, unless it is now slower than another one: which
/// of the best cells has the highest median says nothing.
fn verdicts_without_slow(baseline: &Times, cells: &[Times], fastest: usize) -> Vec<Verdict> {
    let of_their_own = verdicts(baseline, cells);
    match of_their_own[fastest] {
        Verdict::Slower(_) => of_their_own,
        _ => verdicts_over(cells, fastest),
    }
}

fn verdicts_by(rule: Option<Stopping>, baseline: &Times, cells: &[Times]) -> Vec<Verdict> {
    match rule {
        None => verdicts(baseline, cells),
        // Without launches after it there was no look.
        Some(Stopping::Race { launches, .. }) if baseline.len() as u64 <= launches.get() => {
            verdicts(baseline, cells)
        }
        Some(Stopping::Look { launches } | Stopping::Race { launches, .. }) => {
            let launches = usize::try_from(launches.get()).unwrap_or(usize::MAX);
            verdicts_after_look(baseline, cells, launches)
        }
        Some(Stopping::Settled { .. }) => anytime::verdicts(baseline, cells),
    }
}

/// The word that `judge` says of the launches of `cells`, if it says the same without those in which the machine was slow;
/// `None` is no verdict.
pub(super) fn word<W>(
    cells: &[&CellResult],
    judge: impl Fn(&[&[Option<f64>]]) -> W,
    is_same: impl Fn(&W, &W) -> bool,
) -> Option<W> {
    let (mut all, mut steady) = (Vec::new(), Vec::new());
    for cell in cells {
        all.push(&cell.logs[..]);
        steady.push(cell.steady_logs.as_deref()?);
    }
    let word = judge(&all);
    if all == steady || is_same(&word, &judge(&steady)) { Some(word) } else { None }
}

/// Whether a verdict says nothing else than that without the slow launches. One that leaves open what is true can't be made
/// false by them.
fn stands(verdict: Verdict, without_slow: Verdict) -> bool {
    match (verdict, without_slow) {
        (Verdict::Unmeasured, _) => true,
        (_, Verdict::NoVerdict) => false,
        (Verdict::TooFew(_) | Verdict::Undecided(_), _) => true,
        _ => is_same(&verdict, &without_slow),
    }
}

/// Whether both are the same word, whatever their numbers.
pub(super) fn is_same<W>(one: &W, other: &W) -> bool {
    discriminant(one) == discriminant(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ratio::tests::launches;

    /// Sixteen launches of which some, from the first one on, take `first`, and the others `then`.
    fn times(some: i32, first: f64, then: f64) -> Times {
        launches((0..16).map(|launch| if launch < some { first } else { then }))
    }

    /// The verdicts on a baseline and two faster cells, the second of which takes other times in `some` launches.
    fn verdicts_with(machine: &Machine, some: i32, first: f64, then: f64) -> JudgedRow {
        let row = [times(16, 100.0, 100.0), times(16, 50.0, 50.0), times(some, first, then)];
        machine.judge(None, &row[0], &row)
    }

    /// A machine that was slow in the first four launches.
    fn slow() -> Machine {
        Machine::Watched((0..16).map(|launch| launch < 4).collect())
    }

    #[test]
    fn verdict_that_depends_on_slow_launches_is_none() {
        let quiet = Machine::Watched(vec![false; 16]);
        assert!(matches!(verdicts_with(&quiet, 13, 60.0, 51.0).verdicts[2], Verdict::Slower(_)));
        // Of the other launches, 9 of 12 lie beyond the margin.
        let judged = verdicts_with(&slow(), 13, 60.0, 51.0);
        assert_eq!((judged.fastest, judged.verdicts[2]), (Some(1), Verdict::NoVerdict));
        assert!(matches!(judged.verdicts[0], Verdict::Slower(_)), "it does not depend on them");
    }

    #[test]
    fn verdict_that_stands_is_of_all_launches() {
        let judged = verdicts_with(&slow(), 4, 80.0, 60.0);
        assert!(matches!(judged.verdicts[2], Verdict::Slower(ratio) if ratio.launches == 16));
        assert!(matches!(verdicts_with(&slow(), 4, 51.0, 60.0).verdicts[2], Verdict::Undecided(_)));
        // Without slow launches the other one has the higher median.
        let swapped = verdicts_with(&slow(), 10, 51.0, 49.0).verdicts;
        assert!(swapped[1] == Verdict::Fastest && swapped[2].is_best(), "{swapped:?}");
    }

    #[test]
    fn fastest_that_is_slower_without_slow_launches_has_no_verdict() {
        let machine = Machine::Watched((0..16).map(|launch| launch < 9).collect());
        let judged = verdicts_with(&machine, 9, 51.0, 40.0);
        assert_eq!((judged.fastest, judged.verdicts[1]), (Some(1), Verdict::NoVerdict));
    }

    #[test]
    fn blocked_row_has_no_verdict_and_a_fastest() {
        let judged = verdicts_with(&Machine::Blocked, 16, 60.0, 60.0);
        assert_eq!((judged.fastest, &judged.verdicts[..]), (Some(1), &[Verdict::NoVerdict; 3][..]));
        let row = [times(16, 1.0, 1.0), vec![vec![None]; 16]];
        assert_eq!(Machine::Blocked.judge(None, &row[0], &row).verdicts[1], Verdict::Unmeasured);
    }
}
