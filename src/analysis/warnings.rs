//! The warnings of a study. They are derived from a recording's raw numbers at every reading.

use crate::analysis::warning::{
    BUSY_CORE, BUSY_CORES_OF_PYTHON, CAPACITY_KEPT, DRIFT, Launches, PRESSURE, SEVERAL_CORES, STEAL, Warning,
    WorkloadWarning,
};
use crate::record::schema::{
    Arm, Environment, IdleCheck, Kind, Recording, Role, Sample, Study, WorkloadEntry,
};
use crate::stats::interval::{LEVEL, rank};
use crate::stats::median;

/// All warnings of a recording.
pub fn warnings(recording: &Recording) -> Vec<Warning> {
    let mut warnings = of_environment(&recording.environment);
    if recording.partial {
        warnings.push(Warning::Partial);
    }
    if let Some(study) = &recording.study {
        warnings.extend(of_study(study, recording.environment.cores as f64));
    }
    // Warnings that block verdicts come first.
    warnings.sort_by_key(|warning| !warning.blocks_verdicts());
    warnings
}

/// The warnings of measurements without a study, around which the machine was watched.
pub fn warnings_around(recording: &Recording, checks: &[IdleCheck]) -> Vec<Warning> {
    let mut warnings = of_environment(&recording.environment);
    warnings.extend(of_idle_checks(checks));
    warnings.sort_by_key(|warning| !warning.blocks_verdicts());
    warnings
}

/// Observations during a study on `cores` cores.
fn of_study(study: &Study, cores: f64) -> Vec<Warning> {
    let mut warnings = of_idle_checks(&study.idle_checks);
    let mut stopped = 0;
    for launch in &study.launches {
        stopped += launch.rounds.iter().filter(|round| round.stopped).count();
    }
    if stopped > 0 {
        warnings.push(Warning::Stopped(stopped));
    }
    for workload in &study.workloads {
        if computes(workload) {
            for warning in of_workload(study, cores, workload) {
                warnings.push(Warning::OfWorkload(workload.called(), warning));
            }
        }
    }
    warnings
}

/// Whether its jobs do nothing but compute.
fn computes(workload: &WorkloadEntry) -> bool {
    workload.kind == Kind::Computes
}

/// Properties of the machine and the program.
fn of_environment(environment: &Environment) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !environment.profile.starts_with("release") {
        warnings.push(Warning::Unoptimised);
    }
    if let Some(quota) = environment.quota_millicores
        && quota < environment.cores * 1_000
    {
        warnings.push(Warning::Quota(quota, environment.cores));
    }
    if environment.on_battery == Some(true) {
        warnings.push(Warning::Battery);
    }
    if let Some(governor) = &environment.governor
        && governor != "performance"
    {
        warnings.push(Warning::Governor(governor.clone()));
    }
    if environment.turbo == Some(true) {
        warnings.push(Warning::Turbo);
    }
    warnings
}

/// Observations while nothing was measured.
fn of_idle_checks(checks: &[IdleCheck]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let (Some(first), Some(last)) = (checks.first(), checks.last()) else { return warnings };
    let mut is_alone = true;
    let mut pressure = 0.0;
    for check in checks {
        is_alone &= check.alone != Some(false);
        let waited_ns = check.pressure_ns.unwrap_or(0);
        pressure = f64::max(pressure, waited_ns as f64 / check.window_ns.get() as f64);
    }
    if !is_alone {
        warnings.push(Warning::OtherStudy);
    }
    if pressure > PRESSURE {
        warnings.push(Warning::Pressure(pressure));
    }
    let stolen = between(first.stolen_ticks, last.stolen_ticks).unwrap_or(0) as f64;
    let all = between(first.all_ticks, last.all_ticks).unwrap_or(0) as f64;
    if all > 0.0 && stolen / all > STEAL {
        warnings.push(Warning::Steal(stolen / all));
    }
    if let Some(slept_ns) = between(first.suspended_ns, last.suspended_ns)
        && slept_ns > 1_000_000
    {
        warnings.push(Warning::Suspended(slept_ns));
    }
    warnings
}

/// The growth of a counter.
fn between(first: Option<u64>, last: Option<u64>) -> Option<u64> {
    last?.checked_sub(first?)
}

/// Observations of the baseline and the capacity arm of a computing workload.
fn of_workload(study: &Study, cores: f64, workload: &WorkloadEntry) -> Vec<WorkloadWarning> {
    let baseline = best_of_launches(study, workload, Arm::is_baseline);
    let capacity = best_of_launches(study, workload, |arm| arm.role == Role::Capacity);
    let (alone, all) = (busy_share(&baseline, 1.0), busy_share(&capacity, cores));
    let on_several = study.arms.iter().any(|arm| arm.role == Role::Cell && uses_cores(study, workload, arm));
    // If every cell computes on one core, the capacity of all cores is irrelevant; unless other programs have
    // taken one core, or most of it, so that no cell could compute on several.
    let could_not = all.is_some_and(|share| (1.0 - share) * cores > 0.5);
    let border = if workload.platform.is_some() { BUSY_CORES_OF_PYTHON } else { BUSY_CORE };
    let mut warnings = Vec::new();
    let all = if on_several || could_not { all } else { None };
    warnings.extend(core_taken(alone, all, border));
    let times: Vec<f64> = baseline.iter().flatten().map(a_run).collect();
    warnings.extend(drift(&times));
    if on_several {
        warnings.extend(of_capacity(&capacities(&baseline, &capacity)));
    }
    warnings
}

/// The smaller of the shares that the baseline got of its core, and the copies of all cores, if below what is
/// required.
fn core_taken(alone: Option<f64>, all: Option<f64>, border_of_all: f64) -> Option<WorkloadWarning> {
    let mut taken: Option<(f64, f64)> = None;
    for (share, border) in [(alone, BUSY_CORE), (all, border_of_all)] {
        let Some(share) = share else { continue };
        if share < border && taken.is_none_or(|(least, _)| share < least) {
            taken = Some((share, border));
        }
    }
    let (share, border) = taken?;
    Some(WorkloadWarning::CoreTaken(share, border))
}

/// The median over launches of the share of `cores` cores that the samples kept busy.
fn busy_share(samples: &[Option<Sample>], cores: f64) -> Option<f64> {
    let mut shares = Vec::new();
    for sample in samples.iter().flatten() {
        if let Some(cpu_ns) = sample.cpu_ns {
            shares.push(cpu_ns as f64 / (sample.wall_ns.get() as f64 * cores));
        }
    }
    median(&shares)
}

/// Whether `cell` computes on several cores at once.
fn uses_cores(study: &Study, workload: &WorkloadEntry, cell: &Arm) -> bool {
    let samples = best_of_launches(study, workload, |arm| arm.id == cell.id && arm.role == Role::Cell);
    busy_share(&samples, 1.0).is_some_and(|cores| cores > SEVERAL_CORES)
}

/// The ratio of the slowest to the fastest third of `times`, in study order, if it exceeds [`DRIFT`].
fn drift(times: &[f64]) -> Option<WorkloadWarning> {
    let third = times.len() / 3;
    // With fewer values per third, one outlier launch would count as a drift.
    if third < 4 {
        return None;
    }
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for third in times.chunks_exact(third) {
        let typical = median(third)?;
        (least, most) = (least.min(typical), most.max(typical));
    }
    let ratio = most / least;
    if ratio > 1.0 + DRIFT { Some(WorkloadWarning::Drift(ratio)) } else { None }
}

/// The time of a run, in nanoseconds.
fn a_run(sample: &Sample) -> f64 {
    sample.wall_ns.get() as f64 / sample.runs.get() as f64
}

/// For each launch of `workload`, the fastest sample of the arms that `is` accepts: the least disturbed one.
fn best_of_launches(
    study: &Study,
    workload: &WorkloadEntry,
    is: impl Fn(&Arm) -> bool,
) -> Vec<Option<Sample>> {
    let is_accepted: Vec<bool> = study.arms.iter().map(is).collect();
    let mut best = Vec::new();
    for launch in &study.launches {
        if !launch.is_of(workload) {
            continue;
        }
        let mut fastest: Option<Sample> = None;
        for sample in launch.rounds.iter().flat_map(|round| &round.samples) {
            let is_faster = fastest.is_none_or(|other| a_run(sample) < a_run(&other));
            if usize::try_from(sample.arm).is_ok_and(|arm| is_accepted.get(arm) == Some(&true)) && is_faster {
                fastest = Some(*sample);
            }
        }
        best.push(fastest);
    }
    best
}

/// For each launch, the capacity of all cores as a share of the ideal: one core times their number.
fn capacities(baseline: &[Option<Sample>], capacity: &[Option<Sample>]) -> Vec<f64> {
    let mut capacities = Vec::new();
    for (one, all) in baseline.iter().zip(capacity) {
        if let (Some(one), Some(all)) = (one, all) {
            capacities.push(a_run(one) / a_run(all));
        }
    }
    capacities
}

/// Launches with less capacity than others. If there are fewer than the number that an interval excludes at
/// each end, they determine no bound of an interval, and verdicts are valid.
fn of_capacity(capacities: &[f64]) -> Option<WorkloadWarning> {
    let typical = median(capacities)?;
    let worst = capacities.iter().copied().min_by(f64::total_cmp)?;
    // All cores can't exceed their number times one core: if they seem to, the single core was slowed down.
    let best = capacities.iter().copied().max_by(f64::total_cmp)?.min(1.0);
    let fell = capacities.iter().filter(|&&capacity| capacity < CAPACITY_KEPT * best).count();
    let launches = Launches { some: fell, all: capacities.len() };
    let bounding = rank(capacities.len(), LEVEL).map_or(1, |(rank, _)| rank);
    match fell {
        0 if typical < CAPACITY_KEPT => Some(WorkloadWarning::CapacityBelowCores(typical)),
        0 => None,
        fell if fell < bounding => Some(WorkloadWarning::CapacityDipped(worst / best, launches)),
        _ => Some(WorkloadWarning::CapacityFell(worst / best, launches)),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::record::read::tests::recording;

    /// The variants' names.
    fn names(recording: &Recording) -> Vec<String> {
        let mut names = Vec::new();
        for warning in warnings(recording) {
            let variant = match warning {
                Warning::OfWorkload(_, warning) => format!("{warning:?}"),
                warning => format!("{warning:?}"),
            };
            names.extend(variant.split('(').next().map(str::to_owned));
        }
        names
    }

    fn study(recording: &mut Recording) -> &mut Study {
        recording.study.as_mut().unwrap()
    }

    /// The warnings of a recording that has none except for `change`.
    fn with(change: impl FnOnce(&mut Recording)) -> Vec<String> {
        with_of(50, change)
    }

    fn with_of(percent: u64, change: impl FnOnce(&mut Recording)) -> Vec<String> {
        let mut quiet = recording(16, percent);
        change(&mut quiet);
        names(&quiet)
    }

    #[test]
    fn quiet_study_has_no_warnings() {
        assert_eq!(with(|_| {}), [""; 0]);
    }

    fn with_quota(millicores: u64) -> Vec<String> {
        with(|it| it.environment.quota_millicores = Some(millicores))
    }

    /// The warnings after tasks waited for `ns` of 1,000 nanoseconds.
    fn with_pressure(ns: u64) -> Vec<String> {
        with(|it| {
            study(it).idle_checks[0].window_ns = NonZeroU64::new(1_000).unwrap();
            study(it).idle_checks[0].pressure_ns = Some(ns);
        })
    }

    /// The warnings after `stolen` of 1,000 ticks, and `slept` nanoseconds of sleep.
    fn with_stolen_and_slept(stolen: u64, slept: u64) -> Vec<String> {
        with(|it| {
            let mut first = study(it).idle_checks[0];
            (first.stolen_ticks, first.all_ticks, first.suspended_ns) = (Some(0), Some(0), Some(0));
            let mut last = first;
            (last.stolen_ticks, last.all_ticks, last.suspended_ns) = (Some(stolen), Some(1_000), Some(slept));
            study(it).idle_checks = vec![first, last];
        })
    }

    /// The warnings if the baseline got `cpu_ns` of 100 ms.
    fn with_cpu(cpu_ns: u64) -> Vec<String> {
        with(|it| {
            for launch in &mut study(it).launches {
                launch.rounds[0].samples[0].cpu_ns = Some(cpu_ns);
            }
        })
    }

    #[test]
    fn warnings_start_exactly_at_thresholds() {
        assert_eq!((with_quota(2_000), with_quota(1_999)), (vec![], vec!["Quota".to_owned()]));
        assert_eq!((with_pressure(50), with_pressure(51)), (vec![], vec!["Pressure".to_owned()]));
        assert_eq!(with_stolen_and_slept(10, 1_000_000), [""; 0]);
        assert_eq!(with_stolen_and_slept(11, 0), ["Steal"]);
        assert_eq!(with_stolen_and_slept(0, 1_000_001), ["Suspended"]);
        assert_eq!((with_cpu(97_100_000), with_cpu(96_900_000)), (vec![], vec!["CoreTaken".to_owned()]));
    }

    /// Launches of which the last `fell` had half the capacity.
    fn fell(fell: usize) -> Option<WorkloadWarning> {
        of_capacity(&[vec![0.98; 16 - fell], vec![0.5; fell]].concat())
    }

    #[test]
    fn capacity_and_drift_warn_at_thresholds() {
        use WorkloadWarning::{CapacityBelowCores, CapacityDipped, CapacityFell, Drift};
        assert_eq!(of_capacity(&[0.98, 0.89]), None);
        assert!(matches!(of_capacity(&[0.98, 0.88]), Some(CapacityFell(..))));
        // For 16 values the interval is from the 4th to the 13th.
        assert!(matches!((fell(3), fell(4)), (Some(CapacityDipped(..)), Some(CapacityFell(..)))));
        assert!(matches!(of_capacity(&[0.65, 0.66]), Some(CapacityBelowCores(_))));
        assert_eq!(drift(&[[1.0; 6], [1.05; 6]].concat()), None);
        assert_eq!(drift(&[[1.0; 6], [1.06; 6]].concat()), Some(Drift(1.06)));
    }

    /// Launches with two capacity slots, which take `slots_ms` ms while the baseline takes 100.
    fn with_capacity(slots_ms: impl Fn(usize) -> [u64; 2]) -> Vec<String> {
        with_capacity_beside(50, 2_000_000, slots_ms)
    }

    /// The same, beside a cell that takes `percent` hundredths of the baseline's time with the same CPU time;
    /// all copies get `cpu_ns` nanoseconds of CPU time per ms.
    fn with_capacity_beside(percent: u64, cpu_ns: u64, slots_ms: impl Fn(usize) -> [u64; 2]) -> Vec<String> {
        with_capacity_of(percent, cpu_ns, slots_ms, |_| {})
    }

    /// The same, changed.
    fn with_capacity_of(
        percent: u64,
        cpu_ns: u64,
        slots_ms: impl Fn(usize) -> [u64; 2],
        change: impl FnOnce(&mut Recording),
    ) -> Vec<String> {
        with_of(percent, |it| {
            let capacity = Arm { role: Role::Capacity, ..study(it).arms[0].clone() };
            study(it).arms.extend([capacity.clone(), capacity]);
            for (number, launch) in study(it).launches.iter_mut().enumerate() {
                let samples = &mut launch.rounds[0].samples;
                for (arm, ms) in (2..).zip(slots_ms(number)) {
                    let wall_ns = NonZeroU64::new(ms * 1_000_000).unwrap();
                    samples.push(Sample { arm, wall_ns, cpu_ns: Some(ms * cpu_ns), ..samples[0] });
                }
            }
            change(it);
        })
    }

    #[test]
    fn capacity_is_the_better_of_two_slots() {
        assert_eq!(with_capacity(|launch| if launch % 2 == 0 { [100, 200] } else { [200, 100] }), [""; 0]);
        assert_eq!(with_capacity(|launch| if launch < 3 { [200; 2] } else { [100; 2] }), ["CapacityDipped"]);
        assert_eq!(with_capacity(|launch| if launch < 4 { [200; 2] } else { [100; 2] }), ["CapacityFell"]);
        assert_eq!(with_capacity(|_| [160; 2]), ["CapacityBelowCores"]);
        assert_eq!(
            with_capacity(|launch| [if launch == 7 { 60 } else { 100 }; 2]),
            [""; 0],
            "more than there is"
        );
    }

    /// The warnings of a study in an interpreter whose copies got `percent` of their cores.
    fn in_python(percent: u64) -> Vec<String> {
        with_capacity_of(
            50,
            percent * 20_000,
            |_| [110; 2],
            |it| {
                let platform = Some("3.11".to_owned());
                study(it).workloads[0].platform = platform.clone();
                study(it).arms.iter_mut().for_each(|arm| arm.platform = platform.clone());
                study(it).launches.iter_mut().for_each(|launch| launch.platform = platform.clone());
            },
        )
    }

    #[test]
    fn interpreter_capacity_has_wider_tolerance() {
        assert_eq!((in_python(91), in_python(89)), (vec![], vec!["CoreTaken".to_owned()]));
        assert_eq!(with_capacity_beside(50, 96 * 20_000, |_| [110; 2]), ["CoreTaken"]);
    }

    #[test]
    fn capacity_loss_blocks_only_its_workload() {
        let of_hash = |warning| Warning::OfWorkload("hash".into(), warning);
        let fell = of_hash(of_capacity(&[1.0, 0.5]).unwrap());
        assert!(fell.blocks_verdicts_of("hash") && !fell.blocks_verdicts_of("sleep"));
        assert!(of_hash(WorkloadWarning::CoreTaken(0.5, 0.97)).blocks_verdicts_of("sleep"));
        assert!(!Warning::Battery.blocks_verdicts_of("hash"));
    }

    /// The warnings beside a cell that takes `percent` of the baseline's time, where every second launch had
    /// half the capacity.
    fn with_fallen_capacity(percent: u64) -> Vec<String> {
        with_capacity_beside(percent, 2_000_000, |launch| if launch % 2 == 0 { [200; 2] } else { [100; 2] })
    }

    #[test]
    fn single_core_workloads_ignore_capacity() {
        assert_eq!(with_fallen_capacity(50), ["CapacityFell"]);
        assert_eq!(with_fallen_capacity(100), [""; 0]);
        // But a taken core is the reason why a cell computes on one.
        assert_eq!(with_capacity_beside(100, 1_490_000, |_| [134; 2]), ["CoreTaken"]);
        assert_eq!(with_capacity_beside(100, 1_510_000, |_| [134; 2]), [""; 0]);
        assert_eq!(with_capacity_beside(50, 1_930_000, |_| [103; 2]), ["CoreTaken"]);
    }

    #[test]
    fn concurrent_partial_or_debug_study_blocks_verdicts() {
        assert_eq!(with(|it| study(it).idle_checks[0].alone = Some(false)), ["OtherStudy"]);
        assert_eq!(with(|it| study(it).idle_checks[0].alone = None), [""; 0]);
        assert_eq!(with(|it| study(it).launches[3].rounds[0].stopped = true), ["Stopped"]);
        assert_eq!(with(|it| it.environment.profile = "debug at opt-level 0".into()), ["Unoptimised"]);
        for warning in [Warning::OtherStudy, Warning::Stopped(1), Warning::Unoptimised] {
            assert!(warning.blocks_verdicts(), "{warning}");
        }
    }

    #[test]
    fn battery_and_smt_warn_without_blocking() {
        let mut laptop = recording(16, 50);
        laptop.environment.on_battery = Some(true);
        laptop.environment.governor = Some("powersave".into());
        laptop.environment.turbo = Some(true);
        for (percent, launch) in (100..).zip(&mut study(&mut laptop).launches) {
            for sample in launch.rounds.iter_mut().flat_map(|round| &mut round.samples) {
                sample.wall_ns = sample.wall_ns.saturating_mul(NonZeroU64::new(percent).unwrap());
                sample.cpu_ns = Some(sample.wall_ns.get());
            }
        }
        assert_eq!(names(&laptop), ["Battery", "Governor", "Turbo", "Drift"]);
        let smt = Warning::OfWorkload("hash".into(), of_capacity(&[0.6, 0.61]).unwrap());
        assert!(!smt.blocks_verdicts());
        assert!(!warnings(&laptop).iter().any(Warning::blocks_verdicts));
    }
}
