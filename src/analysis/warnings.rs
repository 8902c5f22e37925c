//! The warnings of a recording, and the launches in which its machine was slow. They are derived from raw numbers at every
//! reading, and judged here for all that is shown of them.

use crate::analysis::functions::remarks;
use crate::analysis::impossible::impossible;
use crate::analysis::judgement::Machine;
use crate::analysis::launches::{KEPT, Launches, Slow};
use crate::analysis::warning::{
    BUSY_CORE, BUSY_CORES_BY_SLOWEST, BUSY_CORES_OF_PYTHON, BUSY_WHILE_IDLE, DRIFT, LaunchCount, PRESSURE,
    STEAL, Warning, WorkloadWarning,
};
use crate::record::figure::Figure;
use crate::record::schema::{Environment, IdleCheck, Kind, Recording, Study, WorkloadEntry};
use crate::stats::{median, present};

/// What a recording tells of its machine.
pub(super) struct Watched {
    /// The warnings; those that block verdicts come first.
    pub(super) warnings: Vec<Warning>,
    /// The state of the machine during each workload of the study.
    pub(super) machines: Vec<Machine>,
}

/// Evaluates what `recording` tells of its machine.
pub(super) fn watched(recording: &Recording) -> Watched {
    let mut warnings = of_environment(&recording.environment);
    if recording.partial {
        warnings.push(Warning::Partial);
    }
    let mut slow = Vec::new();
    if let Some(study) = &recording.study {
        warnings.extend(of_study(study));
        warnings.extend(impossible(recording, study).into_iter().map(Warning::Impossible));
        for workload in &study.workloads {
            let launches = Launches::of(study, workload, recording.environment.cores);
            let slow_launches = launches.slow();
            for warning in of_workload(workload, &launches, &slow_launches, recording.environment.cores) {
                warnings.push(Warning::OfWorkload(workload.called(), warning));
            }
            for remark in remarks(workload) {
                warnings.push(Warning::OfFunction(workload.called(), remark));
            }
            slow.push(slow_launches.is_slow);
        }
    }
    warnings.sort_by_key(|warning| !warning.blocks_verdicts());
    let is_blocked = warnings.iter().any(Warning::blocks_verdicts);
    let mut machines = Vec::new();
    for is_slow in slow {
        machines.push(if is_blocked { Machine::Blocked } else { Machine::Watched(is_slow) });
    }
    Watched { warnings, machines }
}

/// The warnings of measurements without a study, around which the machine was watched.
pub fn warnings_around(recording: &Recording, checks: &[IdleCheck]) -> Vec<Warning> {
    around(recording, checks, Warning::MachineUnknown)
}

/// The warnings of evidence and stories, if there are any. Recordings before version 5 tell nothing else than how idle the machine
/// was during their study.
pub(super) fn warnings_of_traces(recording: &Recording) -> Vec<Warning> {
    let evidence = recording.evidence.iter().flatten().flat_map(|record| &record.seen);
    let stories = recording.stories.iter().flatten().flat_map(|run| &run.acts);
    let mut traced = evidence.chain(stories).peekable();
    if traced.peek().is_none() {
        return vec![];
    }
    let has_cpu_time = traced.any(|run| run.get(Figure::CpuNs).is_some());
    let of_study = recording.study.as_ref().map(|study| &study.idle_checks);
    let unwatched = if has_cpu_time { Warning::PressureUnknown } else { Warning::MachineUnknown };
    match recording.idle_checks.as_ref().or(of_study) {
        Some(checks) => around(recording, checks, unwatched),
        None => of_environment(&recording.environment),
    }
}

/// The warnings of measurements around which `checks` were made, with `unwatched` if these told nothing of other programs.
fn around(recording: &Recording, checks: &[IdleCheck], unwatched: Warning) -> Vec<Warning> {
    let mut warnings = of_environment(&recording.environment);
    warnings.extend(of_idle_checks(checks));
    if is_unwatched(checks) {
        warnings.push(unwatched);
    }
    warnings.sort_by_key(|warning| !warning.blocks_verdicts());
    warnings
}

/// Properties of the machine and the program.
fn of_environment(environment: &Environment) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !environment.is_optimised() {
        warnings.push(Warning::Unoptimised);
    }
    if environment.has_debug_assertions() {
        warnings.push(Warning::DebugAssertions);
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

/// Observations during a study.
fn of_study(study: &Study) -> Vec<Warning> {
    let mut warnings = of_idle_checks(&study.idle_checks);
    if is_unwatched(&study.idle_checks) {
        let rounds = study.launches.iter().flat_map(|launch| &launch.rounds);
        let has_cpu_time = rounds.flat_map(|round| &round.samples).any(|sample| sample.cpu_ns.is_some());
        warnings.push(if has_cpu_time { Warning::PressureUnknown } else { Warning::MachineUnknown });
    }
    let mut stopped = 0;
    for launch in &study.launches {
        stopped += launch.rounds.iter().filter(|round| round.stopped).count();
    }
    if stopped > 0 {
        warnings.push(Warning::Stopped(stopped));
    }
    warnings
}

/// Whether the system told nothing of other programs.
fn is_unwatched(checks: &[IdleCheck]) -> bool {
    checks.iter().all(|check| check.pressure_ns.is_none() && check.busy_ns.is_none())
}

/// Observations while nothing was measured.
fn of_idle_checks(checks: &[IdleCheck]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let (Some(first), Some(last)) = (checks.first(), checks.last()) else { return warnings };
    let mut pressure = 0.0;
    for check in checks {
        let waited_ns = check.pressure_ns.unwrap_or(0);
        pressure = f64::max(pressure, waited_ns as f64 / check.window_ns.get() as f64);
    }
    if checks.iter().any(|check| check.alone == Some(false)) {
        warnings.push(Warning::OtherStudy);
    } else if checks.iter().any(|check| check.alone.is_none()) {
        warnings.push(Warning::OtherStudyUnknown);
    }
    if pressure > PRESSURE {
        warnings.push(Warning::Pressure(pressure));
    }
    // A short task in one window is no program that ran all the time.
    let busy = median(&present(&checks.iter().map(busy_cores).collect::<Vec<_>>()));
    if let Some(cores) = busy
        && cores > BUSY_WHILE_IDLE
    {
        warnings.push(Warning::BusyWhileIdle(cores));
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

/// The average number of cores that were busy in an idle window.
fn busy_cores(check: &IdleCheck) -> Option<f64> {
    Some(check.busy_ns? as f64 / check.window_ns.get() as f64)
}

/// The growth of a counter.
fn between(first: Option<u64>, last: Option<u64>) -> Option<u64> {
    last?.checked_sub(first?)
}

/// Observations of the baseline and of the copies of it on all cores.
fn of_workload(
    workload: &WorkloadEntry,
    launches: &Launches,
    slow: &Slow,
    cores: u64,
) -> Vec<WorkloadWarning> {
    let mut warnings = Vec::new();
    if workload.kind == Kind::Computes {
        warnings.extend(core_taken(workload, launches, cores as f64));
    }
    // What two halves of the launches differ by without a reason is no drift.
    let explained = launches.noise_floor().map_or(1.0, f64::exp);
    warnings.extend(drift(&launches.baseline_ns(), f64::max(1.0 + DRIFT, explained)));
    let (some, all) = (slow.count(), slow.is_slow.len());
    if some > 0 {
        warnings.push(WorkloadWarning::Slow(slow.worst, LaunchCount { some, all }));
    } else if launches.on_several {
        warnings.extend(capacity_below_cores(&present(&launches.capacities())));
    }
    warnings
}

/// The smaller of the shares that the baseline got of its core, and the copies of all cores, if below what is
/// required.
fn core_taken(workload: &WorkloadEntry, launches: &Launches, cores: f64) -> Option<WorkloadWarning> {
    let (of_core, of_cores) = launches.shares();
    // If every cell computes on one core, the capacity of all cores is irrelevant; unless other programs have
    // taken one core, or most of it, so that no cell could compute on several.
    let could_not = of_cores.is_some_and(|share| (1.0 - share) * cores > 0.5);
    let of_cores = if launches.on_several || could_not { of_cores } else { None };
    let required = match (launches.has_copies, &workload.platform) {
        (true, _) => BUSY_CORE,
        (false, None) => BUSY_CORES_BY_SLOWEST,
        (false, Some(_)) => BUSY_CORES_OF_PYTHON,
    };
    let mut taken: Option<(f64, f64)> = None;
    for (share, required) in [(of_core, BUSY_CORE), (of_cores, required)] {
        let Some(share) = share else { continue };
        if share < required && taken.is_none_or(|(least, _)| share < least) {
            taken = Some((share, required));
        }
    }
    let (share, required) = taken?;
    Some(WorkloadWarning::CoreTaken(share, required))
}

/// The ratio of the slowest to the fastest third of `times`, in study order, if it exceeds `border`.
fn drift(times: &[f64], border: f64) -> Option<WorkloadWarning> {
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
    if ratio > border { Some(WorkloadWarning::Drift(ratio)) } else { None }
}

/// What all cores typically gave, if it is much below their number times one core.
fn capacity_below_cores(capacities: &[f64]) -> Option<WorkloadWarning> {
    let typical = median(capacities)?;
    if typical < KEPT { Some(WorkloadWarning::CapacityBelowCores(typical)) } else { None }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, CopyTimes, Role, Sample};

    /// The variants' names.
    fn names(recording: &Recording) -> Vec<String> {
        let mut names = Vec::new();
        for warning in watched(recording).warnings {
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

    #[test]
    fn drift_warns_beyond_its_border() {
        assert_eq!(drift(&[[1.0; 6], [1.05; 6]].concat(), 1.05), None);
        assert_eq!(drift(&[[1.0; 6], [1.06; 6]].concat(), 1.05), Some(WorkloadWarning::Drift(1.06)));
        assert_eq!(drift(&[[1.0; 6], [1.06; 6]].concat(), 1.1), None, "two equal arms differ as far");
    }

    #[test]
    fn capacity_below_cores_is_told() {
        let smt = capacity_below_cores(&[0.65, 0.66]).unwrap();
        assert!(matches!(smt, WorkloadWarning::CapacityBelowCores(_)));
        assert!(!Warning::OfWorkload("hash".into(), smt).blocks_verdicts());
        assert_eq!(capacity_below_cores(&[0.91, 0.92]), None);
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
        assert_eq!(with_capacity(|launch| if launch < 3 { [200; 2] } else { [100; 2] }), ["Slow"]);
        assert_eq!(with_capacity(|_| [160; 2]), ["CapacityBelowCores"]);
        assert_eq!(
            with_capacity(|launch| [if launch == 7 { 60 } else { 100 }; 2]),
            [""; 0],
            "more than there is"
        );
    }

    /// The warnings of a study whose copies take `own_ms` milliseconds each, and get as much CPU time.
    fn with_copies(own_ms: impl Fn(usize) -> [u64; 2]) -> Vec<String> {
        let slots_ms = |launch| [*own_ms(launch).iter().max().unwrap(); 2];
        with_capacity_of(50, 2_000_000, slots_ms, |it| {
            for (number, launch) in study(it).launches.iter_mut().enumerate() {
                let round = &mut launch.rounds[0];
                for sample in &mut round.samples[2..] {
                    let ns = own_ms(number).map(|ms| NonZeroU64::new(ms * 1_000_000).unwrap());
                    sample.cpu_ns = Some(ns.iter().map(|ns| ns.get()).sum());
                    round.copies.push(CopyTimes { arm: sample.arm, ns: ns.into() });
                }
            }
        })
    }

    #[test]
    fn one_slower_copy_is_no_slow_machine() {
        assert_eq!(with_copies(|launch| if launch % 2 == 0 { [100, 120] } else { [100, 100] }), [""; 0]);
        assert_eq!(with_copies(|launch| if launch == 3 { [130, 120] } else { [100, 100] }), ["Slow"]);
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
        assert_eq!(with_capacity_beside(50, 94 * 20_000, |_| [100; 2]), ["CoreTaken"]);
        assert_eq!(with_capacity_beside(50, 96 * 20_000, |_| [100; 2]), [""; 0]);
    }

    /// The warnings beside a cell that takes `percent` of the baseline's time, where every second launch had
    /// half the capacity.
    fn with_fallen_capacity(percent: u64) -> Vec<String> {
        with_capacity_beside(percent, 2_000_000, |launch| if launch % 2 == 0 { [200; 2] } else { [100; 2] })
    }

    #[test]
    fn single_core_workloads_ignore_capacity() {
        assert_eq!(with_fallen_capacity(50), ["Slow"]);
        assert_eq!(with_fallen_capacity(100), [""; 0]);
        // But a taken core is the reason why a cell computes on one.
        assert_eq!(with_capacity_beside(100, 1_490_000, |_| [134; 2]), ["CoreTaken"]);
        assert_eq!(with_capacity_beside(100, 1_510_000, |_| [134; 2]), [""; 0]);
    }

    /// The warnings of a study of jobs that wait, whose baseline takes `ms` milliseconds in its launches.
    fn of_waiting(ms: impl Fn(usize) -> u64, control_percent: u64) -> Vec<String> {
        with(|it| {
            let control = Arm { role: Role::Control, ..study(it).arms[0].clone() };
            study(it).arms.push(control);
            study(it).workloads[0].kind = Kind::Waits;
            for (number, launch) in study(it).launches.iter_mut().enumerate() {
                let samples = &mut launch.rounds[0].samples;
                let wall_ns = NonZeroU64::new(ms(number) * 1_000_000).unwrap();
                samples[0].wall_ns = wall_ns;
                let wall_ns = NonZeroU64::new(ms(number) * control_percent * 10_000).unwrap();
                samples.push(Sample { arm: 2, wall_ns, ..samples[0] });
            }
        })
    }

    #[test]
    fn waiting_rows_are_watched_by_their_baseline() {
        assert_eq!(of_waiting(|launch| if launch == 3 { 110 } else { 100 }, 100), [""; 0]);
        assert_eq!(of_waiting(|launch| if launch == 3 { 112 } else { 100 }, 100), ["Slow"]);
        assert_eq!(of_waiting(|launch| if launch < 8 { 106 } else { 100 }, 100), ["Drift"]);
        // As disks: two slots of one launch differ.
        assert_eq!(of_waiting(|launch| if launch == 3 { 190 } else { 100 }, 110), [""; 0]);
        assert_eq!(of_waiting(|launch| if launch == 3 { 210 } else { 100 }, 110), ["Slow"]);
        assert_eq!(of_waiting(|launch| if launch < 8 { 106 } else { 100 }, 110), [""; 0]);
    }

    /// The warnings of a study whose idle checks tell nothing, and its samples `cpu_ns`.
    fn untold(cpu_ns: Option<u64>) -> Vec<String> {
        with(|it| {
            let check = &mut study(it).idle_checks[0];
            (check.pressure_ns, check.busy_ns) = (None, None);
            for launch in &mut study(it).launches {
                launch.rounds[0].samples.iter_mut().for_each(|sample| sample.cpu_ns = cpu_ns);
            }
        })
    }

    #[test]
    fn machine_that_tells_nothing_has_no_verdict() {
        assert_eq!(untold(Some(100_000_000)), ["PressureUnknown"]);
        assert_eq!(untold(None), ["MachineUnknown"]);
        assert!(Warning::MachineUnknown.blocks_verdicts() && !Warning::PressureUnknown.blocks_verdicts());
    }

    #[test]
    fn core_that_others_use_while_idle_blocks() {
        let busy = |share: [u64; 3]| {
            with(|it| {
                let mut check = study(it).idle_checks[0];
                check.window_ns = NonZeroU64::new(100).unwrap();
                study(it).idle_checks = share.map(|share| IdleCheck { busy_ns: Some(share), ..check }).into();
            })
        };
        assert_eq!((busy([200, 50, 0]), busy([0, 51, 200])), (vec![], vec!["BusyWhileIdle".to_owned()]));
        assert!(Warning::BusyWhileIdle(1.0).blocks_verdicts());
    }

    #[test]
    fn concurrent_partial_or_debug_study_blocks_verdicts() {
        assert_eq!(with(|it| study(it).idle_checks[0].alone = Some(false)), ["OtherStudy"]);
        assert_eq!(with(|it| study(it).idle_checks[0].alone = None), ["OtherStudyUnknown"]);
        assert!(!Warning::OtherStudyUnknown.blocks_verdicts());
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
        assert!(!watched(&laptop).warnings.iter().any(Warning::blocks_verdicts));
    }
}
