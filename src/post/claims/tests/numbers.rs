//! Made-up numbers on both sides of the border of each claim.

use crate::analysis::same::tests::on_a_machine;
use crate::analysis::{costs::tests::record, evidence::tests::evidence_record};
use crate::model::{MadeOf, names_on};
use crate::post::claims::{tests::Side, thresholds::WAITING};
use crate::post::story::plays::PLAYS;
use crate::record::figure::Figure::*;
use crate::record::schema::{
    Arm, Costs, EvidenceRecord, Kind, ProbeRecord, Recording, Sample, Sizes, StoryRun, TracedRun,
};
use crate::record::{figure::Figure, read::tests::recording};
use crate::report::platforms::tests::with_python;
use crate::workload::{catalog::Catalog, series::Series};

const SECOND: u64 = 1_000_000;

/// Recordings with every number on one side of each border.
pub(super) fn made_up(side: Side) -> Vec<Recording> {
    let mut stories = Stories { side, runs: vec![] };
    stories.chess();
    stories.cakes();
    stories.code_samples("threads", "processes");
    stories.cook_eat("tokio-one");
    stories.in_order(&[("joined", "tokio-one"), ("spawned", "tokio-one"), ("spawned", "tokio-many")]);
    stories.stall(&[("tokio-one", 10), ("tokio-one", 100), ("tokio-many", 100)]);
    stories.of_python();
    let mut of_stories = Recording {
        study: None,
        evidence: Some(evidence_records(side)),
        stories: Some(stories.runs),
        ..recording(1, 50)
    };
    of_stories.environment.cores = 4;
    let mut native = vec![];
    for workload in WAITING {
        // The pool of processes is the best where the others are not.
        let is_decisive = |model: &str| match model {
            "threads" | "tokio-one" => side.pick(66, 67),
            "prefork" => side.pick(100, 63),
            _ => 110,
        };
        native.push(study(2, workload, &all_models(None, "jobs", is_decisive)));
    }
    for workload in COMPUTING {
        let is_decisive = |model: &str| match model {
            "rayon" => side.pick(94, 106),
            "prefork" => side.pick(97, 107),
            "crossbeam" => side.pick(97, 107),
            _ => 110,
        };
        native.push(study(2, workload, &all_models(None, "cores", is_decisive)));
    }
    let four_cores = on_cores(4, side.pick(66, 80), side.pick(92, 106));
    let with_gil = under_python(WITH_GIL, side);
    let mut recordings = vec![of_stories, joined(native), costs(side), four_cores, with_gil];
    recordings.push(on_cores(1, side.pick(66, 60), 110));
    recordings.push(on_cores(8, side.pick(66, 90), side.pick(87, 105)));
    recordings.push(under_python(WITHOUT_GIL, side));
    recordings
}

/// A cell for every model of a platform but its baseline, with its percents of the baseline's time.
fn all_models(tag: Option<&str>, width: &str, percent: impl Fn(&str) -> u64) -> Vec<(String, u64)> {
    let mut cells = vec![];
    for (model, made_of) in names_on(tag) {
        let at = tag.map_or(String::new(), |tag| format!("@{tag}"));
        if made_of != MadeOf::Caller {
            cells.push((format!("{model}{at}/{width}"), percent(model)));
        }
    }
    cells
}

/// Workloads that compute, in Rust.
const COMPUTING: [&str; 3] = ["hash", "primes", "mandelbrot"];

/// A study of `cores` cores, in which waiting and computing take this many percent of the baseline's time.
fn on_cores(cores: u64, waiting: u64, computing: u64) -> Recording {
    let mut studies = vec![];
    for workload in ["sleep", "http"] {
        studies.push(study(cores, workload, &[("threads/jobs", waiting), ("tokio-one/jobs", waiting)]));
    }
    for workload in COMPUTING {
        studies.push(study(cores, workload, &[("crossbeam/cores", computing), ("prefork/cores", computing)]));
    }
    joined(studies)
}

/// Story runs at 1 s to 1 ms; figures that are times are in story seconds.
struct Stories {
    side: Side,
    runs: Vec<StoryRun>,
}

impl Stories {
    fn push(&mut self, story: &str, arrangement: &str, model: &str, seconds: f64, figures: &[(Figure, f64)]) {
        let mut recorded = vec![];
        for &(figure, value) in figures {
            let unit = if figure.name().ends_with("_ns") { SECOND as f64 } else { 1.0 };
            recorded.push((figure, whole(value * unit)));
        }
        self.runs.push(StoryRun {
            story: story.into(),
            arrangement: arrangement.into(),
            model: model.into(),
            failed: false,
            second_ns: SECOND.try_into().unwrap(),
            acts: vec![
                TracedRun {
                    wall_ns: whole(seconds * SECOND as f64),
                    figures: Figure::recorded(recorded),
                };
                PLAYS
            ],
            unavailable: None,
        });
    }

    fn exhibition(
        &mut self,
        boards: u64,
        exhibitors: u64,
        rest: &str,
        model: &str,
        seconds: f64,
        figures: &[(Figure, f64)],
    ) {
        let arrangement = format!("boards={boards} exhibitors={exhibitors} {rest}");
        self.push("chess", &arrangement, model, seconds, figures);
    }

    fn chess(&mut self) {
        const FIXED: &str = "order=ready think=fixed";
        let side = self.side;
        let figures = [
            (ComputeNs, 3_600.0),
            (Computes, side.pick(720.0, 719.0)),
            (Waits, 720.0),
            (WaitNs, side.pick(7_500.0, 7_000.0)),
            (ExtentNs, side.pick(3_700.0, 4_040.0)),
            (ComputingNs, 3_600.0),
            (BothNs, side.pick(3_250.0, 3_230.0)),
            (AfterLastMoveNs, side.pick(27.0, 28.0)),
            (IdleNs, side.pick(180.0, 210.0)),
            (ThinksNs, side.pick(115.0, 110.0)),
            (WaitsAtOnce, side.pick(2.0, 1.0)),
            (ComputesAtOnce, side.pick(2.0, 1.0)),
        ];
        // As her moves give it, within 5 % of them alone and of the closed form; or as the replies give it.
        let seconds = side.pick(3_770.0, 1_915.0);
        self.exhibition(24, 1, FIXED, "threads", seconds, &figures);
        self.exhibition(24, 1, FIXED, "tokio-one", seconds, &figures);
        self.push("pizza", &format!("boards=24 exhibitors=1 {FIXED}"), "tokio-one", seconds, &figures);
        let step = [(ComputeNs, 5.0), (Computes, 1.0)];
        for (boards, by_moves, by_replies) in [
            (1, 205.0, 1_800.0),
            (4, 629.0, 1_815.0),
            (8, 1_255.0, 1_835.0),
            (11, 1_705.0, 1_850.0),
            (13, 2_005.0, 1_860.0),
            (16, 2_455.0, 1_875.0),
            (48, 7_255.0, 2_035.0),
        ] {
            self.exhibition(boards, 1, FIXED, "threads", side.pick(by_moves, by_replies), &step);
        }
        self.exhibition(24, 2, FIXED, "threads", side.pick(1_946.0, 1_855.0), &step);
        self.exhibition(24, 3, FIXED, "threads", side.pick(1_835.0, 1_790.0), &step);
        self.exhibition(24, 4, FIXED, "threads", side.pick(1_743.0, 1_740.0), &step);
        let idle = [(IdleNs, side.pick(4.0, 6.0)), (ExtentNs, 100.0)];
        self.exhibition(24, 1, "order=ready think=exponential", "tokio-one", 100.0, &idle);
        self.exhibition(24, 1, "order=route think=exponential", "tokio-one", 100.0, &idle);
        self.exhibition(24, 1, FIXED, "sequential", side.pick(45_300.0, 45_400.0), &[]);
    }

    fn cakes(&mut self) {
        let side = self.side;
        let alone = [
            (CpuNs, side.pick(250.0, 120.0)),
            (ComputeNs, side.pick(245.0, 140.0)),
            (WaitNs, side.pick(1_800.0, 0.0)),
        ];
        self.push("cakes", "kitchen=alone", "sequential", 1_980.0, &alone);
        let threading = [
            (WaitsAtOnce, side.pick(2.0, 1.0)),
            (ComputingNs, 96.0),
            (ExtentNs, 100.0),
            (ChildProcesses, side.pick(0.0, 1.0)),
            (Threads, 3.0),
        ];
        self.push("cakes", "kitchen=threading", "threads", side.pick(1_880.0, 1_900.0), &threading);
        let clones =
            [(WaitsAtOnce, side.pick(3.0, 2.0)), (CpuNs, side.pick(205.0, 195.0)), (ComputingNs, 100.0)];
        self.push("cakes", "kitchen=clones", "processes", 660.0, &clones);
        let one_oven = [
            (WaitsAtOnce, side.pick(1.0, 2.0)),
            (BothNs, side.pick(6.0, 4.0)),
            (ComputingNs, 100.0),
            (ExtentNs, side.pick(105.0, 106.0)),
        ];
        self.push("cakes", "kitchen=one-oven", "threads", 1_860.0, &one_oven);
        let music = [
            (ApartNs, side.pick(91.0, 4.0)),
            (TogetherNs, 100.0),
            (ComputingNs, 100.0),
            (Migrations, side.pick(0.0, 1.0)),
        ];
        self.push("music", "pinned=no", "threads", 100.0, &music);
        self.push("music", "pinned=no", "processes", 100.0, &music);
        self.push("music", "pinned=no busy=yes", "processes", 100.0, &music);
    }

    fn code_samples(&mut self, threads: &str, processes: &str) {
        let crunch = [(ChildProcesses, self.side.pick(4.0, 3.0)), (CpuNs, self.side.pick(111.0, 109.0))];
        self.push("crunch", "jobs=4", processes, 100.0, &crunch);
        let alive = [(InFlight, self.side.pick(8.0, 7.0))];
        self.push("downloads", "body=download", threads, 15.0, &alive);
        self.push("downloads", "body=print", threads, 15.0, &alive);
    }

    fn cook_eat(&mut self, model: &str) {
        let joined = self.side.pick(2.09, 2.11);
        let in_turn = self.side.pick(3.13, 2.49);
        for (way, waits, seconds) in
            [("unscheduled", 0.0, joined), ("in-turn", 1.0, in_turn), ("joined", 2.0, joined)]
        {
            // A gap of a millisecond is a second of this story.
            let figures =
                [(WaitsAtOnce, self.side.pick(waits, waits + 1.0)), (GapNs, self.side.pick(0.9, 1.1))];
            self.push("cook-eat", &format!("way={way}"), model, seconds, &figures);
        }
    }

    fn in_order(&mut self, ways_and_models: &[(&str, &str)]) {
        let order = [(Runs, 1_000.0), (InOrder, self.side.pick(1_000.0, 999.0))];
        for (way, model) in ways_and_models {
            self.push("cook-eat", &format!("way={way} order=1"), model, 11.0, &order);
        }
    }

    fn stall(&mut self, models_and_blocks: &[(&str, u32)]) {
        for &(model, block_ms) in models_and_blocks {
            let late = [(P99Ns, f64::from(block_ms) * self.side.pick(0.51, 0.49))];
            self.push("stall", &format!("block_ms={block_ms}"), model, 2.0, &late);
        }
    }

    /// The stories that interpreters support.
    fn of_python(&mut self) {
        let (asyncio, processes) = ("py-asyncio@3.11", "py-multiprocessing@3.11");
        self.code_samples("py-threading@3.11", processes);
        let right = [(Right, self.side.pick(4.0, 3.0)), (Tasks, 4.0)];
        for start in ["fork", "forkserver", "spawn"] {
            self.push("four", &format!("start={start} guard=yes"), processes, 1.0, &right);
            self.push("four", &format!("start={start} guard=no"), processes, 1.0, &right);
        }
        self.cook_eat(asyncio);
        self.in_order(&[("joined", asyncio), ("spawned", asyncio)]);
        self.stall(&[(asyncio, 10), (asyncio, 100)]);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made-up and positive")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// A study on `cores` cores in which each of `cells` takes this many percent of the baseline's time.
fn study(cores: u64, workload: &str, cells: &[(impl AsRef<str>, u64)]) -> Recording {
    study_of(16, cores, workload, cells)
}

/// The same of this many launches.
fn study_of(launches: u64, cores: u64, workload: &str, cells: &[(impl AsRef<str>, u64)]) -> Recording {
    let mut recording = on_a_machine(recording(launches, 50));
    recording.environment.cores = cores;
    let study = recording.study.as_mut().unwrap();
    study.workloads[0].name = workload.into();
    let arm = study.arms[0].clone();
    study.arms = vec![Arm { id: format!("{workload}/sequential/one"), ..arm.clone() }];
    for (cell, _) in cells {
        study.arms.push(Arm { id: format!("{workload}/{}", cell.as_ref()), ..arm.clone() });
    }
    for launch in &mut study.launches {
        launch.workload = workload.into();
        for round in &mut launch.rounds {
            let baseline = round.samples[0];
            round.samples.truncate(1);
            for (arm, (_, percent)) in (1..).zip(cells) {
                let wall_ns = (baseline.wall_ns.get() * percent / 100).try_into().unwrap();
                round.samples.push(Sample { arm, wall_ns, place: arm, ..baseline });
            }
        }
    }
    recording
}

/// A recording of the workloads of all `recordings`.
fn joined(recordings: Vec<Recording>) -> Recording {
    let mut recordings = recordings.into_iter();
    let mut all = recordings.next().unwrap();
    let joined = all.study.as_mut().unwrap();
    for mut study in recordings.filter_map(|recording| recording.study) {
        let first = joined.arms.len() as u64;
        for launch in &mut study.launches {
            for sample in launch.rounds.iter_mut().flat_map(|round| &mut round.samples) {
                sample.arm += first;
            }
        }
        joined.workloads.extend(study.workloads);
        joined.arms.extend(study.arms);
        joined.launches.extend(study.launches);
    }
    all
}

/// Costs of models: process memory, and all sizes of each series, at which processes and threads take more or less of the
/// baseline's time.
fn costs(side: Side) -> Recording {
    let process_bytes = side.pick(1_060, 1_040);
    let mut probes = vec![];
    for (model, bytes) in [
        ("threads", 1_000),
        ("crossbeam", 1_000),
        ("tokio-one", 1_000),
        ("processes", process_bytes),
        ("prefork", process_bytes),
    ] {
        for jobs in [1_000, 4_000] {
            let figures = [("jobs", jobs), ("own_bytes", jobs * bytes), ("children_bytes", 0)];
            probes.push(ProbeRecord { model: model.into(), ..record(&format!("crowd {jobs}"), &figures) });
        }
    }
    let mut sizes = vec![];
    for series in Catalog::builtin().series() {
        let (processes, threads) = of_series(series, side);
        let mut native = vec![];
        for workload in series.workloads.iter() {
            let cells = [("prefork/cores", processes), ("threads/jobs", threads)];
            native.push(study_of(6, 2, workload.name, &cells));
        }
        if !native.is_empty() {
            sizes.push(Sizes { series: series.name.into(), study: joined(native).study.unwrap() });
        }
        for tag in [WITH_GIL, WITHOUT_GIL] {
            let mut in_python = vec![];
            for workload in series.in_python.iter() {
                in_python.push(size_in_python(workload.name, tag, processes, threads));
            }
            let study = joined(in_python).study.unwrap();
            sizes.push(Sizes { series: format!("{}@{tag}", series.name), study });
        }
    }
    Recording { study: None, costs: Some(Costs { probes, sizes, ..Costs::default() }), ..recording(1, 50) }
}

/// What processes and threads take of the baseline's time, at each size.
fn of_series(series: &Series, side: Side) -> (u64, u64) {
    if series.workloads.iter().chain(series.in_python.iter()).all(|it| it.kind == Kind::Computes) {
        (side.pick(99, 106), 100)
    } else {
        (100, side.pick(100, 106))
    }
}

fn size_in_python(size: &str, tag: &str, processes: u64, threads: u64) -> Recording {
    let processes = (format!("py-multiprocessing@{tag}/cores"), processes);
    let threads = (format!("py-threading@{tag}/jobs"), threads);
    let cells = [(processes.0.as_str(), processes.1), (threads.0.as_str(), threads.1)];
    let mut recording = study_of(6, 2, size, &cells);
    let study = recording.study.as_mut().unwrap();
    study.workloads[0].platform = Some(tag.into());
    study.arms[0].id = format!("{size}/py-loop@{tag}/one");
    for arm in &mut study.arms {
        arm.platform = Some(tag.into());
    }
    for launch in &mut study.launches {
        launch.platform = Some(tag.into());
    }
    recording
}

/// A build with its lock, and one without.
const WITH_GIL: &str = "3.11";
const WITHOUT_GIL: &str = "3.13t";

/// A study under CPython, beside Rust's threads under one lock.
fn under_python(tag: &str, side: Side) -> Recording {
    let mut studies = vec![];
    // Just within a speedup of 1.1 over sequential, and just beyond; the lock within 1.25 times that, and
    // beyond.
    let (gil, models) = side.pick((113, [91, 100, 60]), (115, [90, 100, 95]));
    for workload in ["hash", "sha-loop", "primes", "mandelbrot", "frame", "noop", "cake"] {
        studies.push(of_python(workload, "multiprocessing", gil, models));
    }
    let (gil, models) = side.pick((60, [66, 66, 90]), (100, [67, 80, 60]));
    for workload in ["sleep", "http", "warm-file", "cold-file", "save"] {
        studies.push(of_python(workload, "threading, asyncio", gil, models));
    }
    let text = serde_json::to_string(&joined(studies)).unwrap();
    let mut recording: Recording = serde_json::from_str(&text.replace(WITH_GIL, tag)).unwrap();
    for interpreter in recording.environment.interpreters.iter_mut().flatten() {
        interpreter.gil = Some(tag == WITH_GIL);
    }
    recording
}

fn of_python(
    workload: &str,
    post_says: &str,
    gil: u64,
    [threading, asyncio, processes]: [u64; 3],
) -> Recording {
    let cells = all_models(Some(WITH_GIL), "jobs", |model| match model {
        "py-threading" => threading,
        "py-asyncio" => asyncio,
        "py-multiprocessing" => processes,
        _ => 110,
    });
    let cells: Vec<(&str, u64)> = cells.iter().map(|(cell, percent)| (cell.as_str(), *percent)).collect();
    with_python(workload, post_says, ("gil/jobs", gil), &cells)
}

/// The two runtimes, threads with and without a lock, and a pool.
fn evidence_records(side: Side) -> Vec<EvidenceRecord> {
    const IN_FLIGHT: &str = "in_flight";
    let one_thread = [(IN_FLIGHT, 24), ("threads", 1), ("child_processes", 0)];
    let (alone, many) = (
        [(IN_FLIGHT, 1), ("threads", 1), ("child_processes", 0)],
        [(IN_FLIGHT, 2), ("threads", 2), ("child_processes", 1)],
    );
    let mut records = vec![];
    for model in ["tokio-one", "tokio-many", "py-asyncio@3.11"] {
        for (jobs, in_flight) in [("cakes", alone[0]), ("files", many[0]), ("names", many[0])] {
            let figures = side.pick(one_thread, [in_flight, many[1], many[2]]);
            let mut it = evidence(model, jobs, side.pick(109, 111), figures);
            for act in &mut it.seen {
                act.figures.extend(Figure::recorded([(ComputesAtOnce, side.pick(1, 2))]));
            }
            records.push(it);
        }
    }
    for model in ["gil", "threads", "py-threading@3.11", "py-threading@3.13t"] {
        records.push(evidence(model, "cakes", side.pick(109, 111), many));
    }
    // The pools that are the fastest on computing work.
    for pool in ["rayon", "crossbeam", "prefork"] {
        records.push(evidence(pool, "cakes", side.pick(111, 109), many));
    }
    records.push(evidence("sequential", "cakes", 100, alone));
    records
}

/// Evidence of a model that keeps `hundredths` of a core busy.
fn evidence(model: &str, jobs: &str, hundredths: u64, figures: [(&str, u64); 3]) -> EvidenceRecord {
    EvidenceRecord {
        model: model.into(),
        jobs: jobs.into(),
        ..evidence_record([hundredths; 9], 190, figures)
    }
}
