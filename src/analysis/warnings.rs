//! The warnings of a study. They are derived from a recording's raw numbers at every reading.

use crate::analysis::warning::{
    BUSY_CORE, BUSY_CORES_OF_PYTHON, CAPACITY_KEPT, DRIFT, Launches, PRESSURE, SEVERAL_CORES, STEAL, Warning,
};
use crate::record::schema::{
    Arm, Environment, IdleCheck, Launch, Recording, Role, Sample, Study, WorkloadEntry,
};
use crate::stats::interval::{LEVEL, rank};
use crate::stats::median;

/// All warnings of a recording.
pub fn warnings(recording: &Recording) -> Vec<Warning> {
    let mut warnings = of_environment(&recording.environment);
    warnings.extend(recording.partial.then_some(Warning::Partial));
    if let Some(study) = &recording.study {
        warnings.extend(of_study(study, recording.environment.cores as f64));
    }
    // Warnings that block verdicts come first.
    warnings.sort_by_key(|warning| !warning.blocks_verdicts());
    warnings
}

/// Observations during a study on `cores` cores.
fn of_study(study: &Study, cores: f64) -> Vec<Warning> {
    let rounds = study.launches.iter().flat_map(|launch| &launch.rounds);
    let stopped = rounds.filter(|round| round.stopped).count();
    let mut warnings = of_quiet(&study.idle_checks);
    warnings.extend((stopped > 0).then_some(Warning::Stopped(stopped)));
    for workload in study.workloads.iter().filter(|workload| workload.kind == "computes") {
        warnings.extend(of_workload(study, cores, workload));
    }
    warnings
}

/// Properties of the machine and the program.
fn of_environment(environment: &Environment) -> Vec<Warning> {
    let quota = environment.quota_millicores.filter(|&quota| quota < environment.cores * 1_000);
    let governor = environment.governor.clone().filter(|name| name != "performance");
    let mut warnings = Vec::new();
    warnings.extend((!environment.profile.starts_with("release")).then_some(Warning::Unoptimised));
    warnings.extend(quota.map(|quota| Warning::Quota(quota, environment.cores)));
    warnings.extend((environment.on_battery == Some(true)).then_some(Warning::Battery));
    warnings.extend(governor.map(Warning::Governor));
    warnings.extend((environment.turbo == Some(true)).then_some(Warning::Turbo));
    warnings
}

/// Observations while nothing was measured.
fn of_quiet(quiet: &[IdleCheck]) -> Vec<Warning> {
    let share = |quiet: &IdleCheck| Some(quiet.pressure_ns? as f64 / quiet.window_ns.get() as f64);
    let worst = quiet.iter().filter_map(share).max_by(f64::total_cmp);
    let ends = quiet.first().zip(quiet.last());
    let steal = ends.and_then(|(first, last)| {
        let stolen = last.stolen_ticks?.checked_sub(first.stolen_ticks?)?;
        let all = last.all_ticks?.checked_sub(first.all_ticks?)?;
        (all > 0).then(|| stolen as f64 / all as f64)
    });
    let slept = ends.and_then(|(first, last)| last.suspended_ns?.checked_sub(first.suspended_ns?));
    let mut warnings = Vec::new();
    warnings.extend(quiet.iter().any(|quiet| quiet.alone == Some(false)).then_some(Warning::Company));
    warnings.extend(worst.filter(|&share| share > PRESSURE).map(Warning::Pressure));
    warnings.extend(steal.filter(|&share| share > STEAL).map(Warning::Steal));
    warnings.extend(slept.filter(|&ns| ns > 1_000_000).map(Warning::Suspended));
    warnings
}

/// Observations of the baseline and the capacity arm of a computing workload.
fn of_workload(study: &Study, cores: f64, workload: &WorkloadEntry) -> Vec<Warning> {
    let name = || workload.called();
    let baseline = best_of_launches(study, workload, Arm::is_baseline);
    let capacity = best_of_launches(study, workload, |arm| arm.role == Role::Capacity);
    let share = |samples: &[Option<Sample>], copies: f64| {
        let share = |sample: &Sample| Some(sample.cpu_ns? as f64 / (sample.wall_ns.get() as f64 * copies));
        median(&samples.iter().flatten().filter_map(share).collect::<Vec<_>>())
    };
    let (alone, all) = (share(&baseline, 1.0), share(&capacity, cores));
    // If every cell computes on one core, the capacity of all cores is irrelevant; unless other programs have
    // taken one
    // core, or most of it, so that no cell could compute on several.
    let could_not = all.is_some_and(|share| (1.0 - share) * cores > 0.5);
    let on_several = study.arms.iter().any(|arm| arm.role == Role::Cell && uses_cores(study, workload, arm));
    let border = if workload.platform.is_some() { BUSY_CORES_OF_PYTHON } else { BUSY_CORE };
    let all = all.filter(|_| on_several || could_not).map(|share| (share, border));
    let shares = alone.map(|share| (share, BUSY_CORE)).into_iter().chain(all);
    let taken = shares.filter(|(share, border)| share < border).min_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut warnings = Vec::new();
    warnings.extend(taken.map(|(share, border)| Warning::CoreTaken(name(), share, border)));
    let times: Vec<f64> = baseline.iter().flatten().map(a_run).collect();
    warnings.extend(drift(&times).map(|ratio| Warning::Drift(name(), ratio)));
    warnings.extend(of_capacity(&name(), &capacities(&baseline, &capacity)).filter(|_| on_several));
    warnings
}

/// Whether `cell` computes on several cores at once.
fn uses_cores(study: &Study, workload: &WorkloadEntry, cell: &Arm) -> bool {
    let samples = best_of_launches(study, workload, |arm| arm.id == cell.id && arm.role == Role::Cell);
    let cores = |sample: &Sample| Some(sample.cpu_ns? as f64 / sample.wall_ns.get() as f64);
    let typical = median(&samples.iter().flatten().filter_map(cores).collect::<Vec<_>>());
    typical.is_some_and(|cores| cores > SEVERAL_CORES)
}

/// The ratio of the slowest to the fastest third of `times`, in study order, if it exceeds [`DRIFT`].
fn drift(times: &[f64]) -> Option<f64> {
    // With fewer values per third, one outlier launch would count as a drift.
    let third = Some(times.len() / 3).filter(|&third| third >= 4)?;
    let thirds = times.chunks_exact(third).filter_map(median);
    let (least, most) =
        thirds.fold((f64::INFINITY, 0.0_f64), |(least, most), it| (least.min(it), most.max(it)));
    Some(most / least).filter(|&ratio| ratio > 1.0 + DRIFT)
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
    let is =
        |sample: &&Sample| usize::try_from(sample.arm).is_ok_and(|arm| study.arms.get(arm).is_some_and(&is));
    let launches = study.launches.iter().filter(|launch| launch.is_of(workload));
    let best = |launch: &Launch| {
        let samples = launch.rounds.iter().flat_map(|round| &round.samples).filter(is);
        samples.min_by(|a, b| a_run(a).total_cmp(&a_run(b))).copied()
    };
    launches.map(best).collect()
}

/// For each launch, the capacity of all cores as a share of the ideal: one core times their number.
fn capacities(baseline: &[Option<Sample>], capacity: &[Option<Sample>]) -> Vec<f64> {
    let pair = |(one, all): (&Option<Sample>, &Option<Sample>)| Some(a_run(&(*one)?) / a_run(&(*all)?));
    baseline.iter().zip(capacity).filter_map(pair).collect()
}

/// Launches with less capacity than others. If there are fewer than the number that an interval excludes at
/// each end,
/// they determine no bound of an interval, and verdicts are valid.
fn of_capacity(workload: &str, capacities: &[f64]) -> Option<Warning> {
    let typical = median(capacities)?;
    let worst = capacities.iter().copied().min_by(f64::total_cmp)?;
    // All cores can't exceed their number times one core: if they seem to, the single core was slowed down.
    let best = capacities.iter().copied().max_by(f64::total_cmp)?.min(1.0);
    let fell = capacities.iter().filter(|&&capacity| capacity < CAPACITY_KEPT * best).count();
    let launches = Launches { some: fell, all: capacities.len() };
    let bounding = rank(capacities.len(), LEVEL).map_or(1, |(rank, _)| rank);
    match fell {
        0 => (typical < CAPACITY_KEPT).then(|| Warning::CapacityBelowCores(workload.to_owned(), typical)),
        fell if fell < bounding => Some(Warning::CapacityDipped(workload.to_owned(), worst / best, launches)),
        _ => Some(Warning::CapacityFell(workload.to_owned(), worst / best, launches)),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::record::read::tests::recording;

    fn names(recording: &Recording) -> Vec<String> {
        warnings(recording)
            .iter()
            .map(|warning| format!("{warning:?}").split('(').next().unwrap_or("").to_owned())
            .collect()
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

    #[test]
    fn warnings_start_exactly_at_thresholds() {
        let quota = |millicores| with(|it| it.environment.quota_millicores = Some(millicores));
        assert_eq!((quota(2_000), quota(1_999)), (vec![], vec!["Quota".to_owned()]));
        let pressure = |ns| {
            with(|it| {
                study(it).idle_checks[0].window_ns = NonZeroU64::new(1_000).unwrap();
                study(it).idle_checks[0].pressure_ns = Some(ns);
            })
        };
        assert_eq!((pressure(50), pressure(51)), (vec![], vec!["Pressure".to_owned()]));
        let quiet = |stolen, slept| {
            with(|it| {
                let first = IdleCheck {
                    stolen_ticks: Some(0),
                    all_ticks: Some(0),
                    suspended_ns: Some(0),
                    ..study(it).idle_checks[0]
                };
                let last = IdleCheck {
                    stolen_ticks: Some(stolen),
                    all_ticks: Some(1_000),
                    suspended_ns: Some(slept),
                    ..first
                };
                study(it).idle_checks = vec![first, last];
            })
        };
        assert_eq!(
            (quiet(10, 1_000_000), quiet(11, 0), quiet(0, 1_000_001)),
            (vec![], vec!["Steal".to_owned()], vec!["Suspended".to_owned()])
        );
        let share = |cpu_ns| {
            with(|it| {
                let samples = study(it).launches.iter_mut().flat_map(|launch| &mut launch.rounds);
                samples.for_each(|round| round.samples[0].cpu_ns = Some(cpu_ns));
            })
        };
        assert_eq!((share(97_100_000), share(96_900_000)), (vec![], vec!["CoreTaken".to_owned()]));
        assert_eq!(of_capacity("hash", &[0.98, 0.89]), None);
        assert!(matches!(of_capacity("hash", &[0.98, 0.88]), Some(Warning::CapacityFell(..))));
        // For 16 values the interval is from the 4th to the 13th.
        let fell = |launches| [vec![0.98; 16 - launches], vec![0.5; launches]].concat();
        assert!(matches!(of_capacity("hash", &fell(3)), Some(Warning::CapacityDipped(..))));
        assert!(matches!(of_capacity("hash", &fell(4)), Some(Warning::CapacityFell(..))));
        let drifting = |third| [[1.0; 6], [third; 6]].concat();
        assert_eq!((drift(&drifting(1.05)), drift(&drifting(1.06))), (None, Some(1.06)));
        assert!(matches!(of_capacity("hash", &[0.65, 0.66]), Some(Warning::CapacityBelowCores(..))));
    }

    /// Launches with two capacity slots, which take `slots_ms` ms while the baseline takes 100.
    fn with_capacity(slots_ms: impl Fn(usize) -> [u64; 2]) -> Vec<String> {
        with_capacity_beside(50, 2_000_000, slots_ms)
    }

    /// The same, beside a cell that takes `percent` hundredths of the baseline's time with the same CPU time;
    /// all copies
    /// get `cpu_ns` nanoseconds of CPU time per ms.
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

    #[test]
    fn interpreter_capacity_has_wider_tolerance() {
        let in_python = |share: u64| {
            with_capacity_of(
                50,
                share * 20_000,
                |_| [110; 2],
                |it| {
                    let platform = Some("3.11".to_owned());
                    study(it).workloads[0].platform = platform.clone();
                    study(it).arms.iter_mut().for_each(|arm| arm.platform = platform.clone());
                    study(it).launches.iter_mut().for_each(|launch| launch.platform = platform.clone());
                },
            )
        };
        assert_eq!((in_python(91), in_python(89)), (vec![], vec!["CoreTaken".to_owned()]));
        assert_eq!(with_capacity_beside(50, 96 * 20_000, |_| [110; 2]), ["CoreTaken"]);
    }

    #[test]
    fn capacity_loss_blocks_only_its_workload() {
        let fell = of_capacity("hash", &[1.0, 0.5]).unwrap();
        assert!(fell.blocks_verdicts_of("hash") && !fell.blocks_verdicts_of("sleep"));
        assert!(Warning::CoreTaken("hash".into(), 0.5, 0.97).blocks_verdicts_of("sleep"));
        assert!(!Warning::Battery.blocks_verdicts_of("hash"));
    }

    #[test]
    fn single_core_workloads_ignore_capacity() {
        let fallen = |percent| {
            let slots = |launch: usize| if launch.is_multiple_of(2) { [200; 2] } else { [100; 2] };
            with_capacity_beside(percent, 2_000_000, slots)
        };
        assert_eq!((fallen(50), fallen(100)), (vec!["CapacityFell".to_owned()], vec![]));
        // But a taken core is the reason why a cell computes on one.
        assert_eq!(with_capacity_beside(100, 1_490_000, |_| [134; 2]), ["CoreTaken"]);
        assert_eq!(with_capacity_beside(100, 1_510_000, |_| [134; 2]), [""; 0]);
        assert_eq!(with_capacity_beside(50, 1_930_000, |_| [103; 2]), ["CoreTaken"]);
    }

    #[test]
    fn concurrent_partial_or_debug_study_blocks_verdicts() {
        assert_eq!(with(|it| study(it).idle_checks[0].alone = Some(false)), ["Company"]);
        assert_eq!(with(|it| study(it).idle_checks[0].alone = None), [""; 0]);
        assert_eq!(with(|it| study(it).launches[3].rounds[0].stopped = true), ["Stopped"]);
        assert_eq!(with(|it| it.environment.profile = "debug at opt-level 0".into()), ["Unoptimised"]);
        for warning in [Warning::Company, Warning::Stopped(1), Warning::Unoptimised] {
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
        let told = of_capacity("hash", &[0.6, 0.61]).into_iter().chain(warnings(&laptop));
        assert!(told.into_iter().all(|warning| !warning.blocks_verdicts()));
    }
}
