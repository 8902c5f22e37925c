//! Medians of criterion beside the results of a study.

use std::collections::BTreeMap;

use crate::analysis::summary::{CellResult, Row};

/// The median of a run under criterion, in nanoseconds, by the id of the cell.
pub type Medians = BTreeMap<String, f64>;

/// Criterion's median for a cell of `row`.
pub fn median_of(medians: &Medians, row: &Row, cell: &CellResult) -> Option<f64> {
    medians.get(&format!("{}/{}", row.workload.name, cell.name)).copied()
}

/// Whether criterion's ratio of a cell to the baseline is farther from the study's interval than the noise floor:
/// criterion measures one cell after another, while the machine drifts.
pub fn drifts(medians: &Medians, row: &Row, cell: &CellResult) -> bool {
    let (Some(ratio), Some(speedup), Some(floor)) =
        (ratio_to_baseline(medians, row, cell), cell.speedup, row.noise_floor())
    else {
        return false;
    };
    match speedup.interval {
        Ok(interval) => ratio.ln() < interval.low.ln() - floor || ratio.ln() > interval.high.ln() + floor,
        Err(_) => false,
    }
}

fn ratio_to_baseline(medians: &Medians, row: &Row, cell: &CellResult) -> Option<f64> {
    Some(median_of(medians, row, row.baseline()?)? / median_of(medians, row, cell)?)
}
