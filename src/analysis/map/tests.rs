use std::num::NonZeroU64;

use super::*;
use crate::analysis::advice::{Advice, Advisor};
use crate::analysis::advice_changes::Dimension;
use crate::analysis::advice_check::AdviceCheck;
use crate::analysis::cost_model::CostModel;
use crate::record::read::tests::recording;
use crate::record::schema::{Arm, Launch, Role, Round, Sample, Stopping, Study, WorkloadEntry};
use crate::study::map::points::{grid, terms};
use crate::workload::point::PointJobs;

/// A tool that costs exactly what the cost model says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MadeUp {
    /// `model/width`.
    pub(crate) name: &'static str,
    /// In nanoseconds.
    pub(crate) start: f64,
    /// In nanoseconds.
    pub(crate) dispatch: f64,
    /// How much longer than asked for it waits, in nanoseconds.
    pub(crate) late: f64,
    /// How many jobs wait at once.
    pub(crate) at_once: usize,
    /// How many times as fast as one job at a time it computes.
    pub(crate) cores: f64,
}

/// One job at a time, a pool of few threads that is cheap, and tasks that wait all at once and cost more.
pub(crate) const TOOLS: [MadeUp; 3] = [
    MadeUp { name: "sequential/one", start: 0.0, dispatch: 5.0, late: 60e3, at_once: 1, cores: 1.0 },
    MadeUp { name: "rayon/jobs", start: 20e3, dispatch: 50.0, late: 60e3, at_once: 64, cores: 2.0 },
    MadeUp {
        name: "tokio-many/jobs",
        start: 60e3,
        dispatch: 400.0,
        late: 1.1e6,
        at_once: usize::MAX,
        cores: 2.0,
    },
];

impl MadeUp {
    /// How long a batch takes.
    pub(crate) fn ns(&self, asked: Asked) -> f64 {
        let jobs = asked.jobs as f64;
        let wait = if asked.wait_percent > 0 { asked.wait_ns() + self.late } else { 0.0 };
        let turns = asked.jobs.div_ceil(self.at_once.min(asked.jobs)) as f64;
        let body = (wait + jobs * asked.compute_ns() / self.cores).max(turns * (wait + asked.compute_ns()));
        self.start + jobs * self.dispatch + body
    }
}

fn whole(ns: f64) -> u64 {
    u64::try_from(std::time::Duration::from_secs_f64(ns / 1e9).as_nanos()).unwrap()
}

fn number(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap()
}

/// A map of these points, whose tools take exactly what they cost.
pub(crate) fn map_of_points(points: &[(Asked, Purpose)], tools: &[MadeUp]) -> Recording {
    const LAUNCHES: u64 = 8;
    let base = recording(1, 50);
    let template = base.study.clone().unwrap();
    let mut study = Study {
        launches_asked: number(LAUNCHES),
        stopping: Some(Stopping::Race { far: number(4), clearly_percent: None, launches: number(LAUNCHES) }),
        workloads: vec![],
        arms: vec![],
        launches: vec![],
        ..template.clone()
    };
    let mut map_points = vec![];
    for (at, &(asked, purpose)) in points.iter().enumerate() {
        let jobs = PointJobs {
            wait_us: asked.job_ns * asked.wait_percent / 100_000,
            numbers: at as u64,
            jobs: asked.jobs,
        };
        study.workloads.push(WorkloadEntry {
            name: jobs.name(),
            kind: if asked.wait_percent > 0 {
                crate::record::schema::Kind::Mixed
            } else {
                crate::record::schema::Kind::Computes
            },
            jobs: number(asked.jobs as u64),
            ..template.workloads[0].clone()
        });
        map_points.push(MapPoint {
            workload: jobs.name(),
            platform: None,
            job_ns: asked.job_ns,
            wait_percent: asked.wait_percent,
            jobs: number(asked.jobs as u64),
            purpose,
        });
        for tool in tools {
            study.arms.push(Arm {
                id: format!("{}/{}", jobs.name(), tool.name),
                role: Role::Cell,
                in_flight: number(tool.at_once.min(asked.jobs) as u64),
                ..template.arms[0].clone()
            });
        }
    }
    for launch in 0..LAUNCHES {
        for (at, (asked, _)) in points.iter().enumerate() {
            let mut samples = vec![];
            for (place, tool) in tools.iter().enumerate() {
                let arm = (at * tools.len() + place) as u64;
                // Launches differ a little, and all tools of one by as much.
                let wall_ns = number(whole(tool.ns(*asked)) * (1_000 + launch) / 1_000);
                samples.push(Sample {
                    arm,
                    place: place as u64,
                    wall_ns,
                    ..template.launches[0].rounds[0].samples[0]
                });
            }
            let round = Round { samples, ..Round::default() };
            let name = study.workloads[at].name.clone();
            study.launches.push(Launch { rounds: vec![round], ..Launch::begun(name, None, launch) });
        }
    }
    let part = MapPart { points: map_points, study };
    Recording {
        study: None,
        map: Some(TaskMap { command: vec!["bakeoff".into(), "map".into()], parts: vec![part] }),
        ..base
    }
}

/// A map of a grid, and points that advice is checked against.
pub(crate) fn recording_with_map() -> Recording {
    let mut points = vec![];
    points.extend(grid(2, false).into_iter().map(|asked| (asked, Purpose::Advice)));
    points.extend(terms().into_iter().map(|asked| (asked, Purpose::Term)));
    points.extend(checks().into_iter().map(|asked| (asked, Purpose::Check)));
    map_of_points(&points, &TOOLS)
}

fn checks() -> [Asked; 3] {
    [
        Asked { wait_percent: 0, jobs: 100, job_ns: 200_000 },
        Asked { wait_percent: 99, jobs: 50, job_ns: 3_000_000 },
        Asked { wait_percent: 99, jobs: 190, job_ns: 8_000_000 },
    ]
}

fn the_map() -> PlatformMap {
    let recording = recording_with_map();
    recording.check().unwrap();
    maps(&[recording]).remove(0)
}

/// A map of one job at a time and `tools`.
fn map_with(tools: &[MadeUp]) -> PlatformMap {
    let mut points = vec![];
    points.extend(grid(2, false).into_iter().map(|asked| (asked, Purpose::Advice)));
    points.extend(terms().into_iter().map(|asked| (asked, Purpose::Term)));
    maps(&[map_of_points(&points, &[&TOOLS[..1], tools].concat())]).remove(0)
}

#[test]
fn terms_are_those_that_tools_cost() {
    let map = the_map();
    for tool in TOOLS {
        let model = tool.name.split('/').next().unwrap();
        let cost = CostModel::of(&map, model).unwrap();
        for asked in checks() {
            let ratio = cost.parts(asked).all() / tool.ns(asked);
            assert!((ratio - 1.0).abs() < 0.03, "{model} {asked:?}: {ratio}");
        }
        assert!((cost.cores() - tool.cores).abs() < 0.02, "{model}: {}", cost.cores());
    }
}

#[test]
fn tool_with_a_worker_for_each_core_alone_waits_in_turns() {
    let chunks =
        MadeUp { name: "chunks/cores", start: 30e3, dispatch: 10.0, late: 60e3, at_once: 2, cores: 2.0 };
    let map = map_with(&[chunks]);
    let cost = CostModel::of(&map, "chunks").unwrap();
    for asked in checks() {
        let ratio = cost.parts(asked).all() / chunks.ns(asked);
        assert!((ratio - 1.0).abs() < 0.03, "{asked:?}: {ratio}");
    }
}

#[test]
fn parts_of_batch_leave_workers_idle() {
    let pool = MadeUp {
        name: "py-multiprocessing/cores",
        start: 30e3,
        dispatch: 10.0,
        late: 60e3,
        at_once: 2,
        cores: 2.0,
    };
    let map = map_with(&[pool]);
    let cost = CostModel::of(&map, "py-multiprocessing").unwrap();
    let computing = |jobs| cost.parts(Asked { wait_percent: 0, jobs, job_ns: 1_000_000 }).computing;
    // Eight parts of four, and seven of five with one of one: 16 and 20 jobs of a worker.
    assert!((computing(36) / computing(32) - 20.0 / 16.0).abs() < 1e-9);
}

#[test]
fn static_split_is_advised_only_if_it_is_clearly_ahead() {
    let chunks =
        MadeUp { name: "chunks/cores", start: 20e3, dispatch: 50.0, late: 60e3, at_once: 2, cores: 2.0 };
    let asked = Asked { wait_percent: 0, jobs: 100, job_ns: 400_000 };
    for (cores, tool) in [(1.98, "rayon"), (1.8, "chunks")] {
        let map = map_with(&[MadeUp { cores, ..TOOLS[1] }, chunks]);
        let Advice::Given(given) = Advisor::of(&map).advise(asked) else { panic!("{cores}") };
        assert_eq!(given.tool.model, tool, "{cores}");
    }
}

#[test]
fn advice_between_points_is_the_best_tool() {
    let map = the_map();
    let advisor = Advisor::of(&map);
    for (asked, tool) in checks().into_iter().zip(["rayon", "rayon", "tokio-many"]) {
        let Advice::Given(given) = advisor.advise(asked) else { panic!("{asked:?}") };
        assert_eq!(given.tool.model, tool, "{asked:?}");
        let made_up = TOOLS.iter().find(|it| it.name.starts_with(tool)).unwrap();
        assert!((given.tool.ns / made_up.ns(asked) - 1.0).abs() < 0.03, "{given:?}");
        let speedup = TOOLS[0].ns(asked) / made_up.ns(asked);
        assert!((given.speedup / speedup - 1.0).abs() < 0.05, "{} instead of {speedup}", given.speedup);
        let [low, high] = given.bounds;
        assert!(low <= given.speedup && given.speedup <= high, "{given:?}");
    }
}

#[test]
fn advice_ends_where_measured_points_end() {
    let map = the_map();
    let advisor = Advisor::of(&map);
    for (wait_percent, jobs, job_ns) in
        [(0, 23, 100_000), (0, 201, 100_000), (97, 24, 200_000_000), (0, 24, 9_000), (0, 24, 11_000_000)]
    {
        let asked = Asked { wait_percent, jobs, job_ns };
        assert!(matches!(advisor.advise(asked), Advice::OutOfRange), "{asked:?}");
    }
}

#[test]
fn more_jobs_than_a_pool_has_threads_change_the_advice() {
    let map = the_map();
    let advisor = Advisor::of(&map);
    let changes = advisor.changes(checks()[1], "rayon");
    let more_jobs = changes.iter().find(|it| it.what == Dimension::Jobs && it.is_more).unwrap();
    assert_eq!(more_jobs.tool, "tokio-many");
    assert!((65..90).contains(&more_jobs.at.jobs), "{more_jobs:?}");
}

#[test]
fn check_knows_hits_and_fixed_rules() {
    let map = the_map();
    let check = AdviceCheck::of(&map, &map);
    assert_eq!((check.losses().hits(), check.losses().0.len(), check.right_times()), (3, 3, (3, 3)));
    assert_eq!(check.abstained(), 0.0);
    let rayon = check.rules.iter().find(|rule| rule.name == "always rayon").unwrap();
    assert_eq!((rayon.all.hits(), rayon.given.hits()), (2, 2));
    assert!(rayon.all.at(1.0).unwrap() > 1.4, "{rayon:?}");
}

#[test]
fn points_of_checks_are_never_used() {
    let recording = recording_with_map();
    let mut changed = recording.clone();
    let part = &mut changed.map.as_mut().unwrap().parts[0];
    for launch in &mut part.study.launches {
        let point = part.points.iter().find(|point| point.workload == launch.workload).unwrap();
        if point.purpose == Purpose::Check {
            for sample in &mut launch.rounds[0].samples {
                sample.wall_ns = number(sample.wall_ns.get() * (1 + sample.arm % 3));
            }
        }
    }
    let [before, after] = [recording, changed].map(|recording| maps(&[recording]).remove(0));
    for asked in checks() {
        let tools = [&before, &after].map(|map| match Advisor::of(map).advise(asked) {
            Advice::Given(given) => (given.tool.model.to_owned(), given.tool.ns),
            other => panic!("{other:?}"),
        });
        assert_eq!(tools[0], tools[1]);
    }
}

#[test]
fn default_loses_least_over_all_points() {
    let map = the_map();
    let default = map.default_tool().unwrap();
    assert!(["rayon", "tokio-many"].contains(&default), "{default}");
    for point in map.of(Purpose::Advice) {
        assert!(point.loss(default).unwrap() >= 1.0);
    }
}
