//! What the same work in other sizes comes to: which model beats `sequential`, and from which size on.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::analysis::warning::Warning;
use crate::record::schema::{Recording, Sizes};
use crate::stats::change::{Change, change};
use crate::stats::ratio::Ratio;

/// A series of sizes, judged.
#[derive(Clone, Debug)]
pub struct SizeSeries {
    /// Its name.
    pub series: String,
    /// A row for each size, in the series' order.
    pub rows: Vec<Row>,
    /// What bears on the numbers.
    pub warnings: Vec<Warning>,
}

/// Where a model begins to be faster than `sequential`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BreakEven {
    /// From the size of this row on.
    From(usize),
    /// It is not told from it at the largest sizes.
    Inconclusive,
    /// At the largest size it is not.
    Never,
    /// Sizes were not measured under it.
    Unknown,
}

/// What a speedup's interval says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Faster than the baseline.
    Faster,
    /// Slower.
    Slower,
    /// The interval contains 1, or there is none.
    Inconclusive,
}

impl SizeSeries {
    /// What `sizes` of `recording` come to.
    pub fn of(recording: &Recording, sizes: &Sizes) -> Self {
        let study = Some(sizes.study.clone());
        let alone = Recording { study, evidence: None, stories: None, costs: None, ..recording.clone() };
        let Summary { mut rows, others, warnings } = Summary::of(&alone);
        rows.extend(others);
        SizeSeries { series: sizes.series.clone(), rows, warnings }
    }

    /// The name of its series, without the interpreter that it was measured under.
    pub fn plain_series(&self) -> &str {
        self.series.split('@').next().unwrap_or(&self.series)
    }

    /// The model that speedups are over.
    pub fn baseline(&self) -> &str {
        self.models().first().copied().unwrap_or("sequential")
    }

    /// Whether a stamp withholds what is said of it.
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

    /// How long a job of a row takes under `sequential`, in nanoseconds.
    pub fn job_ns(&self, row: usize) -> Option<f64> {
        let row = self.rows.get(row)?;
        let baseline = row.cells.iter().find(|cell| cell.name.ends_with("/one"))?;
        Some(baseline.wall_ns? / row.workload.jobs.get() as f64)
    }

    /// What the best of `models` is to the best of all others at the size of a row: slower, equal or neither.
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

    /// From which size on a model is faster than `sequential`: the smallest at which it is by the whole interval, while at
    /// no larger one it is slower, by the interval or by its median.
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

/// What the interval of a speedup says.
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

    /// Sizes at which the second cell takes so many percent of the first.
    pub(crate) fn size_series(percents: &[u64]) -> SizeSeries {
        let rows = percents.iter().map(|&percent| Summary::of(&recording(6, percent)).rows.remove(0));
        SizeSeries { series: "grains".into(), rows: rows.collect(), warnings: vec![] }
    }

    #[test]
    fn a_model_is_faster_from_the_size_after_which_it_always_is() {
        assert_eq!(size_series(&[300, 50, 150, 70, 50]).break_even("rayon"), BreakEven::From(3));
        assert_eq!(size_series(&[50, 40]).break_even("rayon"), BreakEven::From(0));
        assert_eq!(size_series(&[50, 150]).break_even("rayon"), BreakEven::Never);
        assert_eq!(size_series(&[150, 100]).break_even("rayon"), BreakEven::Inconclusive);
        // One odd launch of six at the largest size.
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
