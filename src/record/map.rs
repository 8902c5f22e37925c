//! The map: tasks of any length, of which any share waits, under every model.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::record::consistency::once;
use crate::record::limits::{WORDS, WORKLOADS, at_most};
use crate::record::schema::{Recording, Study, WorkloadEntry};

/// The parts of a map.
const PARTS: usize = 100;

/// Tasks of any length, of which any share waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskMap {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// What was measured, one part after the other.
    pub parts: Vec<MapPart>,
}

/// Points that were measured together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapPart {
    /// The points, each a row of the study.
    pub points: Vec<MapPoint>,
    /// The measurements.
    pub study: Study,
}

/// A point of the map: what was asked for. What its jobs are is said by its workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapPoint {
    /// The name of its workload.
    pub workload: String,
    /// The interpreter; Rust if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// How long a job takes alone, in nanoseconds; 0 if it does nothing.
    pub job_ns: u64,
    /// How much of that it waits, in percent.
    pub wait_percent: u64,
    /// The number of jobs.
    pub jobs: NonZeroU64,
    /// What it is measured for.
    pub purpose: Purpose,
}

/// What a point is measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// It is drawn, and advice rests on it.
    Advice,
    /// Advice is checked against it, and never rests on it.
    Check,
    /// It shows what a term of the cost model is: jobs that do nothing, or only wait.
    Term,
}

impl TaskMap {
    /// Its studies.
    pub fn studies(&self) -> impl Iterator<Item = &Study> {
        self.parts.iter().map(|part| &part.study)
    }

    pub(super) fn check(&self, is_partial: bool) -> Result<(), String> {
        at_most("words of a command line", self.command.len(), WORDS)?;
        at_most("parts of a map", self.parts.len(), PARTS)?;
        for part in &self.parts {
            part.check()?;
            if !is_partial {
                part.study.check_launches_due()?;
            }
        }
        let points = self.parts.iter().flat_map(|part| &part.points);
        once(
            "point",
            points
                .map(|it| (&it.platform, it.job_ns, it.wait_percent, it.jobs, it.purpose == Purpose::Check)),
        )
    }
}

impl MapPart {
    fn check(&self) -> Result<(), String> {
        at_most("points", self.points.len(), WORKLOADS)?;
        for point in &self.points {
            if point.wait_percent > 100 {
                return Err(format!("{} waits {} % of its time", point.workload, point.wait_percent));
            }
            let is_of = |it: &&WorkloadEntry| it.name == point.workload && it.platform == point.platform;
            match self.study.workloads.iter().find(is_of) {
                Some(workload) if workload.jobs == point.jobs => {}
                Some(_) => return Err(format!("{} has another number of jobs", point.workload)),
                None => return Err(format!("there is no workload {} of its point", point.workload)),
            }
        }
        once("point", self.points.iter().map(|it| (&it.workload, &it.platform)))?;
        if self.points.len() < self.study.workloads.len() {
            return Err("some workload of a map is none of its points".into());
        }
        Ok(())
    }
}

impl Recording {
    /// The study that is being measured: the last part of a map, or its own.
    pub fn current_study(&self) -> Option<&Study> {
        match &self.map {
            Some(map) => map.parts.last().map(|part| &part.study),
            None => self.study.as_ref(),
        }
    }

    pub(super) fn current_study_mut(&mut self) -> Option<&mut Study> {
        match &mut self.map {
            Some(map) => map.parts.last_mut().map(|part| &mut part.study),
            None => self.study.as_mut(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::journal::{Entry, Journal};
    use crate::record::read::{read, tests::recording};
    use crate::record::schema::Launch;

    /// A map of one point, with the study of a recording.
    fn with_map() -> Recording {
        let base = recording(3, 50);
        let study = base.study.clone().unwrap();
        let point = MapPoint {
            workload: "hash".into(),
            platform: None,
            job_ns: 1_000_000,
            wait_percent: 0,
            jobs: study.workloads[0].jobs,
            purpose: Purpose::Advice,
        };
        let parts = vec![MapPart { points: vec![point], study }];
        Recording { study: None, map: Some(TaskMap { command: vec![], parts }), ..base }
    }

    /// Why a map with `change` is refused.
    fn refusal(change: impl FnOnce(&mut TaskMap)) -> String {
        let mut changed = with_map();
        assert_eq!(changed.check(), Ok(()));
        change(changed.map.as_mut().unwrap());
        changed.check().expect_err("it contradicts itself")
    }

    #[test]
    fn points_and_workloads_belong_together() {
        let wrong = refusal(|map| map.parts[0].points[0].workload = "hush".into());
        assert_eq!(wrong, "there is no workload hush of its point");
        let wrong = refusal(|map| map.parts[0].points[0].jobs = NonZeroU64::MAX);
        assert_eq!(wrong, "hash has another number of jobs");
        let wrong = refusal(|map| map.parts[0].points.clear());
        assert_eq!(wrong, "some workload of a map is none of its points");
        let wrong = refusal(|map| map.parts[0].points[0].wait_percent = 101);
        assert_eq!(wrong, "hash waits 101 % of its time");
        let twice = refusal(|map| map.parts.push(map.parts[0].clone()));
        assert!(twice.starts_with("it has point"), "{twice}");
        let missing = refusal(|map| drop(map.parts[0].study.launches.pop()));
        assert!(missing.contains("2 of 3 launches"), "{missing}");
    }

    #[test]
    fn killed_map_keeps_all_its_parts() {
        let whole = with_map();
        let part = whole.map.clone().unwrap().parts.remove(0);
        let folder = tempfile::tempdir().unwrap();
        let empty = Recording { map: Some(TaskMap::default()), ..whole };
        let mut journal = Journal::begin(folder.path(), "map-1-2", empty).unwrap();
        let launches = part.study.launches.clone();
        let begun = MapPart { study: Study { launches: vec![], ..part.study.clone() }, ..part.clone() };
        journal.append(Entry::Part(Box::new(begun))).unwrap();
        for Launch { workload, number, rounds, .. } in launches {
            journal.append(Entry::Launch(workload, number)).unwrap();
            journal.append(Entry::Round(rounds[0].clone())).unwrap();
        }
        let path = journal.path().unwrap().to_owned();
        drop(journal);
        let recovered = read(&path).unwrap();
        assert!(recovered.partial);
        assert_eq!(recovered.map.unwrap().parts, [part]);
    }
}
