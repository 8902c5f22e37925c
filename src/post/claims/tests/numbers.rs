//! Made-up numbers on both sides of the border of each claim.

use crate::analysis::same::tests::on_a_machine;
use crate::analysis::{costs::tests::record, evidence::tests::evidence_record};
use crate::post::claims::tests::Side;
use crate::record::figure::Figure::*;
use crate::record::schema::{
    Arm, Costs, EvidenceRecord, ProbeRecord, Recording, Sample, Sizes, StoryRun, TracedRun,
};
use crate::record::{figure::Figure, read::tests::recording};
use crate::report::platforms::tests::with_python;

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
    let of_stories = Recording {
        study: None,
        evidence: Some(evidence_records(side)),
        stories: Some(stories.runs),
        ..recording(1, 50)
    };
    let mut recordings = vec![of_stories];
    for workload in ["sleep", "http", "cold-file", "save", "warm-file"] {
        recordings.push(study(workload, "threads", side.pick(66, 67)));
        recordings.push(study(workload, "tokio-one", side.pick(66, 67)));
    }
    for workload in ["hash", "primes", "mandelbrot"] {
        recordings.push(study(workload, "rayon", side.pick(99, 101)));
        for (cores, percent) in [(1, side.pick(100, 110)), (4, side.pick(94, 106))] {
            recordings.push(study_of(cores, workload, &["crossbeam/cores", "prefork/cores"], percent));
        }
    }
    for workload in ["sleep", "http"] {
        for (cores, percent) in [(1, side.pick(66, 67)), (4, side.pick(66, 80))] {
            recordings.push(study_of(cores, workload, &["threads/jobs", "tokio-one/jobs"], percent));
        }
    }
    recordings.push(costs(side.pick(1_060, 1_040), side.pick(100, 106)));
    recordings.extend(of_python(side));
    recordings
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
            second_ns: SECOND.try_into().unwrap(),
            acts: vec![TracedRun {
                wall_ns: whole(seconds * SECOND as f64),
                figures: Figure::recorded(recorded),
            }],
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
            (ExtentNs, side.pick(3_700.0, 4_020.0)),
            (ComputingNs, 3_600.0),
            (BothNs, side.pick(3_250.0, 3_230.0)),
            (AfterLastMoveNs, side.pick(27.0, 28.0)),
            (IdleNs, side.pick(180.0, 210.0)),
            (ThinksNs, side.pick(115.0, 110.0)),
            (WaitsAtOnce, side.pick(2.0, 1.0)),
            (ComputesAtOnce, side.pick(2.0, 1.0)),
        ];
        let seconds = side.pick(3_770.0, 37_400.0);
        self.exhibition(24, 1, FIXED, "threads", seconds, &figures);
        self.exhibition(24, 1, FIXED, "tokio-one", seconds, &figures);
        self.push("pizza", &format!("boards=24 exhibitors=1 {FIXED}"), "tokio-one", seconds, &figures);
        let busy =
            [(ComputingNs, side.pick(91.0, 89.0)), (ExtentNs, 100.0), (ComputeNs, 5.0), (Computes, 1.0)];
        for boards in [1, 4, 8, 11, 12, 13, 16, 48] {
            let seconds = boards as f64 * 150.0 * side.pick(1.04, 1.06);
            self.exhibition(boards, 1, FIXED, "threads", seconds, &busy);
        }
        self.exhibition(24, 2, FIXED, "threads", side.pick(3_500.0, 36_000.0), &busy);
        self.exhibition(24, 3, FIXED, "threads", side.pick(3_300.0, 35_000.0), &busy);
        self.exhibition(24, 4, FIXED, "threads", side.pick(3_100.0, 34_000.0), &busy);
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
            (ComputingNs, side.pick(90.0, 96.0)),
            (ExtentNs, 100.0),
            (ChildProcesses, side.pick(0.0, 1.0)),
            (Threads, 3.0),
        ];
        self.push("cakes", "kitchen=threading", "threads", side.pick(1_880.0, 1_900.0), &threading);
        let clones = [
            (WaitsAtOnce, side.pick(3.0, 2.0)),
            (Cores, 4.0),
            (CpuNs, side.pick(205.0, 195.0)),
            (ComputingNs, 100.0),
        ];
        self.push("cakes", "kitchen=clones", "processes", 660.0, &clones);
        let one_oven =
            [(WaitsAtOnce, side.pick(2.0, 1.0)), (BothNs, side.pick(6.0, 4.0)), (ComputingNs, 100.0)];
        self.push("cakes", "kitchen=one-oven", "threads", 1_860.0, &one_oven);
        let music = [
            (ApartNs, side.pick(91.0, 4.0)),
            (TogetherNs, 100.0),
            (ComputingNs, 100.0),
            (Migrations, side.pick(0.0, 1.0)),
        ];
        self.push("music", "pinned=no", "threads", 100.0, &music);
        self.push("music", "pinned=no", "processes", 100.0, &music);
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

/// A study in which `model` takes `percent` of the baseline's time on a workload.
fn study(workload: &str, model: &str, percent: u64) -> Recording {
    study_of(2, workload, &[&format!("{model}/jobs")], percent)
}

/// A study on `cores` cores in which each of `cells` takes `percent` of the baseline's time.
fn study_of(cores: u64, workload: &str, cells: &[&str], percent: u64) -> Recording {
    let mut recording = on_a_machine(recording(16, percent));
    recording.environment.cores = cores;
    let study = recording.study.as_mut().unwrap();
    study.workloads[0].name = workload.into();
    let arm = study.arms[0].clone();
    study.arms = vec![Arm { id: format!("{workload}/sequential/one"), ..arm.clone() }];
    for cell in cells {
        study.arms.push(Arm { id: format!("{workload}/{cell}"), ..arm.clone() });
    }
    for launch in &mut study.launches {
        launch.workload = workload.into();
        for round in &mut launch.rounds {
            let sample = round.samples[1];
            round.samples.extend((2..=cells.len() as u64).map(|arm| Sample { arm, ..sample }));
        }
    }
    recording
}

/// Costs of models: process memory, and a page, a file and a small job of which each of `cells` takes
/// `percent` of the baseline's time.
fn costs(process_bytes: u64, percent: u64) -> Recording {
    let mut probes = vec![];
    for (model, bytes) in [
        ("threads", 1_000),
        ("crossbeam", 1_000),
        ("tokio-one", 1_000),
        ("processes", process_bytes),
        ("prefork", process_bytes),
    ] {
        for jobs in [1_000, 4_000] {
            let figures = [("jobs", jobs), ("own_bytes", jobs * bytes)];
            probes.push(ProbeRecord { model: model.into(), ..record(&format!("crowd {jobs}"), &figures) });
        }
    }
    let mut sizes = vec![];
    for (series, cells, percent) in [
        ("grains", &["processes/jobs", "prefork/cores"][..], if percent > 100 { 106 } else { 99 }),
        ("pages", &["threads/jobs"], percent),
        ("files", &["threads/jobs"], percent),
    ] {
        let study = study_of(2, series, cells, percent).study.unwrap();
        sizes.push(Sizes { series: series.into(), study });
    }
    Recording { study: None, costs: Some(Costs { probes, sizes, ..Costs::default() }), ..recording(1, 50) }
}

/// Studies under CPython 3.11, beside Rust's threads under one lock.
fn of_python(side: Side) -> Vec<Recording> {
    let mut recordings = vec![];
    // Just within a speedup of 1.1 over sequential, and just beyond; the lock within 1.25 times that, and
    // beyond.
    for workload in ["hash", "sha-loop", "primes", "mandelbrot", "frame", "noop", "cake"] {
        recordings.push(side.pick(
            under_python(side, workload, 113, [91, 100, 60]),
            under_python(side, workload, 115, [90, 100, 95]),
        ));
    }
    for workload in ["sleep", "http", "warm-file", "cold-file", "save"] {
        recordings.push(side.pick(
            under_python(side, workload, 60, [66, 67, 90]),
            under_python(side, workload, 100, [67, 80, 60]),
        ));
    }
    recordings
}

fn under_python(
    side: Side,
    workload: &str,
    gil: u64,
    [threading, asyncio, processes]: [u64; 3],
) -> Recording {
    let models = [
        ("py-threading@3.11/jobs", threading),
        ("py-asyncio@3.11/jobs", asyncio),
        ("py-multiprocessing@3.11/cores", processes),
    ];
    let mut recording = with_python(workload, "", ("gil/jobs", gil), &models);
    for interpreter in recording.environment.interpreters.iter_mut().flatten() {
        interpreter.gil = Some(side.pick(true, false));
    }
    recording
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
        for (jobs, in_flight) in [("cakes", alone[0]), ("files", many[0])] {
            let figures = side.pick(one_thread, [in_flight, many[1], many[2]]);
            let mut it = evidence(model, jobs, side.pick(109, 111), figures);
            for act in &mut it.seen {
                act.figures.extend(Figure::recorded([(ComputesAtOnce, side.pick(1, 2))]));
            }
            records.push(it);
        }
    }
    for model in ["gil", "threads", "py-threading@3.11"] {
        records.push(evidence(model, "cakes", side.pick(109, 111), many));
    }
    // The pool that is the fastest on computing work.
    records.push(evidence("rayon", "cakes", side.pick(111, 109), many));
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
