//! Numbers that no machine can have measured. A reader can't tell what else of such a recording is wrong, so it has no verdicts.

use std::collections::HashSet;

use crate::record::schema::{Environment, Recording, Sample, Study};

/// The shortest time of a job on one core, in nanoseconds: a third of a cycle. The shortest that was ever measured is 3 ns.
const JOB_NS: f64 = 0.1;

/// The shortest slot, in nanoseconds: slots are measured for 20 ms, and for 6 if their verification takes longer.
const SLOT_NS: u64 = 1_000;

/// The longest slot, in nanoseconds: a day. A launch that is silent for minutes is ended.
const LONGEST_SLOT_NS: u64 = 86_400_000_000_000;

/// CPU time is read outside the clock that gives wall time: this much of it may belong to no run, for each slot and each run.
const CPU_NS_OF_SLOT: f64 = 1e8;
const CPU_NS_OF_RUN: f64 = 2e4;

/// How many times the cores' time CPU time may be besides: some kernels count it by ticks.
const CPU_TIMES: f64 = 2.0;

/// Launches with fewer numbers may be equal by chance where the clock is coarse.
const NUMBERS_OF_COPY: usize = 4;

/// Where the clock is coarse, a smaller part of launches than one of these may be equal by chance.
const PART_OF_COPIES: usize = 4;

/// The first of each kind of number in `study` of `recording` that can't be, in words.
pub(super) fn impossible(recording: &Recording, study: &Study) -> Vec<String> {
    let cores = most_cores(&recording.environment);
    let (mut wrong_time, mut too_busy) = (None, None);
    for launch in &study.launches {
        let Some(workload) = study.workloads.iter().find(|workload| launch.is_of(workload)) else { continue };
        let jobs = workload.jobs.get() as f64;
        for sample in launch.rounds.iter().flat_map(|round| &round.samples) {
            let Some(slot) = Slot::of(study, sample, jobs, cores) else { continue };
            wrong_time = wrong_time.or_else(|| slot.has_impossible_time());
            too_busy = too_busy.or_else(|| slot.too_busy());
        }
    }
    [wrong_time, too_busy, copies(study)].into_iter().flatten().collect()
}

/// The cores that models can have kept busy: where only the sizes of pools were limited, those of the machine.
fn most_cores(environment: &Environment) -> f64 {
    let cores = environment.cores.max(environment.available_parallelism.unwrap_or(0));
    match &environment.limited_by {
        Some(by) if !by.starts_with("a mask") => {
            cores.max(2 * environment.physical_cores.unwrap_or(0)) as f64
        }
        _ => cores as f64,
    }
}

/// A slot, and what it could have.
struct Slot<'a> {
    cell: &'a str,
    sample: &'a Sample,
    jobs: f64,
    cores: f64,
}

impl<'a> Slot<'a> {
    fn of(study: &'a Study, sample: &'a Sample, jobs: f64, cores: f64) -> Option<Self> {
        let arm = study.arms.get(usize::try_from(sample.arm).ok()?)?;
        Some(Slot { cell: &arm.id, sample, jobs, cores })
    }

    fn has_impossible_time(&self) -> Option<String> {
        let (wall_ns, runs) = (self.sample.wall_ns.get(), self.sample.runs.get());
        let least_ns = runs as f64 * self.jobs * JOB_NS / self.cores;
        let is_so = wall_ns < SLOT_NS || (wall_ns as f64) < least_ns || wall_ns > LONGEST_SLOT_NS;
        is_so.then(|| format!("{} took {wall_ns} ns for {runs} runs of {} jobs", self.cell, self.jobs))
    }

    fn too_busy(&self) -> Option<String> {
        let (wall_ns, cpu_ns) = (self.sample.wall_ns.get() as f64, self.sample.cpu_ns? as f64);
        let of_harness = CPU_NS_OF_SLOT + self.sample.runs.get() as f64 * CPU_NS_OF_RUN;
        let is_so = cpu_ns > CPU_TIMES * wall_ns * self.cores + of_harness;
        let busy = cpu_ns / wall_ns;
        is_so.then(|| format!("{} kept {busy:.1} of {} cores busy", self.cell, self.cores))
    }
}

/// Launches that are copies of others: two processes never measure the same nanoseconds throughout.
fn copies(study: &Study) -> Option<String> {
    let (mut seen, mut copies, mut of) = (HashSet::new(), 0, None);
    for launch in &study.launches {
        let mut numbers = Vec::new();
        for (at, round) in launch.rounds.iter().enumerate() {
            for sample in &round.samples {
                numbers.push((at, sample.arm, sample.runs, sample.wall_ns, sample.cpu_ns));
            }
        }
        numbers.sort_unstable();
        let known = numbers.len() + numbers.iter().filter(|number| number.4.is_some()).count();
        if known >= NUMBERS_OF_COPY && !seen.insert((&launch.workload, &launch.platform, numbers)) {
            copies += 1;
            of = of.or(Some(&launch.workload));
        }
    }
    let of = of?;
    let are_many = copies * PART_OF_COPIES >= study.launches.len();
    are_many.then(|| format!("{copies} launches have the same times as others, first of {of}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    /// What can't be after `change` of a study of two cells on two cores.
    fn found(change: impl FnOnce(&mut Study)) -> Vec<String> {
        let mut changed = recording(16, 50);
        let mut study = changed.study.take().unwrap();
        change(&mut study);
        impossible(&changed, &study)
    }

    #[test]
    fn measured_numbers_are_possible() {
        assert_eq!(found(|_| {}), [""; 0]);
    }

    #[test]
    fn time_for_jobs_and_of_cores_has_bounds() {
        let sample = |study: &mut Study, wall_ns: u64, cpu_ns| {
            let sample = &mut study.launches[3].rounds[0].samples[1];
            (sample.wall_ns, sample.cpu_ns) = (wall_ns.try_into().unwrap(), cpu_ns);
        };
        assert_eq!(found(|it| sample(it, 1, None)), ["hash/rayon/cores took 1 ns for 1 runs of 1 jobs"]);
        assert_eq!(found(|it| sample(it, u64::MAX, None)).len(), 1, "584 years");
        assert_eq!(found(|it| sample(it, 1_000, Some(100_000_000))), [""; 0], "of the harness");
        let many = |it: &mut Study| it.workloads[0].jobs = 3_000_000_000.try_into().unwrap();
        assert_eq!(found(many).len(), 1);
        assert_eq!(found(|it| sample(it, 50_000_000, Some(300_000_000))), [""; 0]);
        let busy = found(|it| sample(it, 50_000_000, Some(301_000_000)));
        assert_eq!(busy, ["hash/rayon/cores kept 6.0 of 2 cores busy"]);
    }

    #[test]
    fn copied_launch_is_found_under_another_number() {
        let copied = found(|it| {
            let rounds = it.launches[0].rounds.clone();
            it.launches[1..].iter_mut().for_each(|launch| launch.rounds.clone_from(&rounds));
        });
        let twice = found(|it| it.launches[1].rounds = it.launches[0].rounds.clone());
        assert_eq!(twice, [""; 0], "by chance");
        assert_eq!(copied, ["15 launches have the same times as others, first of hash"]);
    }
}
