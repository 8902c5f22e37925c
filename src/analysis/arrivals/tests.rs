use super::*;
use crate::record::read::tests::recording;
use crate::record::schema::{AloneJob, Capacity, Level, Recording};
use crate::stats::queue::{Arrival, ends_ns};
use crate::stats::schedule::Schedule;

/// How long a job computes alone.
const JOB_NS: u64 = 1_000_000;

/// How long jobs arrive.
const LEVEL_NS: u64 = 500_000_000;

const LAUNCHES: u64 = 6;

/// A model that is as far from the ideal as it says.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    /// Its name.
    pub(crate) model: String,
    /// The most jobs that it runs at once.
    pub(crate) limit: Option<u64>,
    /// How many jobs it ends in a second.
    pub(crate) capacity: u64,
    /// Its latencies, in percent of the ideal.
    pub(crate) percent: u64,
}

impl Served {
    /// A model.
    pub(crate) fn new(model: &str, limit: u64, capacity: u64, percent: u64) -> Self {
        Served { model: model.into(), limit: Some(limit), capacity, percent }
    }
}

/// Two models on a workload, one of which is over capacity at the highest load.
pub(crate) fn recording_with_arrivals() -> Recording {
    arrivals_of(&[Served::new("rayon", 2, 2_000, 110), Served::new("sequential", 1, 1_000, 110)], &[20, 80])
}

/// Models on a workload whose jobs compute for a millisecond on two cores.
pub(crate) fn arrivals_of(models: &[Served], loads: &[u64]) -> Recording {
    let base = recording(1, 50);
    let study = base.study.as_ref().unwrap();
    let best = models.iter().map(|served| served.capacity).max().unwrap();
    let mut arrivals = Arrivals {
        command: vec!["bakeoff".into(), "arrivals".into()],
        schedule: Schedule::Poisson,
        loads: loads.iter().map(|load| number(*load)).collect(),
        launches_asked: number(LAUNCHES),
        level_ns: number(LEVEL_NS),
        seed: 7,
        workloads: study.workloads.clone(),
        arms: vec![],
        launches: vec![],
        idle_checks: study.idle_checks.clone(),
    };
    for served in models {
        arrivals.arms.push(ServingArm {
            workload: "hash".into(),
            platform: None,
            model: served.model.clone(),
            revision: 1,
            limit: served.limit.map(number),
            unavailable: None,
        });
    }
    for launch_number in 0..LAUNCHES {
        let mut launch = ArrivalLaunch {
            workload: "hash".into(),
            number: launch_number,
            alone: vec![AloneJob { wait_ns: 0, compute_ns: JOB_NS }],
            ..ArrivalLaunch::default()
        };
        for (arm, served) in models.iter().enumerate() {
            let arm = arm as u64;
            launch.capacities.push(Capacity {
                arm,
                jobs: number(served.capacity),
                ns: number(1_000_000_000),
            });
            for &load in loads {
                // Models of a launch share the arrivals of a level.
                let seed = launch_number * 1_000 + load;
                launch.levels.push(level(served, arm, load, best * load / 100, seed));
            }
        }
        arrivals.launches.push(launch);
    }
    Recording { study: None, arrivals: Some(arrivals), ..base }
}

fn number(value: u64) -> std::num::NonZeroU64 {
    value.try_into().unwrap()
}

/// A level of a model: what ends after it is open if the model can't keep up.
fn level(served: &Served, arm: u64, load: u64, rate: u64, seed: u64) -> Level {
    let due_ns = Schedule::Poisson.due_ns(rate as f64, LEVEL_NS as f64 / 1e9, seed);
    let mut jobs = Vec::new();
    for &due_ns in &due_ns {
        jobs.push(Arrival { due_ns, wait_ns: 0, compute_ns: JOB_NS });
    }
    let limit = served.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
    let mut latency_us = Vec::new();
    for (end, due) in ends_ns(&jobs, 2, limit).into_iter().zip(&due_ns) {
        let is_open = served.capacity < rate && end > LEVEL_NS;
        latency_us.push((!is_open).then_some((end - due) * served.percent / 100_000));
    }
    Level {
        arm,
        load: number(load),
        jobs_per_1000_s: number(rate * 1_000),
        level_ns: number(LEVEL_NS),
        seed,
        late_us: vec![0; due_ns.len()],
        service_us: latency_us.iter().map(|it| it.map(|_| JOB_NS / 1_000)).collect(),
        latency_us,
        stopped: false,
    }
}

/// What became of a model at a load after `change` of every level.
fn at(model: usize, load: usize, change: impl Fn(&mut Level)) -> AtLoad {
    let mut recording = recording_with_arrivals();
    let arrivals = recording.arrivals.as_mut().unwrap();
    for launch in &mut arrivals.launches {
        launch.levels.iter_mut().for_each(&change);
    }
    let analysed = AnalysedArrivals::of(arrivals, 2);
    analysed.subjects[0].models[model].loads[load].clone()
}

fn kept(model: usize, load: usize, change: impl Fn(&mut Level)) -> Kept {
    match at(model, load, change) {
        AtLoad::Kept(kept) => *kept,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ratio_to_the_ideal_is_found() {
    for load in [0, 1] {
        let Kept { mean_over_ideal, p99_over_ideal, p50, ideal_p50, .. } = kept(0, load, |_| {});
        for ratio in [mean_over_ideal, p99_over_ideal] {
            // Latencies are recorded in whole microseconds.
            let ratio = ratio.unwrap().ratio;
            assert!((ratio - 1.1).abs() < 0.002, "{ratio}");
        }
        assert!((p50.unwrap().value / ideal_p50.unwrap() - 1.1).abs() < 0.002);
    }
}

#[test]
fn limit_of_the_model_limits_its_ideal() {
    let [alone, two] = [1, 0].map(|model| kept(model, 0, |_| {}).ideal_p99.unwrap());
    assert!(alone > 1.2 * two, "{alone} and {two}");
}

#[test]
fn model_that_falls_behind_is_over_capacity() {
    let AtLoad::OverCapacity(growth) = at(1, 1, |_| {}) else { panic!("it keeps up") };
    // 1,600 jobs a second arrive, and 1,000 end.
    assert!((500.0..700.0).contains(&growth), "{growth}");
    assert!(matches!(at(1, 0, |_| {}), AtLoad::Kept(_)));
    // Not even one job ends.
    let none_ends = at(1, 1, |level| {
        level.latency_us.fill(None);
        level.service_us.fill(None);
    });
    assert!(matches!(none_ends, AtLoad::OverCapacity(_)), "{none_ends:?}");
}

#[test]
fn late_hand_over_voids_a_level() {
    let late = |us: u64| at(0, 0, move |level| level.late_us.fill(us));
    assert!(matches!(late(50), AtLoad::Kept(_)));
    assert!(matches!(late(51), AtLoad::Late(us) if us == 51.0));
}

#[test]
fn mean_below_the_ideal_is_impossible() {
    let of = |percent: u64| {
        at(0, 0, move |level| {
            for latency in level.latency_us.iter_mut().flatten() {
                *latency = *latency * percent / 110;
            }
        })
    };
    assert!(matches!(of(99), AtLoad::Kept(_)));
    assert!(matches!(of(97), AtLoad::Impossible(ratio) if (ratio - 0.97).abs() < 0.002));
}

#[test]
fn percentile_needs_ten_slower_jobs() {
    let shortened = |jobs: usize| {
        kept(0, 1, move |level| {
            for list in [&mut level.latency_us, &mut level.service_us] {
                list.truncate(jobs);
            }
            level.late_us.truncate(jobs);
        })
    };
    let (few, enough) = (shortened(166), shortened(167));
    assert!(few.p99.is_none() && few.p99_over_ideal.is_none() && few.p50.is_some());
    assert!(enough.p99.is_some());
}

#[test]
fn open_jobs_are_slower_than_all_that_ended() {
    // Sixteen of the slowest jobs of as many launches don't end.
    let with_open = |launches: usize| {
        let mut recording = recording_with_arrivals();
        let arrivals = recording.arrivals.as_mut().unwrap();
        for launch in &mut arrivals.launches[..launches] {
            let latencies = &mut launch.levels[1].latency_us;
            for _ in 0..16 {
                *latencies.iter_mut().max().unwrap() = None;
            }
        }
        let analysed = AnalysedArrivals::of(arrivals, 2);
        analysed.subjects[0].models[0].loads[1].clone()
    };
    let of = |launches| match with_open(launches) {
        AtLoad::Kept(kept) => *kept,
        other => panic!("{other:?}"),
    };
    let [all, some] = [of(0), of(2)];
    assert_eq!((some.offered, some.completed), (all.offered, all.completed - 32));
    let [before, after] = [&all, &some].map(|kept| (kept.p50.unwrap(), kept.p99.unwrap(), kept.mean));
    assert_eq!(before.0, after.0, "the median is among jobs that ended");
    for (before, after) in [(before.1, after.1), (before.2, after.2)] {
        assert!(before.value <= after.value && after.value.is_finite(), "{before:?} and {after:?}");
        assert_eq!(after.interval.unwrap().high, f64::INFINITY);
    }
    for ratio in [some.mean_over_ideal, some.wait_over_ideal, some.p99_over_ideal] {
        assert_eq!(ratio.unwrap().bounds().unwrap().1, f64::INFINITY);
    }
    assert!(matches!(with_open(3), AtLoad::OverCapacity(_)));
}

#[test]
fn models_of_one_capacity_are_told_apart() {
    let models = [Served::new("rayon", 2, 2_000, 110), Served::new("prefork", 2, 1_950, 220)];
    let recording = arrivals_of(&models, &[20, 80]);
    let analysed = AnalysedArrivals::of(recording.arrivals.as_ref().unwrap(), 2);
    let apart = analysed.equal_in_batches(&analysed.subjects[0]).unwrap();
    assert_eq!((apart.better, apart.worse), ("rayon", "prefork"));
    assert!((apart.ratio.ratio - 2.0).abs() < 0.01, "{apart:?}");
    let slower = arrivals_of(&[models[0].clone(), Served::new("prefork", 2, 1_900, 220)], &[20, 80]);
    let analysed = AnalysedArrivals::of(slower.arrivals.as_ref().unwrap(), 2);
    assert!(analysed.equal_in_batches(&analysed.subjects[0]).is_none());
}
