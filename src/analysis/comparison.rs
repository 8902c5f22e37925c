//! Compares recordings: what became of their cells.

use crate::analysis::judgement::is_same;
use crate::analysis::same::{Machine, is_shared, machine, revisions};
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::Recording;
use crate::stats::family::{Shifts, changes};
use crate::stats::interval::{LEVEL, TooFew};
use crate::stats::{change::Change, rank_sum::Shift, ratio::Ratio};

/// All recordings against the first.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Whether each of the others is of the same machine and cores, so that its cells became faster or slower.
    pub machines: Vec<Machine>,
    /// The cells of the first recording.
    pub cells: Vec<Compared>,
}

/// A cell in all recordings.
#[derive(Clone, Debug)]
pub struct Compared {
    /// `workload/model/width`.
    pub id: String,
    /// Its speedup over `sequential` in each recording.
    pub speedups: Vec<Option<Ratio>>,
    /// What became of it from the first recording to each of the others.
    pub changes: Vec<CellChange>,
}

/// What became of a cell from one recording to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellChange {
    /// The result in a word.
    pub word: Word,
    /// The second speedup over the first, if it was judged.
    pub speedup: Option<Ratio>,
    /// The second time over the first, on one machine: it is shown and decides nothing.
    pub time: Option<Ratio>,
    /// How many launches a word takes, if there are too few.
    pub few: Option<TooFew>,
}

/// What became of a cell, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Faster than in the first recording.
    Faster,
    /// Slower than in the first recording.
    Slower,
    /// The same within the margin.
    Equal,
    /// More launches may decide.
    Undecided,
    /// There are too few launches to decide.
    TooFew,
    /// It is the baseline, which has only a time.
    Baseline,
    /// A warning blocks verdicts in one of the recordings, or launches in which a machine was slow make the word.
    NoVerdict,
    /// Another revision of its workload, its model or its baseline was measured.
    ContenderChanged,
    /// The first recording has no numbers of it.
    NotMeasured,
    /// It failed, and did not in the first recording.
    Failed,
    /// The first recording has numbers of it, and the other has none.
    Gone,
    /// It was measured on another machine or other cores, or on one that is not known to be the same.
    OtherMachine,
}

impl Word {
    /// All words, in display order.
    pub const ALL: [Word; 12] = [
        Word::Faster,
        Word::Slower,
        Word::Equal,
        Word::Undecided,
        Word::TooFew,
        Word::Baseline,
        Word::NoVerdict,
        Word::ContenderChanged,
        Word::NotMeasured,
        Word::Failed,
        Word::Gone,
        Word::OtherMachine,
    ];

    /// Whether it comes from a comparison of samples.
    pub fn is_judged(self) -> bool {
        matches!(self, Word::Faster | Word::Slower | Word::Equal | Word::Undecided)
    }

    /// Whether the cell is worse than it was: slower, failing or not measured any more.
    pub fn is_worse(self) -> bool {
        matches!(self, Word::Slower | Word::Failed | Word::Gone)
    }
}

impl Comparison {
    /// Compares `recordings`, of which there is at least one.
    pub fn of(recordings: &[Recording]) -> Self {
        let first = Summary::of(&recordings[0]);
        let mut cells = Vec::new();
        for row in first.all_rows() {
            for cell in &row.cells {
                let id = format!("{}/{}", row.workload.name, cell.name);
                cells.push(Compared { id, speedups: vec![cell.speedup], changes: vec![] });
            }
        }
        let mut machines = Vec::new();
        for other in &recordings[1..] {
            let machine = machine(&recordings[0], other);
            let summary = Summary::of(other);
            let pairs = pairs(&first, &summary);
            for (compared, pair) in cells.iter_mut().zip(&pairs) {
                compared.speedups.push(pair.second.and_then(|second| second.cell.speedup));
            }
            for (compared, change) in cells.iter_mut().zip(all_changes(&pairs, machine)) {
                compared.changes.push(change);
            }
            machines.push(machine);
        }
        Comparison { machines, cells }
    }

    /// The number of cells with a word in the other recording at `at`.
    pub fn count(&self, at: usize, word: Word) -> usize {
        self.cells.iter().filter(|cell| cell.changes[at].word == word).count()
    }
}

/// A cell in its row.
#[derive(Clone, Copy)]
struct RowCell<'a> {
    row: &'a Row,
    cell: &'a CellResult,
}

/// A cell of the first recording, and the same in another.
#[derive(Clone, Copy)]
struct Pair<'a> {
    first: RowCell<'a>,
    second: Option<RowCell<'a>>,
}

/// Each cell of `first` and the same of `other`.
fn pairs<'a>(first: &'a Summary, other: &'a Summary) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    for row in first.all_rows() {
        let other = other.all_rows().find(|other| is_shared(&other.workload, &row.workload));
        for cell in &row.cells {
            let second = other.and_then(|row| {
                let cell = row.cells.iter().find(|other| other.name == cell.name)?;
                Some(RowCell { row, cell })
            });
            pairs.push(Pair { first: RowCell { row, cell }, second });
        }
    }
    pairs
}

/// What became of each of `pairs`: those that can be judged are one family.
fn all_changes(pairs: &[Pair<'_>], machine: Machine) -> Vec<CellChange> {
    let (mut all, mut steady) = (vec![], vec![]);
    for pair in pairs {
        if pair.word_without_samples(machine).is_none() {
            all.extend(pair.shifts());
            steady.extend(pair.steady_shifts());
        }
    }
    let mut judged = changes(&all).into_iter().zip(changes(&steady));
    let mut cells = Vec::new();
    for pair in pairs {
        let mut cell = match pair.word_without_samples(machine) {
            Some(word) => CellChange { word, ..NOT_MEASURED },
            None => judged.next().map_or(NOT_MEASURED, |(all, steady)| CellChange::of(all, steady)),
        };
        if machine == Machine::Same && cell.word != Word::ContenderChanged {
            cell.time = pair.shifts().map(|shifts| shifts.times.ratio(LEVEL));
        }
        cells.push(cell);
    }
    cells
}

const NOT_MEASURED: CellChange = CellChange { word: Word::NotMeasured, speedup: None, time: None, few: None };

impl CellChange {
    /// The change that all launches show, if those show the same in which no machine was slow.
    fn of(change: Change, steady: Change) -> Self {
        let leaves_open = matches!(change, Change::Undecided(_) | Change::TooFew(_));
        if !leaves_open && !is_same(&change, &steady) {
            return CellChange { word: Word::NoVerdict, ..NOT_MEASURED };
        }
        let word = match change {
            Change::Faster(_) => Word::Faster,
            Change::Slower(_) => Word::Slower,
            Change::Equal(_) => Word::Equal,
            Change::Undecided(_) => Word::Undecided,
            Change::TooFew(_) => Word::TooFew,
            Change::Unmeasured => Word::NotMeasured,
        };
        let few = if let Change::TooFew(few) = change { Some(few) } else { None };
        CellChange { word, speedup: change.ratio(), time: None, few }
    }
}

impl Pair<'_> {
    /// The word on it, unless its samples have to be judged.
    fn word_without_samples(&self, machine: Machine) -> Option<Word> {
        let first = self.first;
        let is_same_machine = machine == Machine::Same;
        if first.cell.speedup.is_none() {
            return Some(Word::NotMeasured);
        }
        let Some(second) = self.second else {
            return Some(if is_same_machine { Word::Gone } else { Word::OtherMachine });
        };
        let fails = second.cell.error.is_some() && first.cell.error.is_none();
        if is_same_machine && fails {
            Some(Word::Failed)
        } else if is_same_machine && second.cell.speedup.is_none() {
            Some(Word::Gone)
        } else if revisions(first.row, first.cell) != revisions(second.row, second.cell) {
            Some(Word::ContenderChanged)
        } else if !is_same_machine {
            Some(Word::OtherMachine)
        } else if first.cell.is_baseline() {
            Some(Word::Baseline)
        } else if self.steady_shifts().is_none() {
            Some(Word::NoVerdict)
        } else {
            None
        }
    }

    /// How the launches of the two differ; `None` if one has none.
    fn shifts(&self) -> Option<Shifts> {
        let second = self.second?;
        let first = self.first.launches(&self.first.cell.logs);
        first.shifts_to(&second.launches(&second.cell.logs))
    }

    /// The same of the launches in which no machine was slow; `None` if a warning blocks verdicts.
    fn steady_shifts(&self) -> Option<Shifts> {
        let second = self.second?;
        let first = self.first.launches(self.first.cell.steady_logs.as_deref()?);
        first.shifts_to(&second.launches(second.cell.steady_logs.as_deref()?))
    }
}

/// The logarithms of what the launches of a cell measured.
#[derive(Default)]
struct Launches {
    speedups: Vec<f64>,
    times: Vec<f64>,
}

impl Launches {
    fn shifts_to(&self, second: &Launches) -> Option<Shifts> {
        Some(Shifts {
            speedups: Shift::of(&self.speedups, &second.speedups)?,
            times: Shift::of(&self.times, &second.times)?,
        })
    }
}

impl RowCell<'_> {
    /// The launches that have a speedup in `logs`.
    fn launches(&self, logs: &[Option<f64>]) -> Launches {
        let mut launches = Launches::default();
        for (speedup, baseline_ns) in logs.iter().zip(&self.row.baseline_ns) {
            if let (Some(speedup), Some(baseline_ns)) = (speedup, baseline_ns) {
                launches.speedups.push(*speedup);
                launches.times.push(baseline_ns.ln() - speedup);
            }
        }
        launches
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::analysis::functions::tests::plain_function;
    use crate::analysis::same::tests::{on_a_machine, workload};
    use crate::record::read::tests;
    use crate::record::schema::Failure;
    use crate::record::schema::{FunctionFacts, WorkloadEntry};

    /// A recording of a known machine, whose second cell takes `percent` of the first.
    pub(crate) fn recording(launches: u64, percent: u64) -> Recording {
        on_a_machine(tests::recording(launches, percent))
    }

    /// What became of each cell.
    fn words(first: &Recording, other: &Recording) -> Vec<Word> {
        let compared = Comparison::of(&[first.clone(), other.clone()]);
        compared.cells.iter().map(|cell| cell.changes[0].word).collect()
    }

    #[test]
    fn recording_equals_itself() {
        let recording = recording(16, 50);
        assert_eq!(words(&recording, &recording), [Word::Baseline, Word::Equal]);
    }

    #[test]
    fn only_the_changed_cell_is_reported() {
        let (before, after) = (recording(16, 50), recording(16, 55));
        assert_eq!(words(&before, &after), [Word::Baseline, Word::Slower]);
        assert_eq!(words(&after, &before), [Word::Baseline, Word::Faster]);
        let change = Comparison::of(&[before, after]).cells[1].changes[0];
        assert!((change.time.unwrap().ratio - 1.1).abs() < 1e-3 && change.few.is_none());
        assert!((change.speedup.unwrap().ratio - 1.0 / 1.1).abs() < 1e-3);
    }

    /// Makes every sample of an arm take `percent` of its time.
    fn scale(recording: &mut Recording, arm: u64, percent: u64) {
        let launches = &mut recording.study.as_mut().unwrap().launches;
        for sample in launches.iter_mut().flat_map(|launch| &mut launch.rounds[0].samples) {
            if sample.arm == arm {
                sample.wall_ns = (sample.wall_ns.get() * percent / 100).try_into().unwrap();
            }
        }
    }

    #[test]
    fn another_clock_makes_no_word() {
        let before = recording(16, 50);
        let mut faster_clock = before.clone();
        scale(&mut faster_clock, 0, 80);
        assert_eq!(words(&before, &faster_clock), [Word::Baseline, Word::Undecided], "a cell that waits");
        assert_eq!(words(&faster_clock, &before), [Word::Baseline, Word::Undecided]);
        scale(&mut faster_clock, 1, 80);
        assert_eq!(words(&before, &faster_clock), [Word::Baseline, Word::Equal], "a cell that computes");
        let compared = Comparison::of(&[before, faster_clock]);
        assert!(compared.cells.iter().all(|cell| (cell.changes[0].time.unwrap().ratio - 0.8).abs() < 1e-3));
    }

    #[test]
    fn other_or_unknown_machine_gets_no_word() {
        let mut other = recording(16, 55);
        other.environment.cpu_model = Some("another".into());
        assert_eq!(words(&recording(16, 50), &other), [Word::OtherMachine; 2]);
        other.environment.cpu_model = None;
        let compared = Comparison::of(&[recording(16, 50), other.clone()]);
        assert_eq!(compared.machines, [Machine::Unknown("processor")]);
        assert!(compared.cells.iter().all(|cell| cell.changes[0].word == Word::OtherMachine));
        assert!(compared.cells[1].speedups.iter().all(Option::is_some));
    }

    #[test]
    fn warning_blocks_words() {
        let mut busy = recording(16, 55);
        busy.environment.quota_millicores = Some(1_500);
        assert_eq!(words(&recording(16, 50), &busy), [Word::Baseline, Word::NoVerdict]);
    }

    #[test]
    fn word_of_slow_launches_alone_is_no_verdict() {
        let before = recording(16, 50);
        let mut after = before.clone();
        for launch in &mut after.study.as_mut().unwrap().launches {
            let percent = match launch.number {
                0..7 => 160,
                7..12 => 107,
                _ => 103,
            };
            let sample = &mut launch.rounds[0].samples[1];
            sample.wall_ns = (sample.wall_ns.get() * percent / 100).try_into().unwrap();
        }
        assert_eq!(words(&before, &after)[1], Word::Slower);
        for launch in &mut after.study.as_mut().unwrap().launches[..7] {
            launch.rounds[0].samples[0].cpu_ns = Some(80_000_000);
        }
        assert_eq!(words(&before, &after)[1], Word::NoVerdict);
        for launch in &mut after.study.as_mut().unwrap().launches[7..] {
            let sample = &mut launch.rounds[0].samples[1];
            sample.wall_ns = (sample.wall_ns.get() * 2).try_into().unwrap();
        }
        assert_eq!(words(&before, &after)[1], Word::Slower, "the others say it too");
    }

    #[test]
    fn failed_and_vanished_cells_are_worse() {
        let before = recording(16, 50);
        let mut failed = before.clone();
        let round = &mut failed.study.as_mut().unwrap().launches[3].rounds[0];
        round.samples.truncate(1);
        round.failures.push(Failure { arm: 1, reason: "a wrong digest".into(), unavailable: false });
        let mut gone = before.clone();
        gone.study.as_mut().unwrap().arms[1].id = "hash/threads/jobs".into();
        let mut empty = before.clone();
        for launch in &mut empty.study.as_mut().unwrap().launches {
            launch.rounds[0].samples.truncate(1);
        }
        for (after, word) in [(failed, Word::Failed), (gone, Word::Gone), (empty, Word::Gone)] {
            assert_eq!(words(&before, &after)[1], word);
            assert!(word.is_worse() && !word.is_judged());
        }
        let mut never = before.clone();
        never.study.as_mut().unwrap().arms[1].unavailable = Some("no such system".into());
        assert_eq!(words(&before, &never)[1], Word::Failed);
        for launch in &mut never.study.as_mut().unwrap().launches {
            launch.rounds[0].samples.truncate(1);
        }
        assert_eq!(words(&never, &before)[1], Word::NotMeasured);
    }

    #[test]
    fn every_cell_is_counted_once() {
        let compared = Comparison::of(&[recording(16, 50), recording(1, 50)]);
        let counts = Word::ALL.map(|word| compared.count(0, word));
        assert_eq!(counts.iter().sum::<usize>(), compared.cells.len());
        assert_eq!((compared.count(0, Word::TooFew), compared.count(0, Word::Baseline)), (1, 1));
        assert_eq!(compared.cells[1].changes[0].few, Some(TooFew { have: 1, need: 4 }));
    }

    #[test]
    fn reworded_workload_and_unknown_size_compare() {
        let original = recording(16, 50);
        let mut old = original.clone();
        let entry = workload(&mut old);
        *entry = WorkloadEntry {
            about: "SHA-256 of random bytes".into(),
            definition: Some("cd".repeat(32)),
            each: None,
            ..entry.clone()
        };
        assert_eq!(words(&original, &old), [Word::Baseline, Word::Equal]);
    }

    #[test]
    fn cells_of_other_revisions_are_not_judged() {
        let original = recording(16, 50);
        let mut other = original.clone();
        other.study.as_mut().unwrap().arms[1].revision = Some(2);
        assert_eq!(words(&original, &other), [Word::Baseline, Word::ContenderChanged]);
        let mut other_baseline = original.clone();
        other_baseline.study.as_mut().unwrap().arms[0].revision = Some(2);
        let mut other_work = original.clone();
        workload(&mut other_work).revision = Some(2);
        let mut other_answers = original.clone();
        workload(&mut other_answers).function = Some(FunctionFacts { answers: Some(7), ..plain_function() });
        for other in [other_baseline, other_work, other_answers] {
            assert_eq!(words(&original, &other), [Word::ContenderChanged; 2]);
        }
    }
}
