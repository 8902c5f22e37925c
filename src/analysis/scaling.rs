//! The change of speedups with the core count: recordings of one machine with different core counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::judgement::{is_same, word};
use crate::analysis::summary::{CellResult, Row};
use crate::analysis::{analysed::Analysed, same::revisions};
use crate::record::schema::Kind;
use crate::stats::change::{Change, change};
use crate::stats::interval::LEVEL;
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::scaling_model::{FitError, Point, ScalingModel, fit};

/// A workload on several core counts.
#[derive(Clone, Debug)]
pub struct Scaled {
    /// Its row for each core count, in ascending order.
    pub rows: BTreeMap<u64, Row>,
}

/// The recordings of each workload, by cores; for equal counts the first takes precedence.
pub fn scale(recordings: &[Analysed<'_>]) -> Vec<Scaled> {
    let mut scaled: Vec<Scaled> = Vec::new();
    for Analysed { recording, summary } in recordings {
        let cores = recording.environment.cores;
        for row in summary.rows.clone() {
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

    /// The names, `model/width`, of cells that are measured on every core count, in the same revisions, each with the
    /// number of jobs at once that its width requires.
    pub fn cells(&self) -> Vec<&str> {
        self.cells_of(|revisions| revisions == 1)
    }

    /// The names of cells that are measured on every core count, in several revisions: they are not compared.
    pub fn changed_contenders(&self) -> Vec<&str> {
        self.cells_of(|revisions| revisions > 1)
    }

    /// The cells that are measured on every core count, by the number of their revisions.
    fn cells_of(&self, is_wanted: fn(usize) -> bool) -> Vec<&str> {
        let mut names = Vec::new();
        for CellResult { name, .. } in &self.first().cells {
            let by_cores = self.by_cores(|row| Some(revisions(row, cell(row, name)?)));
            let is_everywhere = by_cores.len() == self.rows.len();
            if is_everywhere && is_wanted(by_cores.into_values().collect::<BTreeSet<_>>().len()) {
                names.push(name.as_str());
            }
        }
        names
    }

    /// The speedup of a cell over `sequential`, by cores.
    pub fn speedups(&self, name: &str) -> BTreeMap<u64, Ratio> {
        self.by_cores(|row| cell(row, name)?.speedup)
    }

    /// The capacity of all cores relative to one core, by cores; for computing jobs.
    pub fn capacity(&self) -> BTreeMap<u64, Ratio> {
        self.by_cores(|row| ratio(row.capacity.iter().copied()))
    }

    /// The share of the capacity of all cores that a cell used, by cores.
    pub fn efficiency(&self, name: &str) -> BTreeMap<u64, Ratio> {
        self.by_cores(|row| {
            let launches = cell(row, name)?.logs.iter().zip(&row.capacity);
            ratio(launches.map(|(speedup, capacity)| Some((*speedup)? - (*capacity)?)))
        })
    }

    /// The scaling model that fits a cell's speedups, or why none can be fitted; `None` is no verdict.
    pub fn scaling_model(&self, name: &str) -> Option<Result<ScalingModel, FitError>> {
        let cells = self.by_cores(|row| cell(row, name));
        let on: Vec<&CellResult> = cells.values().copied().collect();
        let fitted = |logs: &[&[Option<f64>]]| {
            let mut points = Vec::new();
            for (&cores, logs) in cells.keys().zip(logs) {
                points.push(Point { cores, logs: logs.to_vec() });
            }
            fit(&points)
        };
        word(&on, fitted, is_same_model)
    }

    /// The change of a cell's speedup from the fewest to the most cores; `None` is no verdict.
    pub fn change(&self, name: &str) -> Option<Change> {
        let (Some(fewest), Some(most)) = (self.rows.keys().next(), self.rows.keys().next_back()) else {
            return Some(Change::Unmeasured);
        };
        self.change_between(name, *fewest, *most)
    }

    /// The same from one core count to another.
    pub fn change_between(&self, name: &str, few: u64, many: u64) -> Option<Change> {
        let on = |cores| self.rows.get(&cores).and_then(|row| cell(row, name));
        let (Some(few), Some(many)) = (on(few), on(many)) else { return Some(Change::Unmeasured) };
        word(&[few, many], |logs| change(logs[0], logs[1]), is_same)
    }

    fn by_cores<'a, T>(&'a self, of: impl Fn(&'a Row) -> Option<T>) -> BTreeMap<u64, T> {
        self.rows.iter().filter_map(|(&cores, row)| Some((cores, of(row)?))).collect()
    }
}

fn cell<'a>(row: &'a Row, name: &str) -> Option<&'a CellResult> {
    row.cells.iter().find(|cell| cell.name == name)
}

/// Whether both say the same of a cell, whatever their parameters.
fn is_same_model(one: &Result<ScalingModel, FitError>, other: &Result<ScalingModel, FitError>) -> bool {
    match (one, other) {
        (Ok(ScalingModel::Universal(_, one)), Ok(ScalingModel::Universal(_, other))) => {
            one.is_significant == other.is_significant
        }
        (Ok(one), Ok(other)) => is_same(one, other),
        (one, other) => one.is_err() && other.is_err(),
    }
}

/// The ratio behind the logarithms of the launches that have one.
fn ratio(logs: impl Iterator<Item = Option<f64>>) -> Option<Ratio> {
    of_logs(&logs.flatten().collect::<Vec<_>>(), LEVEL)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::Recording;

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
        let scaled = &scale(&Analysed::all(&[on(2, 51), on(1, 100)]))[0];
        assert_eq!(scaled.cells(), ["sequential/one", "rayon/cores"]);
        let speedups: Vec<_> =
            scaled.speedups("rayon/cores").into_iter().map(|(cores, it)| (cores, it.ratio)).collect();
        assert!(speedups[0].0 == 1 && (speedups[1].1 - 1.0 / 0.51).abs() < 1e-3, "{speedups:?}");
        assert_eq!(scale(&Analysed::all(&[on(2, 51), lacking]))[0].cells(), ["sequential/one"]);
    }

    #[test]
    fn cells_of_several_revisions_are_not_scaled() {
        let mut other_model = on(2, 51);
        other_model.study.as_mut().unwrap().arms[1].revision = Some(2);
        let scaled = &scale(&Analysed::all(&[on(1, 100), other_model]))[0];
        assert_eq!(
            (scaled.cells(), scaled.changed_contenders()),
            (vec!["sequential/one"], vec!["rayon/cores"])
        );
        let mut other_work = on(2, 51);
        other_work.study.as_mut().unwrap().workloads[0].revision = Some(2);
        let scaled = &scale(&Analysed::all(&[on(1, 100), other_work]))[0];
        assert_eq!((scaled.cells().len(), scaled.changed_contenders().len()), (0, 2));
    }

    #[test]
    fn scaling_model_requires_three_core_counts() {
        let two = scale(&Analysed::all(&[on(1, 100), on(2, 55)]));
        assert_eq!(two[0].scaling_model("rayon/cores"), Some(Err(FitError::Cores(2))));
        let three = scale(&Analysed::all(&[on(1, 100), on(2, 55), on(4, 33)]));
        assert!(
            matches!(three[0].scaling_model("rayon/cores"), Some(Ok(ScalingModel::Amdahl(serial))) if (serial.value - 0.1).abs() < 0.01)
        );
    }
}
