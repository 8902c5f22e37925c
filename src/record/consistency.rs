//! What no recording has that was measured: the same launch twice, a sample of another task, launches that are missing
//! without a reason. Readers refuse such a recording, since whatever it seems to show was never seen.

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::hash::Hash;

use crate::record::limits::{ARMS_OF_WORKLOAD, LAUNCHES_OF_WORKLOAD, at_most};
use crate::record::schema::{Costs, Launch, Recording, Role, Round, Stopping, Study, TaskMap, WorkloadEntry};

impl Recording {
    /// Checks what its types can't hold: limits, indices, and that its parts don't contradict each other.
    ///
    /// # Errors
    /// Names the first contradiction.
    pub fn check(&self) -> Result<(), String> {
        self.check_limits()?;
        for study in self.studies() {
            study.check()?;
        }
        if let Some(study) = &self.study
            && !self.partial
        {
            study.check_launches_due()?;
        }
        let interpreters = self.environment.interpreters.iter().flatten();
        once("interpreter", interpreters.map(|it| &it.tag))?;
        once("evidence of", self.evidence.iter().flatten().map(|it| (&it.model, &it.jobs)))?;
        let stories = self.stories.iter().flatten();
        once("story", stories.map(|it| (&it.story, &it.arrangement, &it.model)))?;
        if let Some(arrivals) = &self.arrivals {
            arrivals.check(self.partial)?;
        }
        if let Some(map) = &self.map {
            map.check(self.partial)?;
        }
        self.costs.as_ref().map_or(Ok(()), Costs::check)
    }

    /// Its own study, and those of its costs and of its map.
    pub(super) fn studies(&self) -> impl Iterator<Item = &Study> {
        let of_costs = self.costs.iter().flat_map(Costs::studies);
        self.study.iter().chain(of_costs).chain(self.map.iter().flat_map(TaskMap::studies))
    }
}

impl Costs {
    fn check(&self) -> Result<(), String> {
        once("series", self.sizes.iter().map(|it| &it.series))?;
        let in_passes = self.probes.iter().filter(|probe| probe.turn.is_some());
        once("probe", in_passes.map(|it| (&it.model, &it.question, it.turn.map(|turn| turn.pass))))
    }
}

/// Refuses a second one of anything.
pub(super) fn once<K: Debug + Eq + Hash>(what: &str, keys: impl Iterator<Item = K>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for key in keys {
        if seen.contains(&key) {
            return Err(format!("it has {what} {key:?} twice"));
        }
        seen.insert(key);
    }
    Ok(())
}

impl Study {
    fn check(&self) -> Result<(), String> {
        let rows = Rows::of(self)?;
        for stop in &self.stops {
            rows.row_of(stop.arm)?;
        }
        once("stop of arm", self.stops.iter().map(|stop| stop.arm))?;
        let cells = self.arms.iter().filter(|arm| arm.role == Role::Cell);
        once("cell", cells.map(|arm| (&arm.id, arm.platform.as_deref())))?;
        let mut launches = vec![0_usize; self.workloads.len()];
        let mut numbers = HashSet::new();
        for launch in &self.launches {
            let row = rows.row(launch)?;
            let named = || format!("launch {} of {}", launch.number, self.workloads[row].called());
            if !numbers.insert((row, launch.number)) {
                return Err(format!("it has {} twice", named()));
            }
            let is_asked = launch.number < self.launches_asked.get();
            if !is_asked || launch.rounds.len() as u64 > self.rounds_asked.get() {
                return Err(format!("{} or its last round is beyond what was asked for", named()));
            }
            for round in &launch.rounds {
                OfRound { study: self, rows: &rows, row, before: launches[row] as u64 }
                    .check(round)
                    .map_err(|why| format!("{}: {why}", named()))?;
            }
            launches[row] += 1;
            at_most("launches of a workload", launches[row], LAUNCHES_OF_WORKLOAD)?;
        }
        Ok(())
    }

    /// That a study which is whole has all launches that its rule asks for. One that failed may have ended its row.
    pub(super) fn check_launches_due(&self) -> Result<(), String> {
        for workload in &self.workloads {
            let launches = self.launches_of(workload);
            let (have, due) = (launches.len() as u64, self.launches_due(workload));
            if have < due && !launches.iter().any(|launch| has_failures(launch)) {
                let called = workload.called();
                return Err(format!(
                    "it has {have} of {due} launches of {called}, no failure, and is not marked as partial"
                ));
            }
        }
        Ok(())
    }
}

fn has_failures(launch: &Launch) -> bool {
    launch.failure.is_some() || launch.rounds.iter().any(|round| !round.failures.is_empty())
}

/// Which arms belong to which workload, by their indices.
struct Rows<'a> {
    by_name: HashMap<(&'a str, Option<&'a str>), usize>,
    of_arms: Vec<usize>,
    arms: Vec<Vec<usize>>,
    /// The launches of each arm that has stopped.
    stopped_after: HashMap<u64, u64>,
}

impl<'a> Rows<'a> {
    fn of(study: &'a Study) -> Result<Self, String> {
        once("workload", study.workloads.iter().map(key))?;
        let by_name = study.workloads.iter().map(key).zip(0..).collect();
        let stopped_after = study.stops.iter().map(|stop| (stop.arm, stop.after_launches)).collect();
        let arms = vec![vec![]; study.workloads.len()];
        let mut rows = Rows { by_name, of_arms: vec![], arms, stopped_after };
        for (index, arm) in study.arms.iter().enumerate() {
            let mut of = study.workloads.iter().enumerate().filter(|(_, workload)| arm.is_of(workload));
            let (Some((row, _)), None) = (of.next(), of.next()) else {
                return Err(format!("arm {:?} is not of one of its workloads", arm.id));
            };
            rows.of_arms.push(row);
            rows.arms[row].push(index);
            at_most("arms of a workload", rows.arms[row].len(), ARMS_OF_WORKLOAD)?;
        }
        Ok(rows)
    }

    fn row(&self, launch: &Launch) -> Result<usize, String> {
        let row = self.by_name.get(&(&launch.workload, launch.platform.as_deref()));
        row.copied().ok_or_else(|| format!("there is no workload {:?} of its launch", launch.workload))
    }

    fn row_of(&self, arm: u64) -> Result<usize, String> {
        let row = usize::try_from(arm).ok().and_then(|arm| self.of_arms.get(arm));
        let arms = self.of_arms.len();
        row.copied().ok_or_else(|| format!("a sample names arm {arm}, and there are {arms}"))
    }
}

/// What tells workloads apart.
pub(super) fn key(workload: &WorkloadEntry) -> (&str, Option<&str>) {
    (&workload.name, workload.platform.as_deref())
}

/// What the rounds of a launch may have.
struct OfRound<'a> {
    study: &'a Study,
    rows: &'a Rows<'a>,
    row: usize,
    /// The launches of the row before this one.
    before: u64,
}

impl OfRound<'_> {
    fn check(&self, round: &Round) -> Result<(), String> {
        let mut measured = HashSet::new();
        for sample in &round.samples {
            self.check_arm(sample.arm)?;
            if !measured.insert(sample.arm) {
                return Err(format!("it has two samples of arm {}", sample.arm));
            }
        }
        let mut failed = HashSet::new();
        for failure in &round.failures {
            self.check_arm(failure.arm)?;
            if measured.contains(&failure.arm) || !failed.insert(failure.arm) {
                return Err(format!("arm {} failed twice, or failed and was measured", failure.arm));
            }
        }
        let mut copied = HashSet::new();
        for copies in &round.copies {
            self.check_arm(copies.arm)?;
            if !measured.contains(&copies.arm) || copies.ns.is_empty() || !copied.insert(copies.arm) {
                return Err(format!("the copies of arm {} are not those of a sample", copies.arm));
            }
        }
        self.check_all_are_there(|arm| measured.contains(&arm) || failed.contains(&arm))
    }

    /// That an arm is of the launch's workload, and has not stopped before.
    fn check_arm(&self, arm: u64) -> Result<(), String> {
        if self.rows.row_of(arm)? != self.row {
            return Err(format!("arm {arm} is of another workload"));
        }
        match self.rows.stopped_after.get(&arm) {
            Some(&launches) if launches <= self.before => {
                Err(format!("arm {arm} was measured after it had stopped"))
            }
            _ => Ok(()),
        }
    }

    /// That each arm was measured or failed, unless it had stopped. Where studies measure until all is settled, an arm may
    /// pause.
    fn check_all_are_there(&self, has: impl Fn(u64) -> bool) -> Result<(), String> {
        if matches!(self.study.stopping, Some(Stopping::Settled { .. })) {
            return Ok(());
        }
        for &index in &self.rows.arms[self.row] {
            let (arm, entry) = (index as u64, &self.study.arms[index]);
            let is_due = entry.unavailable.is_none() && self.check_arm(arm).is_ok();
            if is_due && !has(arm) {
                return Err(format!("{} was neither measured nor failed", entry.id));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{CopyTimes, Failure, Stop, StopReason};

    /// Why a recording of 16 launches of two cells is refused after `change` of its study.
    fn refusal(change: impl FnOnce(&mut Study)) -> String {
        let mut changed = recording(16, 50);
        assert_eq!(changed.check(), Ok(()));
        change(changed.study.as_mut().unwrap());
        changed.check().expect_err("it contradicts itself")
    }

    fn round(study: &mut Study) -> &mut Round {
        &mut study.launches[3].rounds[0]
    }

    #[test]
    fn doubled_and_missing_launches_are_refused() {
        let copied = refusal(|it| it.launches = vec![it.launches[0].clone(); 16]);
        assert_eq!(copied, "it has launch 0 of hash twice");
        let missing = refusal(|it| it.launches_asked = 100.try_into().unwrap());
        assert_eq!(missing, "it has 16 of 100 launches of hash, no failure, and is not marked as partial");
        let more = refusal(|it| it.launches_asked = 15.try_into().unwrap());
        assert!(more.starts_with("launch 15 of hash or its last round"), "{more}");
    }

    #[test]
    fn stopped_or_failed_study_may_have_fewer_launches() {
        let mut partial = recording(16, 50);
        partial.study.as_mut().unwrap().launches.truncate(9);
        assert!(partial.check().is_err());
        partial.partial = true;
        assert_eq!(partial.check(), Ok(()));
        partial.partial = false;
        partial.study.as_mut().unwrap().launches[8].failure = Some("it hung".into());
        assert_eq!(partial.check(), Ok(()));
    }

    #[test]
    fn doubled_and_missing_samples_are_refused() {
        let doubled = refusal(|it| {
            let sample = round(it).samples[0];
            round(it).samples.push(sample);
        });
        assert_eq!(doubled, "launch 3 of hash: it has two samples of arm 0");
        let missing = refusal(|it| round(it).samples.truncate(1));
        assert_eq!(missing, "launch 3 of hash: hash/rayon/cores was neither measured nor failed");
        let both = refusal(|it| {
            round(it).failures.push(Failure { arm: 1, reason: "it broke".into(), unavailable: false });
        });
        assert!(both.ends_with("arm 1 failed twice, or failed and was measured"), "{both}");
        let unknown = refusal(|it| round(it).samples[1].arm = 2);
        assert!(unknown.ends_with("a sample names arm 2, and there are 2"), "{unknown}");
        let copies = refusal(|it| round(it).copies.push(CopyTimes { arm: 1, ns: vec![] }));
        assert!(copies.ends_with("the copies of arm 1 are not those of a sample"), "{copies}");
    }

    #[test]
    fn stopped_arm_is_not_measured_further() {
        let stop = Stop { arm: 1, after_launches: 10, why: StopReason::Settled };
        let after = refusal(|it| it.stops.push(stop));
        assert_eq!(after, "launch 10 of hash: arm 1 was measured after it had stopped");
        let mut stopped = recording(16, 50);
        let study = stopped.study.as_mut().unwrap();
        study.stops.push(stop);
        for launch in &mut study.launches[10..] {
            launch.rounds[0].samples.truncate(1);
        }
        assert_eq!(stopped.check(), Ok(()));
    }

    #[test]
    fn cells_workloads_and_sections_are_there_once() {
        let cell = refusal(|it| it.arms.push(it.arms[1].clone()));
        assert_eq!(cell, r#"it has cell ("hash/rayon/cores", None) twice"#);
        let workload = refusal(|it| it.workloads.push(it.workloads[0].clone()));
        assert_eq!(workload, r#"it has workload ("hash", None) twice"#);
        let homeless = refusal(|it| it.arms[1].id = "primes/rayon/cores".into());
        assert_eq!(homeless, r#"arm "primes/rayon/cores" is not of one of its workloads"#);
        let launch = refusal(|it| it.launches[2].workload = "primes".into());
        assert_eq!(launch, r#"there is no workload "primes" of its launch"#);
    }
}
