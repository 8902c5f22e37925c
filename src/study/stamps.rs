//! Stamps: what about a study withholds its verdicts, and what a reader should know. They are judged from a
//! recording's raw numbers, whenever it is read.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use crate::measure::now;
use crate::record::schema::{Arm, Quiet, Recording, Role, Sample};
use crate::stats::median;

/// How long the machine is watched while the study measures nothing.
const QUIET: Duration = Duration::from_millis(500);

/// The share of a core that a model which computes all the time must get: the rest is another program's.
const BUSY_CORE: f64 = 0.97;

/// The most of a quiet while in which tasks may wait for a core: this program's own starts and ends take less.
const PRESSURE: f64 = 0.05;

/// The most of all ticks that a hypervisor may give to others.
const STEAL: f64 = 0.01;

/// The least that a launch may get of what the study's best launch got from all cores together.
const CAPACITY_KEPT: f64 = 0.9;

/// Something about a study that bears on its numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Stamp {
    /// The baseline or the capacity arm of this workload got less than 97 % of its cores.
    CoreTaken(String, f64),
    /// Tasks of others waited for a core.
    Pressure(f64),
    /// The hypervisor gave time to others.
    Steal(f64),
    /// Fewer cores may be used at a time than models were given: thousandths of a core, and cores.
    Quota(u64, u64),
    /// The machine slept, so long in nanoseconds.
    Suspended(u64),
    /// All cores together gave a launch of this workload so much of what they gave the best one.
    CapacityFell(String, f64),
    /// The study was ended before its last launch.
    Partial,
    /// The machine ran on a battery.
    Battery,
    /// The governor may lower the clock.
    Governor(String),
    /// N cores gave so much less than N times one.
    CapacityBelowCores(String, f64),
}

impl Stamp {
    /// Whether verdicts are withheld. What any laptop has is only told.
    pub fn withholds(&self) -> bool {
        use Stamp::{CapacityFell, CoreTaken, Pressure, Quota, Steal, Suspended};
        matches!(self, CoreTaken(..) | Pressure(_) | Steal(_) | Quota(..) | Suspended(_) | CapacityFell(..))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: &f64| format!("{:.1} %", share * 100.0);
        match self {
            Stamp::CoreTaken(workload, share) => write!(
                f,
                "{workload} got only {} of its cores (at least {}): something else ran; close it and run again",
                percent(share),
                percent(&BUSY_CORE)
            ),
            Stamp::Pressure(share) => write!(
                f,
                "other tasks waited for a core in {} of a quiet while (at most {}): close them and run again",
                percent(share),
                percent(&PRESSURE)
            ),
            Stamp::Steal(share) => write!(
                f,
                "the host took {} of the time (at most {}): run again when it is less busy",
                percent(share),
                percent(&STEAL)
            ),
            Stamp::Quota(quota, cores) => write!(
                f,
                "a CPU quota allows {:.2} cores where models were given {cores}: lift it, or give the process fewer cores",
                *quota as f64 / 1e3
            ),
            Stamp::Suspended(ns) => {
                write!(
                    f,
                    "the machine slept for {:.1} s during the study: run again without",
                    *ns as f64 / 1e9
                )
            }
            Stamp::CapacityFell(workload, share) => write!(
                f,
                "all cores together gave one launch of {workload} {} of what they gave another (at least {}): run again",
                percent(share),
                percent(&CAPACITY_KEPT)
            ),
            Stamp::Partial => write!(f, "the study was ended before its last launch"),
            Stamp::Battery => write!(f, "the machine ran on a battery"),
            Stamp::Governor(name) => write!(f, "the frequency governor is {name}"),
            Stamp::CapacityBelowCores(workload, share) => write!(
                f,
                "all cores together give {workload} {} of that many times one core: SMT, unlike cores, turbo or shared memory",
                percent(share)
            ),
        }
    }
}

/// All stamps of a recording.
pub fn stamps(recording: &Recording) -> Vec<Stamp> {
    let environment = &recording.environment;
    let quota = environment.quota_millicores.filter(|&quota| quota < environment.cores * 1_000);
    let governor = environment.governor.clone().filter(|name| name != "performance");
    let mut stamps = Vec::new();
    stamps.extend(recording.partial.then_some(Stamp::Partial));
    stamps.extend(quota.map(|quota| Stamp::Quota(quota, environment.cores)));
    stamps.extend(of_quiet(&recording.study.quiet));
    for workload in recording.study.workloads.iter().filter(|workload| workload.kind == "computes") {
        stamps.extend(of_workload(recording, &workload.name));
    }
    stamps.extend(environment.on_battery.filter(|&on| on).map(|_| Stamp::Battery));
    stamps.extend(governor.map(Stamp::Governor));
    stamps
}

/// What was seen while nothing was measured.
fn of_quiet(quiet: &[Quiet]) -> Vec<Stamp> {
    let share = |quiet: &Quiet| Some(quiet.pressure_ns? as f64 / quiet.window_ns.get() as f64);
    let worst = quiet.iter().filter_map(share).max_by(f64::total_cmp);
    let ends = quiet.first().zip(quiet.last());
    let steal = ends.and_then(|(first, last)| {
        let stolen = last.stolen_ticks?.checked_sub(first.stolen_ticks?)?;
        let all = last.all_ticks?.checked_sub(first.all_ticks?)?;
        (all > 0).then(|| stolen as f64 / all as f64)
    });
    let slept = ends.and_then(|(first, last)| last.suspended_ns?.checked_sub(first.suspended_ns?));
    let mut stamps = Vec::new();
    stamps.extend(worst.filter(|&share| share > PRESSURE).map(Stamp::Pressure));
    stamps.extend(steal.filter(|&share| share > STEAL).map(Stamp::Steal));
    stamps.extend(slept.filter(|&ns| ns > 1_000_000).map(Stamp::Suspended));
    stamps
}

/// What the baseline and the capacity arm of a workload that computes show.
fn of_workload(recording: &Recording, workload: &str) -> Vec<Stamp> {
    let cores = recording.environment.cores as f64;
    let arm = |role: Role, tail: &str| {
        let is = |arm: &Arm| {
            arm.role == role && arm.id.starts_with(&format!("{workload}/")) && arm.id.ends_with(tail)
        };
        recording.study.arms.iter().position(is)
    };
    let baseline = arm(Role::Cell, "/one").map(|arm| samples(recording, arm));
    let capacity = arm(Role::Capacity, "").map(|arm| samples(recording, arm));
    let shares = [(&baseline, 1.0), (&capacity, cores)].map(|(samples, copies)| {
        let share = |sample: &Sample| Some(sample.cpu_ns? as f64 / (sample.wall_ns.get() as f64 * copies));
        median(&samples.iter().flatten().flatten().filter_map(share).collect::<Vec<_>>())
    });
    let least = shares.into_iter().flatten().min_by(f64::total_cmp);
    let mut stamps = Vec::new();
    stamps.extend(
        least.filter(|&share| share < BUSY_CORE).map(|share| Stamp::CoreTaken(workload.to_owned(), share)),
    );
    if let (Some(baseline), Some(capacity)) = (baseline, capacity) {
        stamps.extend(of_capacity(workload, &capacities(&baseline, &capacity)));
    }
    stamps
}

/// The samples of an arm, by launch.
fn samples(recording: &Recording, arm: usize) -> Vec<Option<Sample>> {
    let of_launches = recording.study.launches.iter().map(|launch| {
        let samples = launch.rounds.iter().flat_map(|round| &round.samples);
        samples.copied().find(|sample| sample.arm == arm as u64)
    });
    of_launches.collect()
}

/// For each launch, how much of as many times one core all cores together gave.
fn capacities(baseline: &[Option<Sample>], capacity: &[Option<Sample>]) -> Vec<f64> {
    let a_run = |sample: &Sample| sample.wall_ns.get() as f64 / sample.runs.get() as f64;
    let pair = |(one, all): (&Option<Sample>, &Option<Sample>)| Some(a_run(&(*one)?) / a_run(&(*all)?));
    baseline.iter().zip(capacity).filter_map(pair).collect()
}

fn of_capacity(workload: &str, capacities: &[f64]) -> Option<Stamp> {
    let typical = median(capacities)?;
    let worst = capacities.iter().copied().min_by(f64::total_cmp)?;
    let best = capacities.iter().copied().max_by(f64::total_cmp)?;
    if worst < CAPACITY_KEPT * best {
        Some(Stamp::CapacityFell(workload.to_owned(), worst / best))
    } else {
        (typical < CAPACITY_KEPT).then(|| Stamp::CapacityBelowCores(workload.to_owned(), typical))
    }
}

/// Watches the machine for half a second, doing nothing.
pub fn watch_quiet(after_launches: u64) -> Quiet {
    let (start, before) = (now(), pressure_us());
    std::thread::sleep(QUIET);
    let window = u64::try_from((now() - start).as_nanos()).unwrap_or(u64::MAX);
    let pressure = before.zip(pressure_us()).map(|(before, after)| after.saturating_sub(before) * 1_000);
    let ticks = std::fs::read_to_string("/proc/stat").ok().and_then(|text| ticks(&text));
    Quiet {
        after_launches,
        window_ns: NonZeroU64::new(window).expect("a sleep takes some time"),
        pressure_ns: pressure,
        stolen_ticks: ticks.map(|(stolen, _)| stolen),
        all_ticks: ticks.map(|(_, all)| all),
        suspended_ns: crate::measure::suspended_ns(),
    }
}

/// How long tasks have waited for a core since the machine was started, in microseconds; Linux with PSI only.
fn pressure_us() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/pressure/cpu").ok()?;
    some_total(&text)
}

fn some_total(pressure: &str) -> Option<u64> {
    let line = pressure.lines().find(|line| line.starts_with("some "))?;
    line.split("total=").nth(1)?.parse().ok()
}

/// Stolen ticks and all ticks of a `/proc/stat`: the eighth number of its first line, and the sum of the first eight
/// (those behind are counted in others; proc(5)).
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let numbers = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
    let numbers: Vec<u64> = numbers.map(|number| number.parse().ok()).collect::<Option<_>>()?;
    Some((*numbers.get(7)?, numbers.iter().sum()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    fn names(recording: &Recording) -> Vec<String> {
        stamps(recording)
            .iter()
            .map(|stamp| format!("{stamp:?}").split('(').next().unwrap_or("").to_owned())
            .collect()
    }

    /// A recording on which nothing is to be said, but for `change`.
    fn with(change: impl FnOnce(&mut Recording)) -> Vec<String> {
        let mut quiet = recording(16, 50);
        change(&mut quiet);
        names(&quiet)
    }

    #[test]
    fn a_quiet_study_has_no_stamp() {
        assert_eq!(with(|_| {}), [""; 0]);
    }

    #[test]
    fn each_border_has_two_sides() {
        let quota = |millicores| with(|it| it.environment.quota_millicores = Some(millicores));
        assert_eq!((quota(2_000), quota(1_999)), (vec![], vec!["Quota".to_owned()]));
        let pressure = |ns| {
            with(|it| {
                it.study.quiet[0].window_ns = NonZeroU64::new(1_000).unwrap();
                it.study.quiet[0].pressure_ns = Some(ns);
            })
        };
        assert_eq!((pressure(50), pressure(51)), (vec![], vec!["Pressure".to_owned()]));
        let quiet = |stolen, slept| {
            with(|it| {
                let first = Quiet {
                    stolen_ticks: Some(0),
                    all_ticks: Some(0),
                    suspended_ns: Some(0),
                    ..it.study.quiet[0]
                };
                let last = Quiet {
                    stolen_ticks: Some(stolen),
                    all_ticks: Some(1_000),
                    suspended_ns: Some(slept),
                    ..first
                };
                it.study.quiet = vec![first, last];
            })
        };
        assert_eq!(
            (quiet(10, 1_000_000), quiet(11, 0), quiet(0, 1_000_001)),
            (vec![], vec!["Steal".to_owned()], vec!["Suspended".to_owned()])
        );
        let share = |cpu_ns| {
            with(|it| {
                let samples = it.study.launches.iter_mut().flat_map(|launch| &mut launch.rounds);
                samples.for_each(|round| round.samples[0].cpu_ns = Some(cpu_ns));
            })
        };
        assert_eq!((share(97_100_000), share(96_900_000)), (vec![], vec!["CoreTaken".to_owned()]));
        assert_eq!(of_capacity("hash", &[0.98, 0.89]), None);
        assert!(matches!(of_capacity("hash", &[0.98, 0.88]), Some(Stamp::CapacityFell(..))));
        assert!(matches!(of_capacity("hash", &[0.65, 0.66]), Some(Stamp::CapacityBelowCores(..))));
    }

    #[test]
    fn a_laptop_on_battery_with_smt_is_told_so_and_gets_its_verdicts() {
        let mut laptop = recording(16, 50);
        laptop.environment.on_battery = Some(true);
        laptop.environment.governor = Some("powersave".into());
        assert_eq!(names(&laptop), ["Battery", "Governor"]);
        let told = of_capacity("hash", &[0.6, 0.61]).into_iter().chain(stamps(&laptop));
        assert!(told.into_iter().all(|stamp| !stamp.withholds()));
    }

    #[test]
    fn the_kernels_files_are_read_as_they_are_written() {
        assert_eq!(
            some_total("some avg10=0.00 avg60=1.00 avg300=0.00 total=3310622\nfull total=0"),
            Some(3_310_622)
        );
        assert_eq!(ticks("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1"), Some((8, 36)));
        for garbage in ["", "cpu", "cpu  1 2", "some total=x", "cpu  a b c d e f g h"] {
            assert_eq!((some_total(garbage), ticks(garbage)), (None, None), "{garbage}");
        }
    }
}
