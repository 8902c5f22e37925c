//! Each claim on numbers just inside its thresholds, and just outside.

use super::*;
use crate::analysis::costs::tests::record;
use crate::analysis::evidence::tests::evidence_record;
use crate::record::read::tests::recording;
use crate::record::schema::{
    Arm, Costs, EvidenceRecord, ProbeRecord, Recording, Sample, Sizes, StoryRun, TracedRun,
};
use crate::report::platforms::tests::with_python;

const SECOND: u64 = 1_000_000;

/// A story run at 1 s to 1 ms; time figures are in story seconds.
fn story_run(story: &str, arrangement: &str, model: &str, seconds: f64, figures: &[(&str, f64)]) -> StoryRun {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made-up and positive")]
    let ns = |seconds: f64| (seconds * SECOND as f64).round() as u64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made-up and positive")]
    let figure = |(name, value): &(&str, f64)| {
        ((*name).to_owned(), if name.ends_with("_ns") { ns(*value) } else { *value as u64 })
    };
    StoryRun {
        story: story.into(),
        arrangement: arrangement.into(),
        model: model.into(),
        second_ns: SECOND.try_into().unwrap(),
        acts: vec![TracedRun { wall_ns: ns(seconds), figures: figures.iter().map(figure).collect() }],
        unavailable: None,
    }
}

/// A study in which `model` takes `percent` of the baseline's time on a workload.
fn study(workload: &str, model: &str, percent: u64) -> Recording {
    study_of(2, workload, &[&format!("{model}/jobs")], percent)
}

/// A study on `cores` cores in which each of `cells` takes `percent` of the baseline's time.
fn study_of(cores: u64, workload: &str, cells: &[&str], percent: u64) -> Recording {
    let mut recording = recording(16, percent);
    recording.environment.cores = cores;
    let study = recording.study.as_mut().unwrap();
    study.workloads[0].name = workload.into();
    let ids = std::iter::once(&"sequential/one").chain(cells).map(|cell| format!("{workload}/{cell}"));
    study.arms = ids.map(|id| Arm { id, ..study.arms[0].clone() }).collect();
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
/// `percent`
/// of the baseline's time.
fn costs(process_bytes: u64, percent: u64) -> Recording {
    let crowd = |(model, bytes): (&str, u64)| {
        [1_000, 4_000].map(|jobs| ProbeRecord {
            model: model.into(),
            ..record(&format!("crowd {jobs}"), &[("jobs", jobs), ("own_bytes", jobs * bytes)])
        })
    };
    let light = ["threads", "crossbeam", "tokio-one"].map(|model| (model, 1_000));
    let heavy = ["processes", "prefork"].map(|model| (model, process_bytes));
    let sizes = |series: &str, cells: &[&str], percent| Sizes {
        series: series.into(),
        study: study_of(2, series, cells, percent).study.unwrap(),
    };
    let grains = sizes("grains", &["processes/jobs", "prefork/cores"], if percent > 100 { 106 } else { 99 });
    let [pages, files] = ["pages", "files"].map(|series| sizes(series, &["threads/jobs"], percent));
    let probes = light.into_iter().chain(heavy).flat_map(crowd).collect();
    let costs = Costs { command: vec![], probes, sizes: vec![grains, pages, files] };
    Recording { study: None, costs: Some(costs), ..recording(1, 50) }
}

/// `a` inside, `b` outside.
fn made_up(is_inside: bool) -> Vec<Recording> {
    let pick = |a: f64, b: f64| if is_inside { a } else { b };
    let exhibition = |boards: u64, exhibitors: u64, think: &str, order: &str| {
        format!("boards={boards} exhibitors={exhibitors} order={order} think={think}")
    };
    let mut story_runs = Vec::new();
    for (story, model) in [("chess", "threads"), ("chess", "tokio-one"), ("pizza", "tokio-one")] {
        let figures = [
            ("compute_ns", 3_600.0),
            ("computes", pick(720.0, 719.0)),
            ("waits", 720.0),
            ("wait_ns", pick(7_500.0, 7_000.0)),
            ("extent_ns", pick(3_700.0, 4_020.0)),
            ("computing_ns", 3_600.0),
            ("both_ns", pick(3_250.0, 3_230.0)),
            ("after_last_move_ns", pick(27.0, 28.0)),
            ("idle_ns", pick(180.0, 210.0)),
            ("thinks_ns", pick(115.0, 110.0)),
            ("waits_at_once", pick(2.0, 1.0)),
            ("computes_at_once", pick(2.0, 1.0)),
        ];
        story_runs.push(story_run(
            story,
            &exhibition(24, 1, "fixed", "ready"),
            model,
            pick(3_770.0, 37_400.0),
            &figures,
        ));
    }
    let busy =
        [("computing_ns", pick(91.0, 89.0)), ("extent_ns", 100.0), ("compute_ns", 5.0), ("computes", 1.0)];
    for boards in [1, 4, 8, 11, 12, 13, 16, 48] {
        let seconds = boards as f64 * 150.0 * pick(1.04, 1.06);
        story_runs.push(story_run(
            "chess",
            &exhibition(boards, 1, "fixed", "ready"),
            "threads",
            seconds,
            &busy,
        ));
    }
    for (exhibitors, seconds) in
        [(2, pick(3_500.0, 36_000.0)), (3, pick(3_300.0, 35_000.0)), (4, pick(3_100.0, 34_000.0))]
    {
        story_runs.push(story_run(
            "chess",
            &exhibition(24, exhibitors, "fixed", "ready"),
            "threads",
            seconds,
            &busy,
        ));
    }
    for order in ["ready", "route"] {
        let idle = [("idle_ns", pick(4.0, 6.0)), ("extent_ns", 100.0)];
        story_runs.push(story_run(
            "chess",
            &exhibition(24, 1, "exponential", order),
            "tokio-one",
            100.0,
            &idle,
        ));
    }
    let sequential = pick(45_300.0, 45_400.0);
    story_runs.push(story_run("chess", &exhibition(24, 1, "fixed", "ready"), "sequential", sequential, &[]));
    let alone =
        [("cpu_ns", pick(250.0, 120.0)), ("compute_ns", pick(245.0, 140.0)), ("wait_ns", pick(1_800.0, 0.0))];
    story_runs.push(story_run("cakes", "kitchen=alone", "sequential", 1_980.0, &alone));
    let threading = [
        ("waits_at_once", pick(2.0, 1.0)),
        ("computing_ns", pick(90.0, 96.0)),
        ("extent_ns", 100.0),
        ("child_processes", pick(0.0, 1.0)),
        ("threads", 3.0),
    ];
    story_runs.push(story_run("cakes", "kitchen=threading", "threads", pick(1_880.0, 1_900.0), &threading));
    let clones = [
        ("waits_at_once", pick(3.0, 2.0)),
        ("cores", 4.0),
        ("cpu_ns", pick(205.0, 195.0)),
        ("computing_ns", 100.0),
    ];
    story_runs.push(story_run("cakes", "kitchen=clones", "processes", 660.0, &clones));
    let one_oven = [("waits_at_once", pick(2.0, 1.0)), ("both_ns", pick(6.0, 4.0)), ("computing_ns", 100.0)];
    story_runs.push(story_run("cakes", "kitchen=one-oven", "threads", 1_860.0, &one_oven));
    for model in ["threads", "processes"] {
        let music = [
            ("apart_ns", pick(91.0, 4.0)),
            ("together_ns", 100.0),
            ("computing_ns", 100.0),
            ("migrations", pick(0.0, 1.0)),
        ];
        story_runs.push(story_run("music", "pinned=no", model, 100.0, &music));
    }
    let crunch = [("child_processes", pick(4.0, 3.0)), ("cpu_ns", pick(111.0, 109.0))];
    story_runs.push(story_run("crunch", "jobs=4", "processes", 100.0, &crunch));
    for body in ["download", "print"] {
        let alive = [("in_flight", pick(8.0, 7.0))];
        story_runs.push(story_run("downloads", &format!("body={body}"), "threads", 15.0, &alive));
    }
    for (way, waits) in [("unscheduled", 0.0), ("in-turn", 1.0), ("joined", 2.0)] {
        // A gap of a millisecond is a second of this story.
        let figures = [("waits_at_once", pick(waits, waits + 1.0)), ("gap_ns", pick(0.9, 1.1))];
        let seconds = match way {
            "in-turn" => pick(3.13, 2.49),
            _ => pick(2.09, 2.11),
        };
        story_runs.push(story_run("cook-eat", &format!("way={way}"), "tokio-one", seconds, &figures));
    }
    for (way, model) in [("joined", "tokio-one"), ("spawned", "tokio-one"), ("spawned", "tokio-many")] {
        let order = [("runs", 1_000.0), ("in_order", pick(1_000.0, 999.0))];
        story_runs.push(story_run("cook-eat", &format!("way={way} order=1"), model, 11.0, &order));
    }
    for (model, block_ms) in [("tokio-one", 10.0), ("tokio-one", 100.0), ("tokio-many", 100.0)] {
        let late = [("p99_ns", pick(block_ms * 0.51, block_ms * 0.49))];
        story_runs.push(story_run("stall", &format!("block_ms={block_ms}"), model, 2.0, &late));
    }
    story_runs.extend(plays_of_python(is_inside));
    let mut recordings = vec![Recording {
        study: None,
        evidence: Some(evidence_records(is_inside)),
        stories: Some(story_runs),
        ..recording(1, 50)
    }];
    for workload in ["sleep", "http", "cold-file", "save", "warm-file"] {
        let percent = if is_inside { 66 } else { 67 };
        recordings.push(study(workload, "threads", percent));
        recordings.push(study(workload, "tokio-one", percent));
    }
    for workload in ["hash", "primes", "mandelbrot"] {
        recordings.push(study(workload, "rayon", if is_inside { 99 } else { 101 }));
        let [few, many] = if is_inside { [100, 94] } else { [110, 106] };
        for (cores, percent) in [(1, few), (4, many)] {
            recordings.push(study_of(cores, workload, &["crossbeam/cores", "prefork/cores"], percent));
        }
    }
    for workload in ["sleep", "http"] {
        for (cores, percent) in [(1, if is_inside { 66 } else { 67 }), (4, if is_inside { 66 } else { 80 })] {
            recordings.push(study_of(cores, workload, &["threads/jobs", "tokio-one/jobs"], percent));
        }
    }
    recordings.push(if is_inside { costs(1_060, 100) } else { costs(1_040, 106) });
    recordings.extend(pythons(is_inside));
    recordings
}

/// Studies under CPython 3.11, beside Rust's threads under one lock.
fn pythons(is_inside: bool) -> Vec<Recording> {
    let study = |workload: &str, gil: u64, [threading, asyncio, processes]: [u64; 3]| {
        let models = [
            ("py-threading@3.11/jobs", threading),
            ("py-asyncio@3.11/jobs", asyncio),
            ("py-multiprocessing@3.11/cores", processes),
        ];
        let mut recording = with_python(workload, "", ("gil/jobs", gil), &models);
        let interpreters = recording.environment.interpreters.iter_mut().flatten();
        interpreters.for_each(|it| it.gil = Some(is_inside));
        recording
    };
    // Just within a speedup of 1.1 over sequential, and just beyond; the lock within 1.25 times that, and
    // beyond.
    let computing = |workload| match is_inside {
        true => study(workload, 113, [91, 100, 60]),
        false => study(workload, 115, [90, 100, 95]),
    };
    let waiting = |workload| match is_inside {
        true => study(workload, 60, [66, 67, 90]),
        false => study(workload, 100, [67, 80, 60]),
    };
    let computing = ["hash", "sha-loop", "primes", "mandelbrot", "frame"].map(computing);
    let waiting = ["sleep", "http", "warm-file", "cold-file", "save"].map(waiting);
    computing.into_iter().chain(waiting).collect()
}

/// The stories that interpreters support.
fn plays_of_python(is_inside: bool) -> Vec<StoryRun> {
    let pick = |a: f64, b: f64| if is_inside { a } else { b };
    let (threading, asyncio, processes) = ("py-threading@3.11", "py-asyncio@3.11", "py-multiprocessing@3.11");
    let mut story_runs = Vec::new();
    for body in ["download", "print"] {
        story_runs.push(story_run(
            "downloads",
            &format!("body={body}"),
            threading,
            15.0,
            &[("in_flight", pick(8.0, 7.0))],
        ));
    }
    let crunch = [("child_processes", pick(4.0, 3.0)), ("cpu_ns", pick(111.0, 109.0))];
    story_runs.push(story_run("crunch", "jobs=4", processes, 100.0, &crunch));
    for start in ["fork", "forkserver", "spawn"] {
        for guard in ["yes", "no"] {
            let right = [("right", pick(4.0, 3.0)), ("of", 4.0)];
            story_runs.push(story_run(
                "four",
                &format!("start={start} guard={guard}"),
                processes,
                1.0,
                &right,
            ));
        }
    }
    for (way, waits) in [("unscheduled", 0.0), ("in-turn", 1.0), ("joined", 2.0)] {
        let figures = [("waits_at_once", pick(waits, waits + 1.0)), ("gap_ns", pick(0.9, 1.1))];
        let seconds = if way == "in-turn" { pick(3.13, 2.49) } else { pick(2.09, 2.11) };
        story_runs.push(story_run("cook-eat", &format!("way={way}"), asyncio, seconds, &figures));
    }
    for way in ["joined", "spawned"] {
        let order = [("runs", 1_000.0), ("in_order", pick(1_000.0, 999.0))];
        story_runs.push(story_run("cook-eat", &format!("way={way} order=1"), asyncio, 11.0, &order));
    }
    for block_ms in [10.0, 100.0] {
        let late = [("p99_ns", pick(block_ms * 0.51, block_ms * 0.49))];
        story_runs.push(story_run("stall", &format!("block_ms={block_ms}"), asyncio, 2.0, &late));
    }
    story_runs
}

/// The two runtimes, threads with and without a lock, and a pool.
fn evidence_records(is_inside: bool) -> Vec<EvidenceRecord> {
    let figures = |count: u64, processes: u64| {
        [("in_flight", count), ("threads", count), ("child_processes", processes)]
    };
    let of = |model: &str, jobs: &str, hundredths: u64, figures| EvidenceRecord {
        model: model.into(),
        jobs: jobs.into(),
        ..evidence_record([hundredths; 9], 190, figures)
    };
    let (alone, many) = (figures(1, 0), figures(2, 1));
    let one_thread = [("in_flight", 24), ("threads", 1), ("child_processes", 0)];
    let mut evidence_records = Vec::new();
    for model in ["tokio-one", "tokio-many", "py-asyncio@3.11"] {
        for jobs in ["cakes", "files"] {
            let mut it = match is_inside {
                true => of(model, jobs, 109, one_thread),
                false => {
                    of(model, jobs, 111, [if jobs == "cakes" { alone[0] } else { many[0] }, many[1], many[2]])
                }
            };
            let computing = if is_inside { 1 } else { 2 };
            for act in &mut it.seen {
                act.figures.insert("computes_at_once".into(), computing);
            }
            evidence_records.push(it);
        }
    }
    let [one_brain, two_brains] = [109, 111];
    for model in ["gil", "threads", "py-threading@3.11"] {
        evidence_records.push(of(model, "cakes", if is_inside { one_brain } else { two_brains }, many));
    }
    // The pool that is the fastest on computing work.
    evidence_records.push(of("rayon", "cakes", if is_inside { two_brains } else { one_brain }, many));
    evidence_records.push(of("sequential", "cakes", 100, alone));
    evidence_records
}

/// Numbers inside every threshold.
pub(crate) fn inside() -> Vec<Recording> {
    made_up(true)
}

fn words(recordings: &[Recording]) -> Vec<(&'static str, ClaimVerdict)> {
    let numbers = Measurements::of(recordings);
    claims().map(|claim| (claim.id, claim.judge(&numbers).verdict)).collect()
}

#[test]
fn ledger_lists_each_claim_in_order() {
    let ids = |letter: &str, count: usize| {
        (1..=count).map(|number| format!("{letter}{number}")).collect::<Vec<_>>()
    };
    let expected = [ids("C", 13), ids("T", 4), ids("K", 16), ids("G", 8), ids("D", 2), ids("A", 13)].concat();
    let expected = [expected, ids("B", 1)].concat();
    assert_eq!(claims().map(|claim| claim.id).collect::<Vec<_>>(), expected);
    for claim in claims() {
        assert!(![claim.says, claim.at, claim.decided_by].contains(&""), "{}", claim.id);
        assert!(!claim.needs.is_empty(), "{}", claim.id);
    }
}

#[test]
fn claims_without_data_are_inconclusive() {
    for claim in claims() {
        let judgement = claim.judge(&Measurements::of(&[]));
        assert_eq!(judgement.verdict, ClaimVerdict::NotMeasured, "{}", claim.id);
        let reasons = judgement
            .cases
            .iter()
            .map(|case| matches!(&case.result, CaseResult::Unknown(why) if !why.is_empty()));
        assert!(
            reasons.into_iter().all(|has_reason| has_reason) && !judgement.cases.is_empty(),
            "{}",
            claim.id
        );
    }
}

#[test]
fn claims_flip_exactly_at_thresholds() {
    // Cases that can't all hold together with those of other claims.
    let mixed = ["C8", "C10", "A8"];
    // The opposite of another claim: it holds where the other fails.
    let opposite = ["K3", "A11"];
    let mut wrong = Vec::new();
    for ((id, inside), (_, outside)) in words(&made_up(true)).into_iter().zip(words(&made_up(false))) {
        let expected = match id {
            _ if opposite.contains(&id) => (ClaimVerdict::Refuted, ClaimVerdict::Confirmed),
            _ if mixed.contains(&id) => (ClaimVerdict::Refined, ClaimVerdict::Refuted),
            _ => (ClaimVerdict::Confirmed, ClaimVerdict::Refuted),
        };
        if (inside, outside) != expected {
            wrong.push((id, (inside, outside), expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn study_without_verdicts_decides_no_claims() {
    let mut recordings = made_up(true);
    recordings.iter_mut().for_each(|recording| recording.environment.quota_millicores = Some(500));
    let words = words(&recordings);
    assert_eq!(words.iter().find(|(id, _)| *id == "K4"), Some(&("K4", ClaimVerdict::NotMeasured)));
}
