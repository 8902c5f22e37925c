//! The change of speedups with the core count: recordings of one machine with different core counts.

use std::collections::BTreeMap;

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::{Kind, Recording};
use crate::stats::change::{Change, change};
use crate::stats::interval::LEVEL;
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::scaling_model;
use crate::stats::scaling_model::{FitError, Point, ScalingModel};

/// A workload on several core counts.
#[derive(Clone, Debug)]
pub struct Scaled {
    /// Its row for each core count, in ascending order.
    pub rows: BTreeMap<u64, Row>,
}

/// The recordings of each workload, by cores; for equal counts the first takes precedence.
pub fn scale(recordings: &[Recording]) -> Vec<Scaled> {
    let mut scaled: Vec<Scaled> = Vec::new();
    for recording in recordings {
        let cores = recording.environment.cores;
        for row in Summary::of(recording).rows {
            let name = &row.workload.name;
            match scaled.iter_mut().find(|scaled| scaled.name() == name) {
                Some(same) => drop(same.rows.entry(cores).or_insert(row)),
                None => scaled.push(Scaled { rows: [(cores, row)].into() }),
            }
        }
    }
    scaled
}

impl Scaled {
    /// The workload's name.
    pub fn name(&self) -> &str {
        self.first().workload.name.as_str()
    }

    /// Whether its jobs only compute.
    pub fn computes(&self) -> bool {
        self.first().workload.kind == Kind::Computes
    }

    fn first(&self) -> &Row {
        self.rows.values().next().expect("a workload is scaled from its first row on")
    }

    /// The names, `model/width`, of cells that are measured on every core count, each with the number of jobs
    /// at once
    /// that its width requires.
    pub fn cells(&self) -> Vec<&str> {
        let everywhere = |name: &&str| self.rows.values().all(|row| cell(row, name).is_some());
        self.first().cells.iter().map(|cell| cell.name.as_str()).filter(everywhere).collect()
    }

    /// The speedup of a cell over `sequential`, by cores.
    pub fn speedups(&self, name: &str) -> BTreeMap<u64, Ratio> {
        self.by_cores(|row| cell(row, name)?.speedup)
    }

    /// The capacity of all cores relative to one core, by cores; for computing jobs.
    pub fn capacity(&self) -> BTreeMap<u64, Ratio> {
        self.by_cores(|row| of_logs(&row.capacity.iter().flatten().copied().collect::<Vec<_>>(), LEVEL))
    }

    /// The share of the capacity of all cores that a cell used, by cores.
    pub fn efficiency(&self, name: &str) -> BTreeMap<u64, Ratio> {
        self.by_cores(|row| {
            let launches = cell(row, name)?.logs.iter().zip(&row.capacity);
            let logs = launches.filter_map(|(speedup, capacity)| Some((*speedup)? - (*capacity)?));
            of_logs(&logs.collect::<Vec<_>>(), LEVEL)
        })
    }

    /// The scaling model that fits a cell's speedups.
    ///
    /// # Errors
    /// Why none can be fitted.
    pub fn scaling_model(&self, name: &str) -> Result<ScalingModel, FitError> {
        let point = |(&cores, row): (&u64, &Row)| Some(Point { cores, logs: cell(row, name)?.logs.clone() });
        scaling_model::fit(&self.rows.iter().filter_map(point).collect::<Vec<_>>())
    }

    /// The change of a cell's speedup from the fewest to the most cores.
    pub fn change(&self, name: &str) -> Change {
        let logs = |row: &Row| cell(row, name).map_or_else(Vec::new, |cell| cell.logs.clone());
        let [fewest, most] = [self.rows.values().next(), self.rows.values().next_back()]
            .map(|row| row.map_or_else(Vec::new, logs));
        change(&fewest, &most, 0.0)
    }

    fn by_cores<T>(&self, of: impl Fn(&Row) -> Option<T>) -> BTreeMap<u64, T> {
        self.rows.iter().filter_map(|(&cores, row)| Some((cores, of(row)?))).collect()
    }
}

fn cell<'a>(row: &'a Row, name: &str) -> Option<&'a CellResult> {
    row.cells.iter().find(|cell| cell.name == name)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    /// A recording on `cores` cores, whose second cell takes `percent` percent of the first.
    pub(crate) fn on(cores: u64, percent: u64) -> Recording {
        let mut recording = recording(16, percent);
        recording.environment.cores = cores;
        recording
    }

    #[test]
    fn speedups_are_sorted_and_complete() {
        let mut lacking = on(4, 30);
        lacking.study.as_mut().unwrap().arms[1].id = "hash/threads/jobs".into();
        let scaled = &scale(&[on(2, 51), on(1, 100)])[0];
        assert_eq!(scaled.cells(), ["sequential/one", "rayon/cores"]);
        let speedups: Vec<_> =
            scaled.speedups("rayon/cores").into_iter().map(|(cores, it)| (cores, it.ratio)).collect();
        assert!(speedups[0].0 == 1 && (speedups[1].1 - 1.0 / 0.51).abs() < 1e-3, "{speedups:?}");
        assert_eq!(scale(&[on(2, 51), lacking])[0].cells(), ["sequential/one"]);
    }

    #[test]
    fn scaling_model_requires_three_core_counts() {
        let two = scale(&[on(1, 100), on(2, 55)]);
        assert_eq!(two[0].scaling_model("rayon/cores"), Err(FitError::Cores(2)));
        let three = scale(&[on(1, 100), on(2, 55), on(4, 33)]);
        assert!(
            matches!(three[0].scaling_model("rayon/cores"), Ok(ScalingModel::Amdahl(serial)) if (serial.value - 0.1).abs() < 0.01)
        );
    }
}
