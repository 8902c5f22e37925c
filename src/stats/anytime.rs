//! The rule of studies that measure until their cells are settled: it holds at whichever launch one looks, and however
//! often.
//!
//! Of the n launches that a contender shares with the fastest, s are on one side of the margin's border; the others,
//! ties included, count against it. Evidence against "at the border" is the mean likelihood of s over all probabilities
//! of that side, over its likelihood at one half: 2^n / ((n + 1) C(n, s)). At the border it is a martingale from 1, so it
//! ever reaches 1/p with probability p at most (J. Ville, "Étude critique de la notion de collectif", 1939; H. Robbins,
//! "Statistical methods related to the law of the iterated logarithm", 1970). Contenders share the row's error equally.

use crate::stats::interval::{LEVEL, half_binomial, has_interval};
use crate::stats::ratio::Times;
use crate::stats::sign_test::Signs;
use crate::stats::verdict::{Lies, ROW_ERROR, Verdict, contenders, fastest, within_others};

/// The verdict on each cell of a row, as [`verdicts`](crate::stats::verdict::verdicts) has it, by evidence that may be looked at after
/// every launch.
pub fn verdicts(baseline: &Times, cells: &[Times]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Unmeasured; cells.len()];
    let Some(fastest) = fastest(baseline, cells) else { return verdicts };
    let contenders = contenders(cells, fastest);
    let required = contenders.len() as f64 / ROW_ERROR;
    let need = need(required);
    for contender in &contenders {
        verdicts[contender.cell] =
            if contender.lies() == Lies::Beyond && is_settled(contender.beyond, required) {
                Verdict::Slower(contender.over_fastest)
            } else {
                contender.without_word(need)
            };
    }
    for contender in contenders {
        if contender.lies() == Lies::Within {
            let mut within = within_others(cells, contender.cell, fastest, need);
            // Slower cells sit out: launches shared with them grow no more.
            within.retain(|within| !matches!(verdicts[within.of], Verdict::Slower(_)));
            if within.iter().all(|within| is_settled(within.signs, required)) {
                verdicts[contender.cell] = Verdict::Within(contender.over_fastest);
            }
        }
    }
    verdicts[fastest] = Verdict::Fastest;
    verdicts
}

/// Whether most launches are on the side, and evidence enough.
fn is_settled(signs: Signs, required: f64) -> bool {
    2 * signs.side > signs.launches && evidence(signs.side, signs.launches) >= required
}

/// The evidence of `side` of `launches` launches on one side of the border.
fn evidence(side: usize, launches: usize) -> f64 {
    1.0 / ((launches + 1) as f64 * half_binomial(launches, side))
}

/// The number of launches that reach the `required` evidence if all of them are on one side.
fn need(required: f64) -> usize {
    let mut launches = 1;
    while evidence(launches, launches) < required || !has_interval(launches, LEVEL) {
        launches += 1;
    }
    launches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ratio::tests::launches;
    use crate::stats::verdict::tests::{Truth, false_among, least_favourable, most_false_words, most_of};

    /// The verdict on the last of `cells` cells, which is 10 % slower than the first in `beyond` of `all` launches; the
    /// others are as fast as the first.
    fn last_of(cells: usize, beyond: usize, all: usize) -> Verdict {
        let mut row = vec![launches(vec![1.0; all]); cells];
        row[cells - 1] = launches((0..all).map(|launch| if launch < beyond { 1.1 } else { 1.05 }));
        *verdicts(&row[0], &row).last().unwrap()
    }

    #[test]
    fn first_decision_is_at_12_of_12() {
        for cells in [10, 13, 16] {
            assert!(matches!(last_of(cells, 12, 12), Verdict::Slower(_)), "{cells}");
            assert!(matches!(last_of(cells, 11, 11), Verdict::TooFew(few) if few.need == 12), "{cells}");
        }
        assert!(matches!(last_of(2, 8, 8), Verdict::Slower(_)));
    }

    #[test]
    fn evidence_matches_its_formula_at_the_border() {
        // 2^20 / (21 x 190) and 2^20 / (21 x 1,140).
        assert!((evidence(18, 20) - 262.801).abs() < 0.001 && (evidence(17, 20) - 43.8).abs() < 0.001);
        assert!(matches!(last_of(14, 18, 20), Verdict::Slower(_)), "13 contenders take 260");
        assert!(matches!(last_of(15, 18, 20), Verdict::Undecided(_)), "14 contenders take 280");
    }

    #[test]
    fn ties_and_minorities_are_no_evidence() {
        assert!(matches!(last_of(2, 0, 40), Verdict::Undecided(_)), "all on the border");
        assert!(matches!(last_of(2, 9, 40), Verdict::Undecided(_)), "as rare as 31 of 40 is");
    }

    /// Whether a row of `truth`, beside a baseline with as much noise, shows a false "slower", a false "within 5 %", or
    /// excludes a true best at any of the looks after each launch. A slower cell sits out, for as long as it is.
    fn false_words(truth: &Truth, random: &mut fastrand::Rng) -> [bool; 3] {
        let mut row: Vec<Times> = vec![vec![]; truth.times.len()];
        let mut baseline = Times::new();
        let mut slower = vec![false; row.len()];
        let mut found = [false; 3];
        for launch in 1..=30 {
            baseline.push(vec![Some(truth.baseline(random))]);
            for ((cell, &time), &is_slower) in row.iter_mut().zip(&truth.times).zip(&slower) {
                let time = truth.launch(time, random);
                cell.push(vec![if is_slower { None } else { Some(time) }]);
            }
            if launch < 12 {
                continue;
            }
            let verdicts = verdicts(&baseline, &row);
            slower = verdicts.iter().map(|verdict| matches!(verdict, Verdict::Slower(_))).collect();
            for (found, is_false) in found.iter_mut().zip(false_among(truth, &verdicts)) {
                *found |= is_false;
            }
        }
        found
    }

    #[test]
    fn false_words_stay_below_5_percent_at_any_look() {
        // Every second configuration: all shapes and all kinds of noise are among them.
        for truth in least_favourable().into_iter().step_by(2) {
            let mut random = fastrand::Rng::with_seed(90);
            let most = most_false_words(&truth, 150, |truth| false_words(truth, &mut random));
            assert!(most <= most_of(150), "{}: {most} of 150 rows", truth.name);
        }
    }
}
