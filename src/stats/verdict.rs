//! Compares the cells of one workload with the fastest of them.
//!
//! Each contender is compared by sign tests on the border of the margin: of the launches that it shares with another cell,
//! how many have a ratio of times above 1.05, and how many below. Under a true ratio of 1.05 either count is at most
//! binomial with one half, whatever the distribution of times is.
//!
//! It is slower where its launches are above the border of the fastest's. It is within the margin only where they are below
//! the border of every other cell's: which cell is truly the fastest need not be known then, and the largest of those
//! probabilities is valid on its own (the intersection-union test of R. L. Berger, "Multiparameter hypothesis testing and
//! acceptance sampling", Technometrics 1982).
//!
//! With a fixed divisor (each contender against 0.05 / contenders) this is Bonferroni's procedure for comparisons with
//! the best (J. C. Hsu, "Multiple Comparisons", 1996, section 4). The procedure here steps down: once a contender has
//! its word, the others share the probability. Holm's theorem does not cover that, because the direction of each word
//! and the cell that others are slower than are chosen from the same data. Seeded tests over least favourable configurations
//! hold that false words stay below 5 % of rows.

use crate::stats::interval::{Interval, LEVEL, TooFew, has_interval};
use crate::stats::ratio::{Ratio, Times, log_ratios, of_logs, speedup};
use crate::stats::sign_test::{Signs, at_least};

/// How much slower a cell may be than the fastest and still count as equivalent: smaller differences do not
/// matter to readers, and often come from the machine (the memory layout of a program alone accounts for several
/// percent).
pub const MARGIN: f64 = 0.05;

/// The probability of any wrong verdict in one workload's row.
pub(super) const ROW_ERROR: f64 = 0.05;

/// The verdict on a cell. Its ratio is the cell's time over the fastest's, with the interval that is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It has the highest median speedup of its row.
    Fastest,
    /// Its time is more than the margin above the fastest's.
    Slower(Ratio),
    /// Its time is within the margin of every other cell's, the fastest's among them.
    Within(Ratio),
    /// Launches lie on both sides of the margin: more may decide.
    Undecided(Ratio),
    /// There are too few launches for a verdict, even if all were on one side.
    TooFew(TooFew),
    /// The cell shares no round with the fastest.
    Unmeasured,
    /// The state of the machine allows none. [`verdicts`] does not know the machine, and never returns it.
    NoVerdict,
}

impl Verdict {
    /// Whether it is the fastest, or surely within the margin.
    pub fn is_best(&self) -> bool {
        matches!(self, Verdict::Fastest | Verdict::Within(_))
    }

    /// Whether it says how the cell compares with the fastest: more launches are not needed.
    pub fn is_word(&self) -> bool {
        matches!(self, Verdict::Slower(_) | Verdict::Within(_))
    }

    /// The cell's time over the fastest's, with the interval that the verdict can't contradict; `None` for the fastest
    /// itself, and if there is no verdict.
    pub fn over_fastest(&self) -> Option<Ratio> {
        match self {
            Verdict::Slower(ratio) | Verdict::Within(ratio) | Verdict::Undecided(ratio) => Some(*ratio),
            Verdict::Fastest | Verdict::TooFew(_) | Verdict::Unmeasured | Verdict::NoVerdict => None,
        }
    }
}

/// A cell that is compared with the fastest.
pub(super) struct Contender {
    /// Its index in the row.
    pub(super) cell: usize,
    /// Its time over the fastest's.
    pub(super) over_fastest: Ratio,
    /// Launches in which it is beyond the margin of the fastest.
    pub(super) beyond: Signs,
}

/// On which side of the margin's border the interval lies that is shown beside a contender: no word is laxer than it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lies {
    Beyond,
    Within,
    /// On both sides, or there is none.
    Across,
}

/// Launches in which a cell is within the margin of another.
pub(super) struct Within {
    /// The index of the other in the row.
    pub(super) of: usize,
    pub(super) signs: Signs,
}

/// The verdict on each cell of a row: `cells` are the times of the cells of one workload, including the
/// baseline, treated as one family, so that the probability of any wrong verdict in it stays below 5 %.
pub fn verdicts(baseline: &Times, cells: &[Times]) -> Vec<Verdict> {
    verdicts_with(baseline, cells, ROW_ERROR)
}

/// The same where the probability of any wrong verdict in the row stays below `error`.
pub(super) fn verdicts_with(baseline: &Times, cells: &[Times], error: f64) -> Vec<Verdict> {
    match fastest(baseline, cells) {
        Some(fastest) => over_fastest(cells, fastest, error),
        None => vec![Verdict::Unmeasured; cells.len()],
    }
}

/// As [`verdicts`] where it is known which cell is the fastest.
pub fn verdicts_over(cells: &[Times], fastest: usize) -> Vec<Verdict> {
    over_fastest(cells, fastest, ROW_ERROR)
}

fn over_fastest(cells: &[Times], fastest: usize, error: f64) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Unmeasured; cells.len()];
    let contenders = contenders(cells, fastest);
    let need = need(contenders.len(), error);
    for contender in &contenders {
        verdicts[contender.cell] = contender.without_word(need);
    }
    verdicts[fastest] = Verdict::Fastest;
    let mut words = vec![];
    for contender in &contenders {
        let ratio = contender.over_fastest;
        words.push(match contender.lies() {
            Lies::Beyond => (contender.beyond.probability(), contender.cell, Verdict::Slower(ratio)),
            Lies::Within => {
                let mut largest = 0.0_f64;
                for within in within_others(cells, contender.cell, fastest, need) {
                    largest = largest.max(within.signs.probability());
                }
                (largest, contender.cell, Verdict::Within(ratio))
            }
            Lies::Across => continue,
        });
    }
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut undecided = contenders.len();
    for (probability, cell, word) in words {
        if probability > error / undecided as f64 {
            break;
        }
        verdicts[cell] = word;
        undecided -= 1;
    }
    verdicts
}

/// The index of the cell with the highest speedup.
pub(super) fn fastest(baseline: &Times, cells: &[Times]) -> Option<usize> {
    let mut fastest: Option<(usize, f64)> = None;
    for (index, times) in cells.iter().enumerate() {
        let Some(Ratio { ratio, .. }) = speedup(baseline, times, 0.5) else { continue };
        if fastest.is_none_or(|(_, highest)| ratio >= highest) {
            fastest = Some((index, ratio));
        }
    }
    Some(fastest?.0)
}

/// The cells that share a launch with the fastest.
pub(super) fn contenders(cells: &[Times], fastest: usize) -> Vec<Contender> {
    let mut contenders = Vec::new();
    for (cell, times) in cells.iter().enumerate() {
        let logs = log_ratios(times, &cells[fastest]);
        let Some(over_fastest) = of_logs(&logs, LEVEL) else { continue };
        if cell != fastest {
            let side = logs.iter().filter(|&&log| log > border()).count();
            let beyond = Signs { side, launches: logs.len() };
            contenders.push(Contender { cell, over_fastest, beyond });
        }
    }
    contenders
}

/// In how many launches a cell is within the margin of each other. Those of which it shares fewer launches than a word
/// takes have no say, unless it is the fastest.
pub(super) fn within_others(cells: &[Times], cell: usize, fastest: usize, need: usize) -> Vec<Within> {
    let mut within = Vec::new();
    for (of, other) in cells.iter().enumerate() {
        let logs = log_ratios(&cells[cell], other);
        if of != cell && (of == fastest || logs.len() >= need) {
            let side = logs.iter().filter(|&&log| log < border()).count();
            within.push(Within { of, signs: Signs { side, launches: logs.len() } });
        }
    }
    within
}

/// The margin's border, as the logarithm of a ratio of exactly that comes out.
fn border() -> f64 {
    (1.0 + MARGIN).ln()
}

/// The number of launches that can decide one of `contenders`: if all of them are on one side.
fn need(contenders: usize, error: f64) -> usize {
    let error = error / contenders.max(1) as f64;
    let mut launches = 1;
    while at_least(launches, launches) > error || !has_interval(launches, LEVEL) {
        launches += 1;
    }
    launches
}

impl Contender {
    pub(super) fn lies(&self) -> Lies {
        match self.over_fastest.interval {
            Ok(Interval { low, .. }) if low > 1.0 + MARGIN => Lies::Beyond,
            Ok(Interval { high, .. }) if high < 1.0 + MARGIN => Lies::Within,
            _ => Lies::Across,
        }
    }

    pub(super) fn without_word(&self, need: usize) -> Verdict {
        let have = self.over_fastest.launches;
        if have < need {
            Verdict::TooFew(TooFew { have, need })
        } else {
            Verdict::Undecided(self.over_fastest)
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::stats::ratio::tests::launches;

    /// Sixteen launches of about `time`.
    fn at(time: f64) -> Times {
        launches((0..16).map(|launch| time * (1.0 + 0.001 * f64::from(launch % 3))))
    }

    /// A row of a fastest cell and others, of whose 16 launches this many are 10 % beyond it; the others are equal.
    fn beyond(counts: &[u32]) -> Vec<Verdict> {
        let mut row = vec![launches([1.0; 16])];
        for &count in counts {
            row.push(launches((0..16).map(|launch| if launch < count { 1.1 } else { 1.0001 })));
        }
        verdicts(&row[0], &row)
    }

    #[test]
    fn cells_are_compared_with_the_fastest() {
        let row = [at(100.0), at(50.0), at(51.0), at(60.0)];
        let [baseline, fastest, good, slower] = verdicts(&row[0], &row).try_into().unwrap();
        assert!(matches!(baseline, Verdict::Slower(ratio) if (ratio.ratio - 2.0).abs() < 0.01));
        assert_eq!(fastest, Verdict::Fastest);
        assert!(matches!(good, Verdict::Within(_)) && matches!(slower, Verdict::Slower(_)));
    }

    #[test]
    fn word_requires_13_of_16_launches() {
        for (count, is_slower) in [(16, true), (13, true), (12, false)] {
            assert_eq!(matches!(beyond(&[count])[1], Verdict::Slower(_)), is_slower, "{count}");
        }
        for (count, is_within) in [(0, true), (3, true), (4, false)] {
            assert_eq!(matches!(beyond(&[count])[1], Verdict::Within(_)), is_within, "{count}");
        }
    }

    #[test]
    fn within_is_within_every_other_cell() {
        // The last cell is 6 % slower than the second in `beyond` launches; the first is the fastest, and 3 % from both.
        for (beyond, is_within) in [(4, true), (5, false), (8, false)] {
            let second = launches((0..16).map(|launch| if launch < beyond { 1.0 } else { 1.02 }));
            let row = [launches([1.01; 16]), second, launches([1.06; 16])];
            let verdicts = verdicts_over(&row, 0);
            assert_eq!(matches!(verdicts[2], Verdict::Within(_)), is_within, "{beyond}: {verdicts:?}");
        }
    }

    #[test]
    fn decided_cells_leave_their_share_to_others() {
        // P(B >= 13) is 0.0106: enough for one of four, not of eight.
        let slower = |counts: &[u32]| matches!(beyond(counts).last(), Some(Verdict::Slower(_)));
        assert!(slower(&[16, 16, 16, 16, 16, 16, 16, 13]));
        assert!(!slower(&[8, 8, 8, 8, 8, 8, 8, 13]));
        assert!(slower(&[8, 8, 8, 13]) && !slower(&[8, 8, 8, 8, 13]));
    }

    #[test]
    fn launches_on_the_border_count_for_neither() {
        let row = [launches([1.0; 16]), launches((0..16).map(|launch| if launch < 12 { 1.1 } else { 1.05 }))];
        assert!(matches!(verdicts(&row[0], &row)[1], Verdict::Undecided(_)));
    }

    #[test]
    fn more_cells_require_more_processes() {
        let row = vec![launches([1.0; 8]); 14];
        assert!(matches!(verdicts(&row[0], &row[..2])[0], Verdict::Within(_)));
        assert!(matches!(verdicts(&row[0], &row)[0], Verdict::TooFew(TooFew { have: 8, need: 9 })));
    }

    #[test]
    fn cells_without_samples_are_unmeasured() {
        let none: Times = vec![vec![None]; 16];
        assert_eq!(verdicts(&none, &[none.clone(), none.clone()]), [Verdict::Unmeasured; 2]);
        let row = [launches([1.0; 16]), none];
        assert_eq!(verdicts(&row[0], &row)[1], Verdict::Unmeasured);
    }

    /// Where the true times of a row lie, and how they spread.
    pub(in crate::stats) struct Truth {
        pub(in crate::stats) name: &'static str,
        /// Each cell's true time over the best's; the first is the best.
        pub(in crate::stats) times: Vec<f64>,
        noise: fn(&mut fastrand::Rng) -> f64,
        /// That of the baseline beside it, of twice the best's time: which cell seems the fastest depends on it too.
        baseline: fn(&mut fastrand::Rng) -> f64,
    }

    impl Truth {
        /// A launch of a cell of true time `time`.
        pub(in crate::stats) fn launch(&self, time: f64, random: &mut fastrand::Rng) -> f64 {
            time * (self.noise)(random).exp()
        }

        /// A launch of the baseline.
        pub(in crate::stats) fn baseline(&self, random: &mut fastrand::Rng) -> f64 {
            2.0 * (self.baseline)(random).exp()
        }
    }

    fn normal(random: &mut fastrand::Rng) -> f64 {
        let uniform: f64 = (0..12).map(|_| random.f64()).sum();
        0.03 * (uniform - 6.0)
    }

    /// One launch in three is 8 % slower: a second mode.
    fn two_modes(random: &mut fastrand::Rng) -> f64 {
        let mode = if random.u8(0..3) == 0 { 0.08 } else { 0.0 };
        mode + normal(random) / 3.0
    }

    /// Cauchy: it has no mean.
    fn heavy_tails(random: &mut fastrand::Rng) -> f64 {
        0.01 * (std::f64::consts::PI * (random.f64() - 0.5)).tan()
    }

    pub(in crate::stats) fn least_favourable() -> Vec<Truth> {
        let row = |time: f64| [vec![1.0], vec![time; 10]].concat();
        let one_near = [vec![1.0, 1.05], vec![2.0; 9]].concat();
        let few_near = [vec![1.0], vec![1.05; 3], vec![2.0; 7]].concat();
        let mixed = [vec![1.0; 4], vec![1.05; 4], vec![1.1; 3]].concat();
        let mut truths = Vec::new();
        for (name, times) in [
            ("all equal", row(1.0)),
            ("all at 1.05", row(1.05)),
            ("all just beyond", row(1.0501)),
            ("one at 1.05, the rest far", one_near),
            ("three at 1.05, the rest far", few_near),
            ("mixed", mixed),
        ] {
            for noise in [normal, two_modes, heavy_tails] {
                truths.push(Truth { name, times: times.clone(), noise, baseline: noise });
            }
            truths.push(Truth { name, times, noise: two_modes, baseline: |_| 0.0 });
        }
        truths
    }

    /// Whether a row drawn from `truth` has a false "slower", a false "within 5 %", and excludes a true best.
    fn false_words(truth: &Truth, random: &mut fastrand::Rng) -> [bool; 3] {
        let baseline = launches((0..16).map(|_| truth.baseline(random)));
        let row = row_of(truth, random);
        false_among(truth, &verdicts(&baseline, &row))
    }

    fn row_of(truth: &Truth, random: &mut fastrand::Rng) -> Vec<Times> {
        let launches_of = |&time| launches((0..16).map(|_| truth.launch(time, random)));
        truth.times.iter().map(launches_of).collect()
    }

    /// The same of the verdicts on a row whose truth is `truth`.
    pub(in crate::stats) fn false_among(truth: &Truth, verdicts: &[Verdict]) -> [bool; 3] {
        let (mut slower, mut within, mut excluded) = (false, false, false);
        for (verdict, &time) in verdicts.iter().zip(&truth.times) {
            let is_slower = matches!(verdict, Verdict::Slower(_));
            slower |= is_slower && time <= 1.05;
            within |= matches!(verdict, Verdict::Within(_)) && time > 1.05;
            excluded |= is_slower && time == 1.0;
        }
        [slower, within, excluded]
    }

    /// The most rows of `rows` drawn from `truth` that have one and the same kind of false word.
    pub(in crate::stats) fn most_false_words(
        truth: &Truth,
        rows: u32,
        mut row: impl FnMut(&Truth) -> [bool; 3],
    ) -> u32 {
        let mut counts = [0; 3];
        for _ in 0..rows {
            for (count, is_false) in counts.iter_mut().zip(row(truth)) {
                *count += u32::from(is_false);
            }
        }
        counts.into_iter().max().unwrap()
    }

    /// The most false words in `rows` rows that are no surprise at 5 %: two standard errors above it.
    pub(in crate::stats) fn most_of(rows: u32) -> u32 {
        let expected = 0.05 * f64::from(rows);
        let most = expected + 2.0 * (0.95 * expected).sqrt();
        (0..rows).take_while(|&count| f64::from(count) <= most).last().unwrap()
    }

    #[test]
    fn false_words_stay_below_5_percent() {
        const ROWS: u32 = 1_000;
        for truth in least_favourable() {
            let mut random = fastrand::Rng::with_seed(16);
            let mut counts = [0; 3];
            for _ in 0..ROWS {
                for (count, is_false) in counts.iter_mut().zip(false_words(&truth, &mut random)) {
                    *count += u32::from(is_false);
                }
            }
            assert!(counts.iter().all(|&count| count <= ROWS / 20), "{}: {counts:?} of {ROWS}", truth.name);
        }
    }

    #[test]
    fn no_word_is_laxer_than_its_interval() {
        let mut random = fastrand::Rng::with_seed(5);
        for truth in least_favourable() {
            let row = row_of(&truth, &mut random);
            for verdict in verdicts(&row[0], &row) {
                match verdict {
                    Verdict::Slower(ratio) => assert!(ratio.bounds().unwrap().0 > 1.05),
                    Verdict::Within(ratio) => assert!(ratio.bounds().unwrap().1 < 1.05),
                    _ => {}
                }
            }
        }
    }
}
