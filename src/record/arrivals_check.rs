//! What no recording of arrivals has: more than a reader is made for, the same launch or level twice, jobs without a time that
//! they were due at.

use std::collections::{HashMap, HashSet};

use crate::record::consistency::{key, once};
use crate::record::limits::{ARMS, IDLE_CHECKS, LAUNCHES, WORDS, WORKLOADS, at_most};
use crate::record::schema::{ArrivalLaunch, Arrivals, Level, WorkloadEntry};
use crate::stats::schedule::Schedule;

/// Loads, and jobs of a batch.
const LOADS: usize = 200;
const JOBS_OF_BATCH: usize = 1_000_000;

/// Jobs of a level, and those of all levels: about as many as the longest file has room for.
const JOBS_OF_LEVEL: usize = 200_000;
const JOBS: usize = 5_000_000;

/// Jobs after times without any, and failures, of a launch: each arm has some.
const OF_LAUNCH: usize = 10_000;

/// Jobs that come together after a time without any: one for each core.
const JOBS_AT_ONCE: usize = 1 << 16;

/// The longest level and latency, and the longest job: sums of as many as there may be have no overflow.
const DAY_NS: u64 = 24 * HOUR_NS;
const HOUR_NS: u64 = 3_600_000_000_000;

impl Arrivals {
    /// Refuses more of anything than a reader is made for.
    pub(super) fn check_limits(&self) -> Result<(), String> {
        at_most("words of a command line", self.command.len(), WORDS)?;
        at_most("loads", self.loads.len(), LOADS)?;
        at_most("workloads", self.workloads.len(), WORKLOADS)?;
        at_most("arms", self.arms.len(), ARMS)?;
        at_most("launches", self.launches.len(), LAUNCHES)?;
        at_most("idle checks", self.idle_checks.len(), IDLE_CHECKS)?;
        let mut jobs = 0;
        for launch in &self.launches {
            launch.check_limits()?;
            for level in &launch.levels {
                at_most("jobs of a level", level.latency_us.len(), JOBS_OF_LEVEL)?;
                jobs += level.latency_us.len();
            }
        }
        at_most("jobs that arrived", jobs, JOBS)
    }

    /// Checks that its parts don't contradict each other; a recording that is `partial` may lack some.
    pub(super) fn check(&self, partial: bool) -> Result<(), String> {
        once("workload", self.workloads.iter().map(key))?;
        once("arm", self.arms.iter().map(|arm| (&arm.workload, arm.platform.as_deref(), &arm.model)))?;
        if !self.loads.is_sorted_by(|a, b| a < b) {
            return Err("its loads are not from the lowest to the highest".into());
        }
        let known: HashSet<_> = self.workloads.iter().map(key).collect();
        for arm in &self.arms {
            if !known.contains(&(&arm.workload, arm.platform.as_deref())) {
                return Err(format!("arm {:?} is not of one of its workloads", arm.model));
            }
        }
        once("launch", self.launches.iter().map(|it| (&it.workload, it.platform.as_deref(), it.number)))?;
        for launch in &self.launches {
            self.check_launch(launch, partial)
                .map_err(|why| format!("launch {} of {}: {why}", launch.number, launch.workload))?;
        }
        if partial { Ok(()) } else { self.check_launches_due() }
    }

    fn check_launch(&self, launch: &ArrivalLaunch, partial: bool) -> Result<(), String> {
        let of_launch = (launch.workload.as_str(), launch.platform.as_deref());
        let Some(workload) = self.workloads.iter().find(|it| key(it) == of_launch) else {
            return Err("there is no such workload".into());
        };
        if launch.number >= self.launches_asked.get() {
            return Err("it is beyond what was asked for".into());
        }
        let jobs = launch.alone.len() as u64;
        if jobs != 0 && jobs != workload.jobs.get() {
            return Err(format!("{jobs} jobs were run alone, and a batch has {}", workload.jobs));
        }
        once("capacity of arm", launch.capacities.iter().map(|it| it.arm))?;
        once("arm and load", launch.levels.iter().map(|it| (it.arm, it.load)))?;
        let arms = launch.capacities.iter().map(|it| it.arm).chain(launch.levels.iter().map(|it| it.arm));
        let others = launch.first_jobs.iter().map(|it| it.arm).chain(launch.failures.iter().map(|it| it.arm));
        for arm in arms.chain(others) {
            self.check_arm(arm, workload)?;
        }
        for level in &launch.levels {
            if self.loads.binary_search(&level.load).is_err() {
                return Err(format!("nobody asked for a load of {} %", level.load));
            }
            level.check(self.schedule)?;
        }
        if launch
            .first_jobs
            .iter()
            .any(|it| it.latency_us.is_empty() || it.idle_us == 0 && it.idle_cpu_ns.is_some())
        {
            return Err("jobs came after no time without any, or none came".into());
        }
        if partial { Ok(()) } else { self.check_levels_due(launch, workload) }
    }

    /// That an arm is there, and of a launch's workload.
    fn check_arm(&self, arm: u64, workload: &WorkloadEntry) -> Result<(), String> {
        let Some(entry) = usize::try_from(arm).ok().and_then(|arm| self.arms.get(arm)) else {
            return Err(format!("it names arm {arm}, and there are {}", self.arms.len()));
        };
        if (entry.workload.as_str(), entry.platform.as_deref()) != key(workload) {
            return Err(format!("arm {arm} is of another workload"));
        }
        Ok(())
    }

    /// That each arm that can be measured has all levels, or failed.
    fn check_levels_due(&self, launch: &ArrivalLaunch, workload: &WorkloadEntry) -> Result<(), String> {
        if launch.failure.is_some() {
            return Ok(());
        }
        let mut levels: HashMap<u64, usize> = HashMap::new();
        for level in &launch.levels {
            *levels.entry(level.arm).or_default() += 1;
        }
        for (arm, entry) in (0_u64..).zip(&self.arms) {
            let is_due = self.check_arm(arm, workload).is_ok() && entry.unavailable.is_none();
            let has_all = levels.get(&arm).copied().unwrap_or(0) == self.loads.len();
            if is_due && !has_all && !launch.failures.iter().any(|it| it.arm == arm) {
                return Err(format!("{} has not all levels, and did not fail", entry.model));
            }
        }
        Ok(())
    }

    /// That each workload which can be measured has all launches.
    fn check_launches_due(&self) -> Result<(), String> {
        for workload in &self.workloads {
            let launches = self.launches.iter();
            let have =
                launches.filter(|it| (it.workload.as_str(), it.platform.as_deref()) == key(workload)).count();
            let mut arms = (0_u64..).zip(&self.arms);
            let is_due =
                arms.any(|(arm, it)| it.unavailable.is_none() && self.check_arm(arm, workload).is_ok());
            if is_due && (have as u64) < self.launches_asked.get() {
                let (due, called) = (self.launches_asked, workload.called());
                return Err(format!(
                    "it has {have} of {due} launches of {called}, and is not marked as partial"
                ));
            }
        }
        Ok(())
    }
}

impl ArrivalLaunch {
    fn check_limits(&self) -> Result<(), String> {
        at_most("jobs of a batch", self.alone.len(), JOBS_OF_BATCH)?;
        at_most("capacities of a launch", self.capacities.len(), ARMS)?;
        at_most("levels of a launch", self.levels.len(), ARMS)?;
        at_most("first jobs of a launch", self.first_jobs.len(), OF_LAUNCH)?;
        at_most("failures of a launch", self.failures.len(), OF_LAUNCH)?;
        for first in &self.first_jobs {
            at_most("jobs at once", first.latency_us.len(), JOBS_AT_ONCE)?;
        }
        if self.alone.iter().any(|job| job.wait_ns > HOUR_NS || job.compute_ns > HOUR_NS) {
            return Err("a job takes more than an hour alone".into());
        }
        let day_us = DAY_NS / 1_000;
        for level in &self.levels {
            let longest_us = level.latency_us.iter().flatten().max().copied().unwrap_or(0);
            if level.level_ns.get() > DAY_NS || longest_us > day_us {
                return Err("a level or a job of it took more than a day".into());
            }
        }
        Ok(())
    }
}

impl Level {
    /// That it has what became of each job, and as many jobs as its rate makes.
    fn check(&self, schedule: Schedule) -> Result<(), String> {
        let lengths = [self.late_us.len(), self.latency_us.len(), self.service_us.len()];
        if lengths.iter().any(|length| *length != lengths[0]) {
            return Err(format!("the lists of a level have {lengths:?} jobs"));
        }
        for (latency, service) in self.latency_us.iter().zip(&self.service_us) {
            if latency.is_some() != service.is_some() {
                return Err("a job of a level ended, and took no time, or the reverse".into());
            }
        }
        let expected = self.jobs_per_1000_s.get() as f64 / 1e3 * self.level_ns.get() as f64 / 1e9;
        let chance = match schedule {
            // Ten times the standard deviation.
            Schedule::Poisson => 10.0 * expected.sqrt(),
            Schedule::Constant => 0.0,
        };
        let jobs = lengths[0];
        if (jobs as f64 - expected).abs() > chance + 10.0 {
            return Err(format!("a level has {jobs} jobs, and its rate makes about {expected:.0}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{AloneJob, Capacity, Failure, FirstJobs, Recording, ServingArm};

    fn number(value: u64) -> NonZeroU64 {
        value.try_into().unwrap()
    }

    fn level(arm: u64, load: u64) -> Level {
        Level {
            arm,
            load: number(load),
            jobs_per_1000_s: number(100_000),
            level_ns: number(1_000_000_000),
            seed: 1,
            late_us: vec![0; 100],
            latency_us: vec![Some(1_000); 100],
            service_us: vec![Some(1_000); 100],
            stopped: false,
        }
    }

    /// Two launches of two models at two loads.
    fn arrived() -> Recording {
        let base = recording(1, 50);
        let study = base.study.as_ref().unwrap();
        let arm = |model: &str| ServingArm {
            workload: "hash".into(),
            platform: None,
            model: model.into(),
            revision: 1,
            limit: None,
            unavailable: None,
        };
        let launch = |number| ArrivalLaunch {
            workload: "hash".into(),
            number,
            alone: vec![AloneJob { wait_ns: 0, compute_ns: 1_000_000 }],
            capacities: vec![Capacity { arm: 0, jobs: self::number(1), ns: self::number(1) }],
            levels: vec![level(0, 20), level(1, 80), level(0, 80), level(1, 20)],
            first_jobs: vec![FirstJobs { arm: 0, idle_us: 0, latency_us: vec![1], idle_cpu_ns: None }],
            ..ArrivalLaunch::default()
        };
        let arrivals = Arrivals {
            command: vec![],
            schedule: Schedule::Poisson,
            loads: vec![number(20), number(80)],
            launches_asked: number(2),
            level_ns: number(1_000_000_000),
            seed: 7,
            workloads: study.workloads.clone(),
            arms: vec![arm("sequential"), arm("rayon")],
            launches: vec![launch(0), launch(1)],
            idle_checks: vec![],
        };
        Recording { study: None, arrivals: Some(arrivals), ..base }
    }

    /// Why a recording is refused after `change`.
    fn refusal(change: impl FnOnce(&mut Arrivals)) -> String {
        let mut changed = arrived();
        assert_eq!(changed.check(), Ok(()));
        change(changed.arrivals.as_mut().unwrap());
        changed.check().expect_err("it contradicts itself")
    }

    #[test]
    fn arrivals_over_a_limit_are_refused() {
        let jobs = refusal(|it| it.launches[0].levels[0].latency_us = vec![None; 200_001]);
        assert_eq!(jobs, "it has 200001 jobs of a level, and a recording has at most 200000");
        let all = refusal(|it| {
            let level = Level { latency_us: vec![None; 200_000], ..level(0, 20) };
            it.launches[1].levels = vec![level; 26];
        });
        assert!(all.starts_with("it has 5200400 jobs that arrived"), "{all}");
        let arms = refusal(|it| it.arms = vec![it.arms[0].clone(); 5_001]);
        assert!(arms.starts_with("it has 5001 arms"), "{arms}");
        let levels = refusal(|it| it.launches[0].levels = vec![level(0, 20); 5_001]);
        assert!(levels.starts_with("it has 5001 levels of a launch"), "{levels}");
        let launches = refusal(|it| it.launches = vec![it.launches[0].clone(); 50_001]);
        assert!(launches.starts_with("it has 50001 launches"), "{launches}");
    }

    #[test]
    fn times_that_overflow_are_refused() {
        let alone = refusal(|it| it.launches[0].alone[0].wait_ns = u64::MAX);
        assert_eq!(alone, "a job takes more than an hour alone");
        let latency = refusal(|it| it.launches[0].levels[0].latency_us[7] = Some(u64::MAX));
        assert_eq!(latency, "a level or a job of it took more than a day");
        let long = refusal(|it| it.launches[0].levels[0].level_ns = number(u64::MAX));
        assert_eq!(long, latency);
        let rate = refusal(|it| it.launches[0].levels[0].jobs_per_1000_s = number(u64::MAX));
        assert!(
            rate.starts_with("launch 0 of hash: a level has 100 jobs, and its rate makes about 18"),
            "{rate}"
        );
    }

    #[test]
    fn level_has_what_became_of_each_job() {
        let shorter = refusal(|it| it.launches[1].levels[2].late_us.truncate(99));
        assert_eq!(shorter, "launch 1 of hash: the lists of a level have [99, 100, 100] jobs");
        let untimed = refusal(|it| it.launches[1].levels[2].service_us[3] = None);
        assert!(untimed.contains("ended, and took no time"), "{untimed}");
        let mut open = arrived();
        let level = &mut open.arrivals.as_mut().unwrap().launches[0].levels[0];
        (level.latency_us[3], level.service_us[3]) = (None, None);
        assert_eq!(open.check(), Ok(()));
    }

    #[test]
    fn levels_are_of_arms_and_there_once() {
        let unknown = refusal(|it| it.launches[0].levels[1].arm = 2);
        assert_eq!(unknown, "launch 0 of hash: it names arm 2, and there are 2");
        let failed = refusal(|it| {
            it.launches[0].failures.push(Failure { arm: 9, reason: "it broke".into(), unavailable: false });
        });
        assert!(failed.ends_with("it names arm 9, and there are 2"), "{failed}");
        let twice = refusal(|it| it.launches[0].levels.push(level(1, 20)));
        assert_eq!(twice, "launch 0 of hash: it has arm and load (1, 20) twice");
        let load = refusal(|it| it.launches[0].levels[0].load = number(30));
        assert_eq!(load, "launch 0 of hash: nobody asked for a load of 30 %");
        let other = refusal(|it| {
            let mut workload = it.workloads[0].clone();
            workload.name = "service".into();
            it.workloads.push(workload);
            it.arms[1].workload = "service".into();
        });
        assert!(other.ends_with("arm 1 is of another workload"), "{other}");
        let homeless = refusal(|it| it.arms[1].workload = "service".into());
        assert_eq!(homeless, r#"arm "rayon" is not of one of its workloads"#);
        let arm = refusal(|it| it.arms[1].model = "sequential".into());
        assert_eq!(arm, r#"it has arm ("hash", None, "sequential") twice"#);
    }

    #[test]
    fn doubled_and_missing_parts_are_refused() {
        let twice = refusal(|it| it.launches[1].number = 0);
        assert_eq!(twice, r#"it has launch ("hash", None, 0) twice"#);
        let missing = refusal(|it| it.launches.truncate(1));
        assert_eq!(missing, "it has 1 of 2 launches of hash, and is not marked as partial");
        let level = refusal(|it| it.launches[0].levels.truncate(3));
        assert_eq!(level, "launch 0 of hash: rayon has not all levels, and did not fail");
        let mut partial = arrived();
        partial.partial = true;
        let arrivals = partial.arrivals.as_mut().unwrap();
        arrivals.launches.truncate(1);
        arrivals.launches[0].levels.truncate(1);
        assert_eq!(partial.check(), Ok(()));
        let unsorted = refusal(|it| it.loads.reverse());
        assert_eq!(unsorted, "its loads are not from the lowest to the highest");
    }
}
