//! The same work in other sizes: measured as rows of a study, and recorded beside it.

use crate::machine::host;
use crate::model::{ModelEntry, Platform};
use crate::record::schema::{Costs, Recording, Sizes, WorkloadEntry};
use crate::study::cell::Cell;
use crate::workload::series::Series;

/// The cells of a series on one platform.
#[derive(Clone, Debug)]
pub struct SizeCells {
    /// The name of the series, with its interpreter.
    pub series: String,
    /// Each model at its greatest concurrency.
    pub cells: Vec<Cell>,
}

impl SizeCells {
    /// The cells of `series` on `platform` under `models` of it; `None` if the series is for other platforms.
    pub fn of(series: &Series, platform: Platform, models: &[ModelEntry]) -> Option<Self> {
        let mut cells = Vec::new();
        for workload in series.of(platform) {
            cells.extend(Cell::widest(workload, models, host::cores()));
        }
        let name = match platform.tag() {
            Some(tag) => format!("{}@{tag}", series.name),
            None => series.name.to_owned(),
        };
        (!series.of(platform).is_empty()).then_some(SizeCells { series: name, cells })
    }

    fn has(&self, workload: &WorkloadEntry) -> bool {
        self.cells.iter().any(|cell| {
            cell.workload.name == workload.name && cell.platform().tag() == workload.platform.as_deref()
        })
    }
}

/// `recording` with the rows of `sizes` among its costs instead of in its study.
pub(crate) fn apart(mut recording: Recording, sizes: &[SizeCells]) -> Recording {
    let Some(study) = recording.study.take_if(|_| !sizes.is_empty()) else { return recording };
    let mut costs = Costs { command: study.command.clone(), ..Costs::default() };
    for of_series in sizes {
        let part = study.of_workloads(|workload| of_series.has(workload));
        if !part.workloads.is_empty() {
            costs.sizes.push(Sizes { series: of_series.series.clone(), study: part });
        }
    }
    let rest = study.of_workloads(|workload| !sizes.iter().any(|of_series| of_series.has(workload)));
    recording.study = (!rest.workloads.is_empty()).then_some(rest);
    recording.costs = Some(costs);
    recording
}
