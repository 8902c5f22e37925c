//! What a free-threaded build of CPython costs a function on one thread, and gains it on all cores.

use crate::analysis::summary::{CellResult, Row};
use crate::record::schema::Recording;
use crate::stats::interval::LEVEL;
use crate::stats::ratio::{Ratio, of_logs};

/// A function under a build with a GIL and one without.
#[derive(Clone, Debug)]
pub struct Builds<'a> {
    /// The tag of the build with a GIL, and that of the free-threaded one.
    pub tags: [&'a str; 2],
    /// The speed of the free-threaded build over the other, both one job at a time.
    pub one_thread: Ratio,
    /// The same, each with its fastest tool.
    pub all_cores: Option<Ratio>,
}

impl<'a> Builds<'a> {
    /// The builds of the function of `rows`, which are those of its platforms; `None` if one of the two was not measured, or allows no
    /// verdict. Launches are paired by number.
    pub fn of(recording: &'a Recording, rows: &[&'a Row]) -> Option<Self> {
        let free = rows.iter().find(|row| has_gil(recording, row) == Some(false))?;
        let tag = tag(free);
        // That of the same version, if there is one.
        let of_version = rows.iter().find(|row| format!("{}t", self::tag(row)) == tag);
        let locked = of_version.or(rows.iter().rfind(|row| has_gil(recording, row) == Some(true)))?;
        if free.has_no_verdict() || locked.has_no_verdict() {
            return None;
        }
        let fastest = [locked.fastest(), free.fastest()];
        let all_cores = match fastest {
            [Some(of_locked), Some(of_free)] => {
                of_logs(&logs(locked, free, Some([of_locked, of_free])), LEVEL)
            }
            _ => None,
        };
        let one_thread = of_logs(&logs(locked, free, None), LEVEL)?;
        Some(Builds { tags: [self::tag(locked), tag], one_thread, all_cores })
    }
}

/// The logarithms of the speed of `free` over `locked`, by launch: of their baselines, or of these cells of theirs.
fn logs(locked: &Row, free: &Row, cells: Option<[&CellResult; 2]>) -> Vec<f64> {
    let mut logs = Vec::new();
    for (launch, pair) in locked.baseline_ns.iter().zip(&free.baseline_ns).enumerate() {
        let (Some(of_locked), Some(of_free)) = pair else { continue };
        let baselines = (of_locked / of_free).ln();
        let speedup = |cell: &CellResult| cell.logs.get(launch).copied().flatten();
        match cells.map(|[locked, free]| (speedup(locked), speedup(free))) {
            None => logs.push(baselines),
            Some((Some(locked), Some(free))) => logs.push(baselines + free - locked),
            Some(_) => {}
        }
    }
    logs
}

fn tag(row: &Row) -> &str {
    row.workload.platform.as_deref().unwrap_or_default()
}

/// Whether the interpreter of a row has its lock in force.
fn has_gil(recording: &Recording, row: &Row) -> Option<bool> {
    let mut interpreters = recording.environment.interpreters.iter().flatten();
    let entry = interpreters.find(|entry| entry.tag == tag(row))?;
    // A module of the function may have switched it on again.
    let is_back = row.workload.python.as_ref().is_some_and(|facts| facts.lock_back.is_some());
    Some(entry.gil? || is_back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::summary::Summary;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, InterpreterEntry, PythonFacts, WorkloadEntry};

    /// A recording of two interpreters, of which the second takes `percent` percent of the first's time for each cell.
    fn two_builds(percent: u64) -> Recording {
        let mut recording = recording(8, 50);
        let study = recording.study.as_mut().unwrap();
        let (workload, arms) = (study.workloads[0].clone(), study.arms.clone());
        study.workloads.clear();
        study.arms.clear();
        let launches = std::mem::take(&mut study.launches);
        for check in &mut study.idle_checks {
            check.after_launches *= 2;
        }
        for (number, tag) in ["3.13", "3.13t"].into_iter().enumerate() {
            let platform = Some(tag.to_owned());
            study.workloads.push(WorkloadEntry { platform: platform.clone(), ..workload.clone() });
            for arm in &arms {
                study.arms.push(Arm { platform: platform.clone(), ..arm.clone() });
            }
            for launch in &launches {
                let mut launch = launch.clone();
                launch.platform = platform.clone();
                for sample in launch.rounds.iter_mut().flat_map(|round| &mut round.samples) {
                    sample.arm += (number * arms.len()) as u64;
                    let share = if number == 0 { 100 } else { percent };
                    sample.wall_ns = (sample.wall_ns.get() * share / 100).try_into().unwrap();
                    sample.cpu_ns = sample.cpu_ns.map(|cpu_ns| cpu_ns * share / 100);
                }
                study.launches.push(launch);
            }
        }
        let entry = |tag: &str, gil: bool| InterpreterEntry {
            tag: tag.into(),
            version: None,
            build: None,
            free_threaded: Some(!gil),
            gil: Some(gil),
            start_method: "fork".into(),
            packages: vec![],
            unavailable: None,
        };
        recording.environment.interpreters = Some(vec![entry("3.13", true), entry("3.13t", false)]);
        recording
    }

    #[test]
    fn builds_are_compared_on_one_thread_and_on_all_cores() {
        let recording = two_builds(125);
        let summary = Summary::of(&recording);
        let rows: Vec<&Row> = summary.others.iter().collect();
        let builds = Builds::of(&recording, &rows).unwrap();
        assert_eq!(builds.tags, ["3.13", "3.13t"]);
        assert!((builds.one_thread.ratio - 0.8).abs() < 0.01, "{builds:?}");
        assert!((builds.all_cores.unwrap().ratio - 0.8).abs() < 0.01);
        assert!(Builds::of(&recording, &rows[..1]).is_none());
    }

    #[test]
    fn build_whose_lock_is_back_is_not_free_threaded() {
        let mut recording = two_builds(125);
        let workload = &mut recording.study.as_mut().unwrap().workloads[1];
        let lock_back = Some("a module".into());
        workload.python = Some(PythonFacts { packages: vec![], lock_back });
        let summary = Summary::of(&recording);
        assert!(Builds::of(&recording, &summary.others.iter().collect::<Vec<_>>()).is_none());
    }
}
