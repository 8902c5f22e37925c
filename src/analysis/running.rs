//! What a warm run costs besides its jobs: dispatch and CPU time, from the rows of a study.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::stats::{estimate::Estimate, present};

/// What the study among the costs says about one model.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    /// The dispatch overhead of a job, in nanoseconds.
    pub(super) dispatch_ns: Option<Estimate>,
    /// CPU time over the baseline's for the same jobs.
    pub(super) cpu: Option<Estimate>,
    /// The bytes that its workers are sent in a second.
    pub(super) shipped: Option<Estimate>,
}

impl Running {
    /// The figures of `model` in the rows of a study.
    pub(super) fn of(study: &Summary, model: &str) -> Self {
        let mut running = Running::default();
        if let Some((row, cell)) = find(study, "noop", model) {
            running.dispatch_ns = overhead_ns(row, cell);
        }
        if let Some((_, cell)) = find(study, "hash", model)
            && let Some(cpu) = cell.cpu_ratio
        {
            running.cpu = Some(Estimate { value: cpu.ratio, interval: cpu.interval });
        }
        if let Some((row, cell)) = find(study, "ship", model) {
            running.shipped = shipped(row, cell);
        }
        running
    }
}

/// The cell of a model in the row of a workload.
fn find<'a>(study: &'a Summary, workload: &str, model: &str) -> Option<(&'a Row, &'a CellResult)> {
    for row in study.rows.iter().chain(&study.others) {
        if row.workload.name == workload
            && let Some(cell) = row.cells.iter().find(|cell| cell.model() == model)
        {
            return Some((row, cell));
        }
    }
    None
}

/// The bytes that the jobs of a run brought along, by its time in seconds: the median over launches. `None` for the baseline, which
/// sends nothing.
fn shipped(row: &Row, cell: &CellResult) -> Option<Estimate> {
    let bytes = row.workload.jobs.get() * row.workload.each?;
    let mut rates = vec![];
    for (baseline_ns, log) in row.baseline_ns.iter().zip(&cell.logs) {
        if let (Some(baseline_ns), Some(log)) = (baseline_ns, log) {
            rates.push(bytes as f64 / (baseline_ns * (-log).exp() / 1e9));
        }
    }
    if cell.is_baseline() { None } else { Estimate::of(&rates) }
}

/// The time of a job under a cell beyond that under the baseline, in nanoseconds: the median over launches, which both share.
/// `None` for the baseline itself.
pub fn overhead_ns(row: &Row, cell: &CellResult) -> Option<Estimate> {
    let mut overheads = vec![];
    for (baseline_ns, log) in row.baseline_ns.iter().zip(&cell.logs) {
        if let (Some(baseline_ns), Some(log)) = (baseline_ns, log) {
            overheads.push(baseline_ns * ((-log).exp() - 1.0) / row.workload.jobs.get() as f64);
        }
    }
    if cell.is_baseline() { None } else { Estimate::of(&overheads) }
}

/// The time of a job that does nothing under the baseline.
pub(super) fn empty_job_ns(study: &Summary) -> Option<Estimate> {
    let row = study.rows.iter().find(|row| row.workload.name == "noop")?;
    let mut times = present(&row.baseline_ns);
    times.iter_mut().for_each(|ns| *ns /= row.workload.jobs.get() as f64);
    Estimate::of(&times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn bytes_are_shipped_in_the_time_of_the_run() {
        // Four jobs of 1,000 bytes take 150 ms.
        let mut slower = recording(16, 150);
        let workload = &mut slower.study.as_mut().unwrap().workloads[0];
        (workload.jobs, workload.each) = (4.try_into().unwrap(), Some(1_000));
        let row = &Summary::of(&slower).rows[0];
        let rate = shipped(row, &row.cells[1]).unwrap().value;
        assert!((rate - 4_000.0 / 0.15).abs() < 1.0, "{rate}");
        assert_eq!(shipped(row, &row.cells[0]), None, "the baseline sends nothing");
    }

    #[test]
    fn models_of_interpreters_have_their_rows_too() {
        let mut of_python = recording(16, 150);
        let study = of_python.study.as_mut().unwrap();
        study.workloads[0].name = "noop".into();
        study.workloads[0].platform = Some("3.13".into());
        for (arm, id) in study.arms.iter_mut().zip(["noop/py-loop@3.13/one", "noop/py-ray@3.13/cores"]) {
            (arm.id, arm.platform) = (id.into(), Some("3.13".into()));
        }
        for launch in &mut study.launches {
            launch.workload = "noop".into();
            launch.platform = Some("3.13".into());
        }
        let summary = Summary::of(&of_python);
        assert!(Running::of(&summary, "py-ray@3.13").dispatch_ns.is_some());
        assert!(Running::of(&summary, "py-loop@3.13").dispatch_ns.is_none(), "the baseline has none");
    }

    #[test]
    fn overhead_is_time_beyond_baseline() {
        // Ten jobs take 100 ms under the baseline, and 150 ms under the other model.
        let mut slower = recording(16, 150);
        slower.study.as_mut().unwrap().workloads[0].jobs = 10.try_into().unwrap();
        let row = &Summary::of(&slower).rows[0];
        let overhead = overhead_ns(row, &row.cells[1]).unwrap();
        assert!((overhead.value - 5e6).abs() < 1.0, "{overhead:?}");
        assert!(overhead.interval.is_ok());
        assert_eq!(overhead_ns(row, &row.cells[0]), None, "the baseline has none");
        let few = Summary::of(&recording(3, 150));
        assert!(overhead_ns(&few.rows[0], &few.rows[0].cells[1]).unwrap().interval.is_err());
    }
}
