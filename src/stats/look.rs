//! The look of a study: after some launches, cells that are slower than the fastest in every one of them sit out
//! the rest, and their time goes to launches of the others.
//!
//! A contender at the border of the margin is slower in all of n launches with probability 2^-n at most. That much, for
//! each contender, is spent by the look and taken from the row's error at the end (W. Lehmacher and G. Wassmer,
//! "Adaptive Sample Size Calculations in Group Sequential Trials", Biometrics 1999, on spending an error over looks).
//! What the look says stands: slower than one cell is slower than the fastest. The others share what is left.

use crate::stats::ratio::Times;
use crate::stats::verdict::{ROW_ERROR, Verdict, contenders, fastest, verdicts_with};

/// What is left of a row's error where a look spends all of it: too little for a word.
const LEAST_ERROR: f64 = 1e-9;

/// The verdicts at the look, which is after `launches` launches: a word only for the cells that are slower than the
/// fastest in all of them.
pub fn verdicts_at_look(baseline: &Times, cells: &[Times], launches: usize) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Unmeasured; cells.len()];
    let Some(fastest) = fastest(baseline, cells) else { return verdicts };
    for contender in contenders(cells, fastest) {
        verdicts[contender.cell] = if contender.beyond.side >= launches {
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
    let mut verdicts =
        verdicts_at_look(&first(baseline, launches), &first_of_each(cells, launches), launches);
    let (mut going_on, mut times) = (vec![], vec![]);
    for (cell, verdict) in verdicts.iter().enumerate() {
        if !verdict.is_word() {
            going_on.push(cell);
            times.push(cells[cell].clone());
        }
    }
    let contenders = cells.len().saturating_sub(1) as f64;
    let spent = contenders * 0.5_f64.powi(i32::try_from(launches).unwrap_or(i32::MAX));
    let at_end = verdicts_with(baseline, &times, (ROW_ERROR - spent).max(LEAST_ERROR));
    for (cell, verdict) in going_on.into_iter().zip(at_end) {
        verdicts[cell] = verdict;
    }
    verdicts
}

fn first(times: &Times, launches: usize) -> Times {
    times.iter().take(launches).cloned().collect()
}

fn first_of_each(cells: &[Times], launches: usize) -> Vec<Times> {
    cells.iter().map(|times| first(times, launches)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ratio::tests::launches;
    use crate::stats::verdict::tests::{Truth, false_among, least_favourable, most_false_words, most_of};

    const LOOK: usize = 10;
    const LAUNCHES: usize = 19;

    /// A row of a fastest cell, which is the baseline, and one that is 10 % slower in `beyond` of `all` launches.
    fn row(beyond: usize, all: usize) -> [Times; 2] {
        let slow = (0..all).map(|launch| if launch < beyond { 1.1 } else { 1.0001 });
        [launches(vec![1.0; all]), launches(slow)]
    }

    #[test]
    fn look_settles_cells_slower_in_every_launch() {
        for (beyond, is_settled) in [(10, true), (9, false), (0, false)] {
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
    fn word_of_the_look_stands() {
        // The cell that is the fastest at the look, one that is slower than it in all launches until then and sits out, and
        // one that is the fastest at the end, and within the margin of which the second is in half of those.
        let at_first = launches((0..LAUNCHES).map(|launch| if launch < 7 { 1.0 } else { 1.03 }));
        let mut slow = launches([1.09; LAUNCHES]);
        slow[LOOK..].fill(vec![None]);
        let at_last = launches((0..LAUNCHES).map(|launch| if launch < 7 { 1.05 } else { 0.99 }));
        let row = [at_first, slow, at_last];
        let verdicts = verdicts_after_look(&launches([2.0; LAUNCHES]), &row, LOOK);
        assert_eq!(verdicts[2], Verdict::Fastest);
        assert!(matches!(verdicts[1], Verdict::Slower(ratio) if ratio.launches == LOOK), "{verdicts:?}");
    }

    #[test]
    fn settled_cells_leave_their_share_to_others() {
        // P(B >= 15) is 0.0096 for 19 launches: enough for one of four, not of five.
        let close = launches((0..LAUNCHES).map(|launch| if launch < 4 { 1.0001 } else { 1.1 }));
        let open = launches((0..LAUNCHES).map(|launch| if launch % 2 == 0 { 1.0001 } else { 1.1 }));
        for (open_cells, is_word) in [(3, true), (4, false)] {
            let mut row = vec![launches([1.0; LAUNCHES]), launches([1.2; LAUNCHES]), close.clone()];
            row.extend(vec![open.clone(); open_cells]);
            let verdicts = verdicts_after_look(&row[0], &row, LOOK);
            assert!(matches!(verdicts[1], Verdict::Slower(_)));
            assert_eq!(matches!(verdicts[2], Verdict::Slower(_)), is_word, "{open_cells}");
        }
    }

    /// The verdicts on a row of `truth`, beside a baseline with as much noise, of which some cells sit out after the look.
    fn study(truth: &Truth, random: &mut fastrand::Rng) -> Vec<Verdict> {
        let baseline = launches((0..LAUNCHES).map(|_| truth.baseline(random)));
        let mut row = Vec::new();
        for time in &truth.times {
            row.push(launches((0..LOOK).map(|_| truth.launch(*time, random))));
        }
        let at_look = verdicts_at_look(&baseline[..LOOK].to_vec(), &row, LOOK);
        for ((cell, verdict), time) in row.iter_mut().zip(&at_look).zip(&truth.times) {
            for _ in LOOK..LAUNCHES {
                let time = truth.launch(*time, random);
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
