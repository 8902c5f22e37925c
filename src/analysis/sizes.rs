//! Evaluates the same work in other sizes: which model beats `sequential`, and from which size.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::analysis::warning::Warning;
use crate::record::schema::{Recording, Sizes};
use crate::stats::change::{Change, change};
use crate::stats::ratio::Ratio;

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
    /// The interval contains 1, or does not exist.
    Inconclusive,
}

impl SizeSeries {
    /// Evaluates `sizes` of `recording`.
    pub fn of(recording: &Recording, sizes: &Sizes) -> Self {
        let study = Some(sizes.study.clone());
        let alone = Recording { study, evidence: None, stories: None, costs: None, ..recording.clone() };
        let Summary { mut rows, others, warnings } = Summary::of(&alone);
        rows.extend(others);
        SizeSeries { series: sizes.series.clone(), rows, warnings }
    }

    /// The name of its series, without its interpreter.
    pub fn plain_series(&self) -> &str {
        self.series.split('@').next().unwrap_or(&self.series)
    }

    /// The baseline of the speedups.
    pub fn baseline(&self) -> &str {
        self.models().first().copied().unwrap_or("sequential")
    }

    /// Whether a warning blocks its verdicts.
    pub fn is_withheld(&self) -> bool {
        self.warnings.iter().any(Warning::blocks_verdicts)
    }

    /// The models, in the order of the recording.
    pub fn models(&self) -> Vec<&str> {
        let cells = self.rows.first().map_or(&[][..], |row| &row.cells);
        cells.iter().map(CellResult::model).collect()
    }

    /// The speedup of a model at the size of a row.
    pub fn speedup(&self, row: usize, model: &str) -> Option<Ratio> {
        self.rows.get(row)?.cells.iter().find(|cell| cell.model() == model)?.speedup
    }

    /// The time of a job of a row under `sequential`, in nanoseconds.
    pub fn job_ns(&self, row: usize) -> Option<f64> {
        let row = self.rows.get(row)?;
        let baseline = row.cells.iter().find(|cell| cell.name.ends_with("/one"))?;
        Some(baseline.wall_ns? / row.workload.jobs.get() as f64)
    }

    /// The best of `models` against the best of all others at the size of a row: slower, equal or neither.
    pub fn against_others(&self, row: usize, models: &[&str]) -> Change {
        let Some(row) = self.rows.get(row) else { return Change::Unmeasured };
        let best = |is_one: bool| {
            let cells = row.cells.iter().filter(|cell| models.contains(&cell.model()) == is_one);
            cells.filter_map(|cell| Some((cell, cell.speedup?.ratio))).max_by(|(_, a), (_, b)| a.total_cmp(b))
        };
        let (Some((best, _)), Some((other, _))) = (best(true), best(false)) else {
            return Change::Unmeasured;
        };
        change(&other.logs, &best.logs, 0.0)
    }

    /// The size from which a model is faster than `sequential`: the smallest size with a whole interval above
    /// 1, such
    /// that it is slower at no larger size, by interval or median.
    pub fn break_even(&self, model: &str) -> BreakEven {
        let speedups: Option<Vec<Ratio>> = (0..self.rows.len()).map(|row| self.speedup(row, model)).collect();
        let Some(speedups) = speedups.filter(|speedups| !speedups.is_empty()) else {
            return BreakEven::Unknown;
        };
        let is_slower = |speedup: &Ratio| side(speedup) == Side::Slower || speedup.ratio <= 1.0;
        let first = speedups.iter().rposition(is_slower).map_or(0, |slower| slower + 1);
        let faster = speedups[first..].iter().position(|speedup| side(speedup) == Side::Faster);
        match faster {
            Some(at) => BreakEven::From(first + at),
            None if first == speedups.len() && side(&speedups[first - 1]) == Side::Slower => BreakEven::Never,
            None => BreakEven::Inconclusive,
        }
    }
}

/// The result of the interval of a speedup.
pub fn side(speedup: &Ratio) -> Side {
    match speedup.interval {
        Ok(interval) if interval.low > 1.0 => Side::Faster,
        Ok(interval) if interval.high < 1.0 => Side::Slower,
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
        let speedup = odd.rows[2].cells[1].speedup.as_mut().unwrap();
        speedup.interval = speedup.interval.map(|it| crate::stats::interval::Interval { low: 0.9, ..it });
        assert_eq!(odd.break_even("rayon"), BreakEven::From(1));
        assert_eq!(
            (size_series(&[]).break_even("rayon"), size_series(&[50]).break_even("gil")),
            (BreakEven::Unknown, BreakEven::Unknown)
        );
    }
}
