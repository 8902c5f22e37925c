//! The look of a study: after so many launches, cells that are slower than the fastest in every one of them sit out
//! the rest, and their time goes to launches of the others.
//!
//! A contender at the border of the margin is slower in all of n launches with probability 2^-n at most. That much, for
//! each contender, is spent by the look and taken from the row's error at the end (W. Lehmacher and G. Wassmer,
//! "Adaptive Sample Size Calculations in Group Sequential Trials", Biometrics 1999, on spending an error over looks).
//! A cell that sits out is judged at the end like all others, over the launches that it shares with the fastest.

use crate::stats::ratio::Times;
use crate::stats::verdict::{ROW_ERROR, Verdict, contenders, fastest, verdicts_with};

/// The verdicts at the look, which is after `launches` launches: a word only for the cells that are slower than the
/// fastest in all of them.
pub fn verdicts_at_look(baseline: &Times, cells: &[Times], launches: usize) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Unmeasured; cells.len()];
    let Some(fastest) = fastest(baseline, cells) else { return verdicts };
    for contender in contenders(cells, fastest) {
        verdicts[contender.cell] = if contender.beyond >= launches {
            Verdict::Slower(contender.over_fastest)
        } else {
            Verdict::Undecided(contender.over_fastest)
        };
    }
    verdicts[fastest] = Verdict::Fastest;
    verdicts
}

/// The verdicts at the end of a study that looked after `launches` launches.
pub fn verdicts_after_look(baseline: &Times, cells: &[Times], launches: usize) -> Vec<Verdict> {
    let contenders = cells.len().saturating_sub(1) as f64;
    let spent = contenders * 0.5_f64.powi(i32::try_from(launches).unwrap_or(i32::MAX));
    verdicts_with(baseline, cells, (ROW_ERROR - spent).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ratio::tests::launches;
    use crate::stats::verdict::tests::{Truth, false_among, least_favourable, most_false_words, most_of};

    const LOOK: usize = 12;
    const LAUNCHES: usize = 18;

    /// A row of a fastest cell, which is the baseline, and one that is 10 % slower in `beyond` of `all` launches.
    fn row(beyond: usize, all: usize) -> [Times; 2] {
        let slow = (0..all).map(|launch| if launch < beyond { 1.1 } else { 1.0001 });
        [launches(vec![1.0; all]), launches(slow)]
    }

    #[test]
    fn look_settles_cells_slower_in_every_launch() {
        for (beyond, is_settled) in [(12, true), (11, false), (0, false)] {
            let row = row(beyond, LOOK);
            let verdicts = verdicts_at_look(&row[0], &row, LOOK);
            assert_eq!(verdicts[0], Verdict::Fastest);
            assert_eq!(matches!(verdicts[1], Verdict::Slower(_)), is_settled, "{beyond}");
        }
        let [baseline, mut failed_once] = row(LOOK, LOOK);
        failed_once[3][0] = None;
        let row = [baseline, failed_once];
        assert!(matches!(verdicts_at_look(&row[0], &row, LOOK)[1], Verdict::Undecided(_)));
    }

    #[test]
    fn resting_cells_are_judged_over_their_own_launches() {
        let [mut baseline, slow] = row(LOOK, LOOK);
        let mut slow = slow;
        baseline.resize(LAUNCHES, vec![Some(1.0)]);
        slow.resize(LAUNCHES, vec![None]);
        let row = [baseline, slow];
        let Verdict::Slower(ratio) = verdicts_after_look(&row[0], &row, LOOK)[1] else { panic!("slower") };
        assert_eq!(ratio.launches, LOOK);
    }

    /// The verdicts on a row of `truth`, beside a baseline with as much noise, of which some cells sit out after the look.
    fn study(truth: &Truth, random: &mut fastrand::Rng) -> Vec<Verdict> {
        let baseline = launches((0..LAUNCHES).map(|_| 2.0 * (truth.noise)(random).exp()));
        let mut row = Vec::new();
        for time in &truth.times {
            row.push(launches((0..LOOK).map(|_| time * (truth.noise)(random).exp())));
        }
        let at_look = verdicts_at_look(&baseline[..LOOK].to_vec(), &row, LOOK);
        for ((cell, verdict), time) in row.iter_mut().zip(&at_look).zip(&truth.times) {
            for _ in LOOK..LAUNCHES {
                let time = time * (truth.noise)(random).exp();
                cell.push(vec![if verdict.is_word() { None } else { Some(time) }]);
            }
        }
        verdicts_after_look(&baseline, &row, LOOK)
    }

    #[test]
    fn false_words_stay_below_5_percent_with_look() {
        for truth in least_favourable() {
            let mut random = fastrand::Rng::with_seed(12);
            let most = most_false_words(&truth, 400, |truth| false_among(truth, &study(truth, &mut random)));
            assert!(most <= most_of(400), "{}: {most} of 400 rows", truth.name);
        }
    }
}
