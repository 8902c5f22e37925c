//! Evaluates the same work in other sizes: which model beats `sequential`, and from which size.

use crate::analysis::judgement::{is_same, word};
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::analysis::warning::Warning;
use crate::model::{MadeOf, made_of, plain_name};
use crate::record::schema::{Recording, Sizes, Study};
use crate::stats::change::{Change, change};
use crate::stats::interval::{Interval, LEVEL, interval};
use crate::stats::{present, ratio::Ratio};
use crate::workload::series::BREAK_EVEN;

/// An evaluated series of sizes.
#[derive(Clone, Debug)]
pub struct SizeSeries {
    /// Its name.
    pub series: String,
    /// A row for each size, in the series' order.
    pub rows: Vec<Row>,
    /// The warnings that affect the numbers.
    pub warnings: Vec<Warning>,
}

/// The size from which a model is faster than `sequential`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BreakEven {
    /// From the size of this row.
    From(usize),
    /// Inconclusive at the largest sizes.
    Inconclusive,
    /// It is not faster at the largest size.
    Never,
    /// Its sizes were not measured.
    Unknown,
}

/// The result of a speedup's interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Faster than the baseline.
    Faster,
    /// Slower.
    Slower,
    /// The interval contains 1, or does not exist, or the state of the machine allows no verdict.
    Inconclusive,
}

/// Evaluates a study of the costs of `recording`.
pub(crate) fn summary_of(recording: &Recording, study: &Study) -> Summary {
    let study = Some(study.clone());
    Summary::of(&Recording { study, evidence: None, stories: None, costs: None, ..recording.clone() })
}

impl SizeSeries {
    /// Evaluates `sizes` of `recording`.
    pub fn of(recording: &Recording, sizes: &Sizes) -> Self {
        let Summary { mut rows, others, warnings, .. } = summary_of(recording, &sizes.study);
        rows.extend(others);
        SizeSeries { series: sizes.series.clone(), rows, warnings }
    }

    /// The name of its series, without its interpreter.
    pub fn plain_series(&self) -> &str {
        plain_name(&self.series)
    }

    /// Whether only the size of a job differs, so that a break-even size says something.
    pub fn has_break_even(&self) -> bool {
        self.is_of_function() || self.plain_series() == BREAK_EVEN
    }

    /// Whether it is of a user's function.
    pub fn is_of_function(&self) -> bool {
        self.rows.iter().any(|row| row.workload.function.is_some())
    }

    /// The baseline of the speedups.
    pub fn baseline(&self) -> &str {
        self.models().first().copied().unwrap_or("sequential")
    }

    /// Whether the state of the machine allows no verdict at any size.
    pub fn has_no_verdict(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(Row::has_no_verdict)
    }

    /// The models, in the order of the recording.
    pub fn models(&self) -> Vec<&str> {
        let cells = self.rows.first().map_or(&[][..], |row| &row.cells);
        cells.iter().map(CellResult::model).collect()
    }

    /// The models that are made of one of `groups`. Those that today's registry does not know are in no group.
    pub fn models_made_of(&self, groups: &[MadeOf]) -> Vec<&str> {
        let mut models = self.models();
        models.retain(|model| made_of(model).is_some_and(|it| groups.contains(&it)));
        models
    }

    /// The speedup of a model at the size of a row.
    pub fn speedup(&self, row: usize, model: &str) -> Option<Ratio> {
        self.cell(row, model)?.speedup
    }

    /// Whether a model is faster than the baseline at the size of a row.
    pub fn side(&self, row: usize, model: &str) -> Side {
        let Some(cell) = self.cell(row, model) else { return Side::Inconclusive };
        word(&[cell], |logs| side(logs[0]), is_same).unwrap_or(Side::Inconclusive)
    }

    fn cell(&self, row: usize, model: &str) -> Option<&CellResult> {
        self.rows.get(row)?.cells.iter().find(|cell| cell.model() == model)
    }

    /// The time of a job of a row under the baseline, in nanoseconds.
    pub fn job_ns(&self, row: usize) -> Option<f64> {
        let jobs = self.rows.get(row)?.workload.jobs.get();
        Some(self.cell(row, self.baseline())?.wall_ns? / jobs as f64)
    }

    /// The best of the models made of one of `groups` against the best of all others at the size of a row:
    /// slower, equal or neither; `None` is no verdict. Models that today's registry does not know are on neither side.
    pub fn against_others(&self, row: usize, groups: &[MadeOf]) -> Option<Change> {
        let Some(row) = self.rows.get(row) else { return Some(Change::Unmeasured) };
        let (mut of_groups, mut others) = (vec![], vec![]);
        for cell in &row.cells {
            match made_of(cell.model()) {
                Some(made_of) if groups.contains(&made_of) => of_groups.push(cell),
                Some(_) => others.push(cell),
                None => {}
            }
        }
        match (fastest(of_groups), fastest(others)) {
            (Some(best), Some(other)) => word(&[other, best], |logs| change(logs[0], logs[1]), is_same),
            _ => Some(Change::Unmeasured),
        }
    }

    /// The size from which a model is faster than the baseline: the smallest size with a whole interval above
    /// 1, such that it is slower at no larger size, by interval or median.
    pub fn break_even(&self, model: &str) -> BreakEven {
        let (mut from, mut largest) = (None, None);
        for row in 0..self.rows.len() {
            let Some(speedup) = self.speedup(row, model) else { return BreakEven::Unknown };
            let side = self.side(row, model);
            if side == Side::Slower || speedup.ratio <= 1.0 {
                from = None;
            } else if side == Side::Faster {
                from = from.or(Some(row));
            }
            largest = Some(side);
        }
        match (from, largest) {
            (Some(row), _) => BreakEven::From(row),
            (None, Some(Side::Slower)) => BreakEven::Never,
            (None, Some(_)) => BreakEven::Inconclusive,
            (None, None) => BreakEven::Unknown,
        }
    }
}

impl SizeSeries {
    /// The smallest size from which one of the models made of one of `groups` is faster than the baseline.
    pub fn pays_from(&self, groups: &[MadeOf]) -> BreakEven {
        let mut best = BreakEven::Unknown;
        for model in self.models_made_of(groups) {
            best = match (best, self.break_even(model)) {
                (BreakEven::From(one), BreakEven::From(other)) => BreakEven::From(one.min(other)),
                (from @ BreakEven::From(_), _) | (_, from @ BreakEven::From(_)) => from,
                (BreakEven::Inconclusive, _) | (_, BreakEven::Inconclusive) => BreakEven::Inconclusive,
                (BreakEven::Never, _) | (_, BreakEven::Never) => BreakEven::Never,
                (BreakEven::Unknown, BreakEven::Unknown) => BreakEven::Unknown,
            };
        }
        best
    }

    /// The size from which on the best of the models made of one of `groups` is faster than the best of all others.
    pub fn leads_from(&self, groups: &[MadeOf]) -> Option<usize> {
        let mut from = None;
        for row in 0..self.rows.len() {
            from = match self.against_others(row, groups) {
                Some(Change::Faster(_)) => from.or(Some(row)),
                _ => None,
            };
        }
        from
    }
}

/// The cell with the highest speedup.
pub fn fastest<'a>(cells: impl IntoIterator<Item = &'a CellResult>) -> Option<&'a CellResult> {
    cells.into_iter().max_by(|a, b| ratio(a).total_cmp(&ratio(b)))
}

/// A speedup to sort cells by: cells without one are the slowest.
fn ratio(cell: &CellResult) -> f64 {
    cell.speedup.map_or(f64::NEG_INFINITY, |speedup| speedup.ratio)
}

/// The result of the interval of a speedup with these logarithms.
fn side(logs: &[Option<f64>]) -> Side {
    match interval(&present(logs), LEVEL) {
        Ok(Interval { low, .. }) if low > 0.0 => Side::Faster,
        Ok(Interval { high, .. }) if high < 0.0 => Side::Slower,
        _ => Side::Inconclusive,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    /// Sizes at which the second cell takes `percents` percent of the first.
    pub(crate) fn size_series(percents: &[u64]) -> SizeSeries {
        let rows = percents.iter().map(|&percent| Summary::of(&recording(6, percent)).rows.remove(0));
        SizeSeries { series: "grains".into(), rows: rows.collect(), warnings: vec![] }
    }

    #[test]
    fn break_even_is_start_of_lasting_lead() {
        assert_eq!(size_series(&[300, 50, 150, 70, 50]).break_even("rayon"), BreakEven::From(3));
        assert_eq!(size_series(&[50, 40]).break_even("rayon"), BreakEven::From(0));
        assert_eq!(size_series(&[50, 150]).break_even("rayon"), BreakEven::Never);
        assert_eq!(size_series(&[150, 100]).break_even("rayon"), BreakEven::Inconclusive);
        // One outlier among six launches at the largest size.
        let mut odd = size_series(&[150, 50, 60]);
        odd.rows[2].cells[1].logs[0] = Some(-0.1);
        assert_eq!(odd.break_even("rayon"), BreakEven::From(1));
        assert_eq!(
            (size_series(&[]).break_even("rayon"), size_series(&[50]).break_even("gil")),
            (BreakEven::Unknown, BreakEven::Unknown)
        );
    }

    #[test]
    fn group_pays_and_leads_from_its_best_model() {
        let series = size_series(&[150, 50, 40]);
        assert_eq!(series.pays_from(&[MadeOf::Threads]), BreakEven::From(1));
        assert_eq!(series.leads_from(&[MadeOf::Threads]), Some(1));
        assert_eq!(series.pays_from(&[MadeOf::Processes]), BreakEven::Unknown);
        assert_eq!(size_series(&[50, 150]).pays_from(&[MadeOf::Threads]), BreakEven::Never);
        assert_eq!(size_series(&[50, 150]).leads_from(&[MadeOf::Threads]), None);
    }

    #[test]
    fn machine_without_verdict_has_no_faster_model() {
        let mut busy = recording(6, 50);
        busy.environment.quota_millicores = Some(1_500);
        let rows = Summary::of(&busy).rows;
        let series = SizeSeries { series: "grains".into(), rows, warnings: vec![] };
        assert!(series.has_no_verdict() && series.side(0, "rayon") == Side::Inconclusive);
        assert_eq!(series.against_others(0, &[MadeOf::Threads]), None);
        let quiet = size_series(&[50]);
        assert!(!quiet.has_no_verdict() && quiet.side(0, "rayon") == Side::Faster);
    }

    #[test]
    fn unknown_models_are_in_no_group() {
        let mut series = size_series(&[50]);
        assert_eq!(series.models_made_of(&[MadeOf::Threads]), ["rayon"]);
        assert!(matches!(series.against_others(0, &[MadeOf::Threads]), Some(Change::Faster(_))));
        series.rows[0].cells[1].name = "of-later/cores".into();
        assert!(series.models_made_of(&[MadeOf::Threads]).is_empty());
        assert_eq!(series.against_others(0, &[MadeOf::Threads]), Some(Change::Unmeasured));
        assert_eq!(series.against_others(0, &[MadeOf::Caller]), Some(Change::Unmeasured));
    }
}
