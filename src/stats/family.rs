//! The changes of all cells of two independent studies, judged together.

use crate::stats::change::Change;
use crate::stats::{interval::LEVEL, rank_sum::Shift, verdict::MARGIN};

/// The probability of any wrong word on the cells of two studies.
const ERROR: f64 = 0.05;

/// A cell in two independent studies, by the logarithms of its launches.
#[derive(Clone, Debug)]
pub struct Shifts {
    /// Of its speedups over the baseline of the same rounds.
    pub speedups: Shift,
    /// Of its own times.
    pub times: Shift,
}

impl Shifts {
    /// The p-values of the hypotheses that it is not faster, not slower and not equal.
    ///
    /// Faster or slower takes both, a speedup and a time that changed by more than the margin. The clock of a machine
    /// differs between studies: it moves the times of what computes, and the speedups of what does not follow it, but
    /// not both in the directions of one word.
    fn p_values(&self) -> [f64; 3] {
        let border = MARGIN.ln_1p();
        let Shifts { speedups, times } = self;
        let faster = speedups.p_above(border).max(times.p_below(-border));
        let slower = speedups.p_below(-border).max(times.p_above(border));
        let equal = speedups.p_above(-border).max(speedups.p_below(border));
        [faster, slower, equal]
    }
}

/// The changes of all `cells` that two studies share, judged as one family: the probability of any wrong word among
/// them is at most 5 %, if the launches of a cell are independent and of one distribution but for a shift.
pub fn changes(cells: &[Shifts]) -> Vec<Change> {
    let p_values: Vec<f64> = cells.iter().flat_map(Shifts::p_values).collect();
    let least = ERROR / p_values.len() as f64;
    let mut changes = Vec::new();
    for (cell, rejected) in cells.iter().zip(rejected(&p_values, ERROR).chunks(3)) {
        let ratio = cell.speedups.ratio(LEVEL);
        changes.push(match (cell.speedups.reaches(least), rejected) {
            (Err(few), _) => Change::TooFew(few),
            (Ok(()), [true, ..]) => Change::Faster(ratio),
            (Ok(()), [_, true, _]) => Change::Slower(ratio),
            (Ok(()), [.., true]) => Change::Equal(ratio),
            (Ok(()), _) => Change::Undecided(ratio),
        });
    }
    changes
}

/// Which hypotheses are rejected by their p-values, so that the probability of rejecting any true one is at most `error`,
/// however they depend on each other (S. Holm, "A simple sequentially rejective multiple test procedure", 1979).
fn rejected(p_values: &[f64], error: f64) -> Vec<bool> {
    let mut ascending: Vec<usize> = (0..p_values.len()).collect();
    ascending.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut rejected = vec![false; p_values.len()];
    for (before, &at) in ascending.iter().enumerate() {
        if p_values[at] > error / (p_values.len() - before) as f64 {
            break;
        }
        rejected[at] = true;
    }
    rejected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::TooFew;
    use fastrand::Rng;

    #[test]
    fn rejections_step_down_from_the_smallest() {
        // 0.05 over 4, 3, 2 and 1.
        assert_eq!(rejected(&[0.03, 0.01, 0.016, 0.025], 0.05), [true; 4]);
        assert_eq!(rejected(&[0.013; 4], 0.05), [false; 4]);
        assert_eq!(rejected(&[0.012, 0.9, 0.017, 0.017], 0.05), [true, false, false, false]);
        assert!(rejected(&[], 0.05).is_empty());
    }

    /// The distribution of what a launch adds to the time of a cell: of about unit noise, and of median zero.
    #[derive(Clone, Copy)]
    enum Form {
        Normal,
        /// One launch in ten is slower by up to eight times the noise.
        Spikes,
        /// Each launch is one of two, slow or fast.
        TwoModes,
    }

    impl Form {
        fn draw(self, random: &mut Rng) -> f64 {
            let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
            match self {
                Form::Normal => normal,
                // The median of the mixture, 0.556 of whose quieter part is below it.
                Form::Spikes if random.f64() < 0.1 => normal + 8.0 * random.f64() - 0.13,
                Form::Spikes => normal - 0.13,
                Form::TwoModes if random.bool() => 0.5 * normal + 1.5,
                Form::TwoModes => 0.5 * normal - 1.5,
            }
        }
    }

    /// A cell in a study: the logarithms of its time and of the baseline's, and the noise of its launches.
    #[derive(Clone, Copy)]
    struct InStudy {
        time: f64,
        baseline: f64,
        noise: f64,
    }

    impl InStudy {
        /// The speedups and the times of 16 launches.
        fn launches(self, random: &mut Rng, form: Form) -> (Vec<f64>, Vec<f64>) {
            let (mut speedups, mut times) = (vec![], vec![]);
            for _ in 0..16 {
                // What a launch does to both the cell and the baseline drops out of the speedup.
                let of_launch = 0.01 * Form::Normal.draw(random);
                let time = self.time + self.noise * form.draw(random);
                speedups.push(self.baseline - time);
                times.push(time + of_launch);
            }
            (speedups, times)
        }
    }

    /// A cell in two studies, and its true change as a logarithm of its time.
    struct Made {
        change: f64,
        form: Form,
        before: InStudy,
        after: InStudy,
    }

    impl Made {
        /// A cell that takes `change` longer in the second study.
        fn changed(change: f64, noise: f64, form: Form) -> Self {
            let before = InStudy { time: 0.0, baseline: 0.0, noise };
            Made { change, form, before, after: InStudy { time: change, ..before } }
        }

        fn shifts(&self, random: &mut Rng) -> Shifts {
            let (speedups, times) = self.before.launches(random, self.form);
            let after = self.after.launches(random, self.form);
            Shifts {
                speedups: Shift::of(&speedups, &after.0).unwrap(),
                times: Shift::of(&times, &after.1).unwrap(),
            }
        }

        /// Whether the word on it is wrong: a change beyond the margin is slower or faster, and never equal.
        fn contradicts(&self, word: Change) -> bool {
            let border = MARGIN.ln_1p();
            match word {
                Change::Faster(_) => self.change >= -border,
                Change::Slower(_) => self.change <= border,
                Change::Equal(_) => self.change.abs() > border,
                _ => false,
            }
        }
    }

    const FAMILIES: usize = 100;

    /// The number of families with a wrong word, and of words that tell a change, of families of the cells that
    /// `made` makes.
    fn judged(made: impl Fn(&mut Rng) -> Vec<Made>) -> (usize, usize) {
        let mut random = Rng::with_seed(11);
        let (mut wrong, mut found) = (0, 0);
        for _ in 0..FAMILIES {
            let cells = made(&mut random);
            let shifts: Vec<Shifts> = cells.iter().map(|cell| cell.shifts(&mut random)).collect();
            let words = changes(&shifts);
            wrong += usize::from(cells.iter().zip(&words).any(|(cell, word)| cell.contradicts(*word)));
            found +=
                words.iter().filter(|word| matches!(word, Change::Faster(_) | Change::Slower(_))).count();
        }
        (wrong, found)
    }

    /// The noise of launches, and what a whole study adds to the times of a cell, as in five real studies of one
    /// machine: from cells of `sleep` to those of `noop` and `warm-file`.
    const NOISE: [f64; 5] = [0.003, 0.01, 0.03, 0.1, 0.3];
    const OF_STUDY: [f64; 5] = [0.002, 0.004, 0.013, 0.03, 0.05];

    /// Twenty cells, each of which changes by `change`.
    fn twenty(change: f64) -> Vec<Made> {
        let mut cells = Vec::new();
        for cell in 0..20 {
            let form = [Form::Normal, Form::Spikes, Form::TwoModes][cell % 3];
            let change = if cell % 2 == 0 { change } else { -change };
            cells.push(Made::changed(change, NOISE[cell % 5], form));
        }
        cells
    }

    #[test]
    fn equal_cells_get_no_other_word() {
        assert_eq!(judged(|_| twenty(0.0)), (0, 0));
    }

    #[test]
    fn wrong_words_are_rare_at_the_margin() {
        // On its two sides, where a change is the wrong word, and where equal is.
        for beyond in [1.0, 1.0001] {
            let (wrong, _) = judged(|_| twenty(beyond * MARGIN.ln_1p()));
            assert!(wrong <= FAMILIES / 20, "{wrong} at {beyond}");
        }
        let (wrong, _) = judged(|_| {
            let mut cells = twenty(MARGIN.ln_1p());
            for cell in &mut cells {
                cell.after.noise *= 2.0;
            }
            cells
        });
        assert!(wrong <= FAMILIES / 20, "{wrong} where the second study is noisier");
    }

    #[test]
    fn planted_changes_are_found_among_equal_cells() {
        let (wrong, found) = judged(|_| {
            let mut cells = twenty(0.0);
            cells[0] = Made::changed(1.2_f64.ln(), 0.03, Form::Normal);
            cells[1] = Made::changed(1.1_f64.ln(), 0.01, Form::Spikes);
            cells[2] = Made::changed(-1.2_f64.ln(), 0.01, Form::TwoModes);
            cells
        });
        assert!(wrong == 0 && found >= 95 * 3 * FAMILIES / 100, "{wrong}, {found}");
    }

    #[test]
    fn clock_of_a_study_makes_no_words() {
        for clock in [-0.25, 0.25] {
            let (wrong, _) = judged(|_| {
                let mut cells = twenty(0.0);
                for (at, cell) in cells.iter_mut().enumerate() {
                    // From a cell that only waits to one that only computes.
                    cell.after.time = clock * at as f64 / 19.0;
                    cell.after.baseline = clock;
                }
                cells
            });
            assert_eq!(wrong, 0, "{clock}");
        }
    }

    #[test]
    fn lasting_conditions_of_a_study_make_no_words() {
        let (wrong, _) = judged(|random| {
            let mut cells = twenty(0.0);
            for (at, cell) in cells.iter_mut().enumerate() {
                for study in [&mut cell.before, &mut cell.after] {
                    study.time = OF_STUDY[at % 5] * Form::Normal.draw(random);
                }
            }
            cells
        });
        assert!(wrong <= FAMILIES / 20, "{wrong}");
    }

    #[test]
    fn no_word_contradicts_the_interval_beside_it() {
        let mut random = Rng::with_seed(3);
        let mut words = [0; 3];
        for change in 0..60 {
            let cells = [-1, 0, 1].map(|sign| {
                Made::changed(f64::from(sign * change) / 400.0, 0.01, Form::Spikes).shifts(&mut random)
            });
            for word in changes(&cells) {
                let Some((low, high)) = word.ratio().and_then(|ratio| ratio.bounds()) else { continue };
                let border = 1.0 + MARGIN;
                match word {
                    Change::Faster(_) => assert!(low > border, "{word:?}"),
                    Change::Slower(_) => assert!(high < 1.0 / border, "{word:?}"),
                    Change::Equal(_) => assert!(low >= 1.0 / border && high <= border, "{word:?}"),
                    _ => continue,
                }
                words[usize::from(low > border) + 2 * usize::from(high < 1.0 / border)] += 1;
            }
        }
        assert!(words.iter().all(|&count| count > 20), "{words:?}");
    }

    #[test]
    fn too_few_launches_get_no_word() {
        let few = Shift::of(&[0.0; 3], &[1.0; 3]).unwrap();
        let cell = Shifts { speedups: few.clone(), times: few };
        // 1 of 20 orders is not 0.05 over 3.
        assert_eq!(changes(&[cell]), [Change::TooFew(TooFew { have: 3, need: 4 })]);
    }
}
