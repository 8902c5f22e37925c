//! What the machine gave to each launch of a workload. Launches to which it gave less than to others are slow.

use std::collections::BTreeMap;

use crate::record::schema::{Arm, Kind, Launch, Role, Sample, Study, WorkloadEntry};
use crate::stats::interval::{LEVEL, rank};
use crate::stats::ratio::{noise_floor, of_logs};
use crate::stats::{median, present};

/// The minimum that the machine gives to a launch, relative to a good launch of the study.
pub(crate) const KEPT: f64 = 0.9;

/// The minimum average number of busy cores of a cell that computes on several cores: dispatch, timers and
/// the kernel's own work for a cell on one core stay below it.
pub(crate) const SEVERAL_CORES: f64 = 1.1;

/// The same where two slots of one launch differ by more than [`STEADY`], as with disks and dispatch alone: their launches
/// differ by a third on a quiet machine.
const KEPT_OF_UNSTEADY: f64 = 0.5;

/// The difference of two slots of one launch up to which a workload is steady, as the upper bound of the median over
/// launches: timers and servers stay below 2 %, disks and dispatch alone are at 9 % and more.
const STEADY: f64 = 0.05;

/// The launches of a workload, as its baseline and the copies of it on all cores tell them.
pub(super) struct Launches {
    computes: bool,
    /// Some cell of the workload computes on several cores.
    pub(super) on_several: bool,
    /// The time of each copy is known, not only that of the slowest.
    pub(super) has_copies: bool,
    launches: Vec<OfLaunch>,
}

/// What one launch got; `None` if it has no such arm, or its system does not tell.
struct OfLaunch {
    /// The time of a run of the baseline, in nanoseconds.
    baseline_ns: Option<f64>,
    /// The share of its core that the baseline got.
    core_share: Option<f64>,
    /// The logarithm of the ratio of the baseline to its control.
    noise: Option<f64>,
    /// The share of all cores that the copies on them got.
    cores_share: Option<f64>,
    /// What all cores gave, as a share of one core times their number, of what it gave to the baseline.
    capacity: Option<f64>,
}

/// Launches in which the machine was slow.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slow {
    /// Whether it was, for each launch.
    pub(super) is_slow: Vec<bool>,
    /// What the slowest of them got of what a good launch gets.
    pub(super) worst: f64,
}

impl Launches {
    pub(super) fn of(study: &Study, workload: &WorkloadEntry, cores: u64) -> Self {
        let (mut launches, mut has_copies) = (Vec::new(), false);
        let mut busy: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for launch in study.launches.iter().filter(|launch| launch.is_of(workload)) {
            let slots = Slots { arms: &study.arms, workload, launch, cores: cores as f64 };
            launches.push(slots.evaluate());
            has_copies |= launch.rounds.iter().any(|round| !round.copies.is_empty());
            for (arm, cores) in slots.busy_cores() {
                busy.entry(arm).or_default().push(cores);
            }
        }
        let on_several = busy.values().any(|cores| median(cores).is_some_and(|cores| cores > SEVERAL_CORES));
        Launches { computes: workload.kind == Kind::Computes, on_several, has_copies, launches }
    }

    /// The launches in which the machine was slow.
    ///
    /// Where jobs compute, its clock may change, which changes all models alike: the copies on all cores are compared
    /// with the baseline of their launch. Elsewhere the time of the baseline is that of its timers, its server or its disk.
    pub(super) fn slow(&self) -> Slow {
        let mut slow = Slow { is_slow: vec![false; self.launches.len()], worst: 1.0 };
        if !self.computes {
            let is_steady = self.noise().is_some_and(|noise| noise <= STEADY);
            let kept = if is_steady { KEPT } else { KEPT_OF_UNSTEADY };
            slow.add(&self.each(|launch| Some(1.0 / launch.baseline_ns?)), kept, f64::INFINITY);
            return slow;
        }
        slow.add(&self.each(|launch| launch.core_share), KEPT, 1.0);
        if self.on_several {
            // All cores can't give more than their number times one: if they seem to, that one was slow.
            slow.add(&self.capacities(), KEPT, 1.0);
        }
        slow
    }

    /// How far two slots of one launch differ, on the logarithmic scale; unknown where the baseline has no control.
    fn noise(&self) -> Option<f64> {
        upper_bound(&present(&self.each(|launch| Some(launch.noise?.abs()))))
    }

    /// The extent of the interval of the baseline over its control, on the logarithmic scale.
    pub(super) fn noise_floor(&self) -> Option<f64> {
        noise_floor(&of_logs(&present(&self.each(|launch| launch.noise)), LEVEL)?)
    }

    /// The time of a run of the baseline in each launch that has one, in nanoseconds.
    pub(super) fn baseline_ns(&self) -> Vec<f64> {
        present(&self.each(|launch| launch.baseline_ns))
    }

    /// The median share of its core that the baseline got, and that of all cores that the copies on them got.
    pub(super) fn shares(&self) -> (Option<f64>, Option<f64>) {
        let of_core = present(&self.each(|launch| launch.core_share));
        let of_cores = present(&self.each(|launch| launch.cores_share));
        (median(&of_core), median(&of_cores))
    }

    /// What all cores gave in each launch, as a share of one core times their number.
    pub(super) fn capacities(&self) -> Vec<Option<f64>> {
        self.each(|launch| launch.capacity)
    }

    fn each(&self, of: fn(&OfLaunch) -> Option<f64>) -> Vec<Option<f64>> {
        self.launches.iter().map(of).collect()
    }
}

impl Slow {
    /// The number of slow launches.
    pub(super) fn count(&self) -> usize {
        self.is_slow.iter().filter(|is_slow| **is_slow).count()
    }

    /// Adds the launches that got less than `kept` of what a good launch got, or of `most` if that is less.
    fn add(&mut self, got: &[Option<f64>], kept: f64, most: f64) {
        // Not the best one, which may have been lucky.
        let Some(good) = upper_bound(&present(got)) else { return };
        for (is_slow, got) in self.is_slow.iter_mut().zip(got) {
            let Some(got) = got else { continue };
            let share = got / good.min(most);
            if share < kept {
                *is_slow = true;
                self.worst = self.worst.min(share);
            }
        }
    }
}

/// The upper bound of the interval of the median, which a few odd values can't move; the largest value if there are too
/// few for an interval.
fn upper_bound(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let from_above = rank(sorted.len(), LEVEL).map_or(1, |(rank, _)| rank);
    sorted.len().checked_sub(from_above).map(|at| sorted[at])
}

/// The slots of one launch.
struct Slots<'a> {
    arms: &'a [Arm],
    workload: &'a WorkloadEntry,
    launch: &'a Launch,
    cores: f64,
}

impl Slots<'_> {
    fn evaluate(&self) -> OfLaunch {
        let cell = self.fastest(|arm| arm.is_baseline() && arm.role == Role::Cell);
        let control = self.fastest(|arm| arm.is_baseline() && arm.role == Role::Control);
        // The less disturbed of the two.
        let baseline = self.fastest(Arm::is_baseline);
        let noise = match (cell, control) {
            (Some(cell), Some(control)) => Some((run_ns(cell) / run_ns(control)).ln()),
            _ => None,
        };
        let all = baseline.and_then(|baseline| self.all_cores(run_ns(baseline)));
        OfLaunch {
            baseline_ns: baseline.map(run_ns),
            core_share: baseline.and_then(busy_cores),
            noise,
            cores_share: all.and_then(|all| all.share),
            capacity: all.map(|all| all.capacity),
        }
    }

    /// The fastest sample of the arms that `is` accepts: the least disturbed one.
    fn fastest(&self, is: impl Fn(&Arm) -> bool) -> Option<&Sample> {
        let mut fastest: Option<&Sample> = None;
        for sample in self.launch.rounds.iter().flat_map(|round| &round.samples) {
            let is_wanted = self.arm(sample).is_some_and(&is);
            if is_wanted && fastest.is_none_or(|other| run_ns(sample) < run_ns(other)) {
                fastest = Some(sample);
            }
        }
        fastest
    }

    fn arm(&self, sample: &Sample) -> Option<&Arm> {
        self.arms.get(usize::try_from(sample.arm).ok()?)
    }

    /// What the copies on all cores got, in the slot in which they got most, beside a baseline of `one_ns`.
    fn all_cores(&self, one_ns: f64) -> Option<AllCores> {
        let mut most: Option<AllCores> = None;
        for round in &self.launch.rounds {
            for sample in &round.samples {
                if self.arm(sample).is_none_or(|arm| arm.role != Role::Capacity) {
                    continue;
                }
                let of_copies = round.copies.iter().find(|copies| copies.arm == sample.arm);
                let all = match of_copies {
                    Some(copies) => by_copies(sample, copies.ns.iter().map(|ns| ns.get() as f64), one_ns),
                    None => self.by_slowest_copy(sample, one_ns),
                };
                if most.is_none_or(|most| all.capacity > most.capacity) {
                    most = Some(all);
                }
            }
        }
        most
    }

    /// By the time of the slowest copy, which is all that recordings of versions 1 to 4 have: how fast the cores were, by
    /// the CPU time of all copies together; or how much of the cores they got if that is less, unless they are interpreters,
    /// of which the faster ones leave their cores early.
    fn by_slowest_copy(&self, sample: &Sample, one_ns: f64) -> AllCores {
        let Some(busy) = busy_cores(sample) else {
            return AllCores { share: None, capacity: one_ns / run_ns(sample) };
        };
        let share = busy / self.cores;
        let speed = one_ns / (run_ns(sample) * share);
        let is_native = self.workload.platform.is_none();
        AllCores { share: Some(share), capacity: if is_native { speed.min(share) } else { speed } }
    }

    /// The average number of cores that each cell kept busy, by its arm.
    fn busy_cores(&self) -> Vec<(u64, f64)> {
        let mut fastest: BTreeMap<u64, &Sample> = BTreeMap::new();
        for sample in self.launch.rounds.iter().flat_map(|round| &round.samples) {
            if self.arm(sample).is_some_and(|arm| arm.role == Role::Cell) {
                let other = fastest.entry(sample.arm).or_insert(sample);
                if run_ns(sample) < run_ns(other) {
                    *other = sample;
                }
            }
        }
        let mut busy = Vec::new();
        for (arm, sample) in fastest {
            if let Some(cores) = busy_cores(sample) {
                busy.push((arm, cores));
            }
        }
        busy
    }
}

/// What copies of the baseline on all cores got.
#[derive(Clone, Copy)]
struct AllCores {
    /// Of their cores.
    share: Option<f64>,
    /// Of their number times what the baseline got.
    capacity: f64,
}

/// By the time of each copy: interpreters differ in speed by up to a quarter on an undisturbed core, so that the slowest
/// of them says little about the cores.
fn by_copies(sample: &Sample, copies_ns: impl ExactSizeIterator<Item = f64>, one_ns: f64) -> AllCores {
    let (copies, runs) = (copies_ns.len() as f64, sample.runs.get() as f64);
    let (mut rate, mut sum_ns) = (0.0, 0.0);
    for ns in copies_ns {
        rate += runs / ns;
        sum_ns += ns;
    }
    AllCores { share: sample.cpu_ns.map(|cpu_ns| cpu_ns as f64 / sum_ns), capacity: rate * one_ns / copies }
}

/// The time of a run, in nanoseconds.
fn run_ns(sample: &Sample) -> f64 {
    sample.wall_ns.get() as f64 / sample.runs.get() as f64
}

/// The average number of cores that a sample kept busy.
fn busy_cores(sample: &Sample) -> Option<f64> {
    Some(sample.cpu_ns? as f64 / sample.wall_ns.get() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of slow launches among those that got `shares`, and what the slowest got.
    fn slow(shares: &[f64]) -> (usize, f64) {
        let mut slow = Slow { is_slow: vec![false; shares.len()], worst: 1.0 };
        slow.add(&shares.iter().copied().map(Some).collect::<Vec<_>>(), KEPT, 1.0);
        (slow.count(), slow.worst)
    }

    #[test]
    fn good_launch_is_no_lucky_one() {
        // For 16 values the interval is from the 4th to the 13th.
        assert_eq!(slow(&[[0.8; 13].as_slice(), &[0.95; 3]].concat()), (0, 1.0));
        assert_eq!(slow(&[[0.76; 12].as_slice(), &[0.95; 4]].concat()), (12, 0.8));
        assert_eq!(slow(&[0.89, 1.0]), (1, 0.89));
        assert_eq!(slow(&[0.91, 2.0]), (0, 1.0), "more than all cores have");
        assert_eq!(slow(&[]), (0, 1.0));
    }
}
