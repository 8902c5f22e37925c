//! The post's claims about concurrency, parallelism, threads and processes in its first table.

use crate::analysis::evidence::{Observation, Properties};
use crate::analysis::sizes::fastest;
use crate::analysis::summary::Row;
use crate::model::MadeOf;
use crate::post::claims::best::{ASYNC, is_best, may_be_best, speedup};
use crate::post::claims::interpreter::Build;
use crate::post::claims::python::{PROCESSES, WITH_GIL, best_is_made_of, by_models};
use crate::post::claims::thresholds::{GREAT, WAITING};
use crate::post::claims::words::{headings::CONCEPTS, quote};
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, costs, each};
use crate::stats::{interval::Interval, ratio::Ratio};
use crate::study::evidence::JobsOf;

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "T1",
        says: quote(
            "Concurrency | \"Overlapping\" | Juggling tasks (even if 1-at-a-time) | IO-bound work",
            CONCEPTS,
        ),
        decided_by: "trace of one thread: jobs at once and cores busy; verdicts on workloads that wait: is async IO on one thread within 5 % of the best",
        needs: &[Needs::Evidence, Needs::Study],
        judge: |m| {
            let overlaps = overlaps_one_at_a_time(m, "tokio-one");
            let mut cases = vec![Needs::Evidence.case("overlapping one at a time under tokio-one", overlaps)];
            cases.extend(each(WAITING, |workload| best_in_rust(m, workload, "tokio-one")));
            cases.extend(best_is_made_of(m, WITH_GIL, &WAITING, ASYNC));
            cases
        },
    },
    Claim {
        id: "T2",
        says: quote(
            "Parallelism | \"Simultaneous\" | 24 bakers baking 24 cakes at once | CPU-bound work",
            CONCEPTS,
        ),
        decided_by: "verdicts on workloads that compute: is a tool that is seen to be parallel within 5 % of the best, and every other slower",
        needs: &[Needs::Evidence, Needs::Study],
        judge: |m| {
            each(["hash", "primes", "mandelbrot"], |workload| {
                let best = m.of_row(workload, |row| parallel_is_best(m, row));
                Needs::Study.case(workload, best).by_traces()
            })
        },
    },
    Claim {
        id: "T3",
        says: quote(
            "Threading | \"Multiple threads in 1 brain\" | Switching between thoughts really fast | IO-bound",
            CONCEPTS,
        ),
        decided_by: "trace: cores busy while any thread computes; verdicts on workloads that wait: are threads within 5 % of the best",
        needs: &[Needs::Evidence, Needs::Study, Needs::Python],
        judge: |m| {
            let brains = "one brain: threads in Rust";
            let mut cases = vec![
                Needs::Evidence.check("one brain: threads in Rust under one lock", one_brain(m, "gil")),
                Needs::Evidence.case(brains, one_brain(m, "threads")),
            ];
            let python = |model: &str| one_brain(m, model);
            cases.extend(by_models(m, "one brain: threads", MadeOf::Threads, Build::ALL, python));
            cases.extend(each(WAITING, |workload| best_in_rust(m, workload, "threads")));
            cases.extend(best_is_made_of(m, WITH_GIL, &WAITING, &[MadeOf::Threads]));
            cases
        },
    },
    Claim {
        id: "T4",
        says: quote(
            "Multiprocessing | \"Multiple brains\" | 24 people each thinking hard at the same time | CPU-bound",
            CONCEPTS,
        ),
        decided_by: "are processes within 5 % of the best: in Rust by the size of a job, in Python on primes and frames",
        needs: &[Needs::Costs, Needs::Python],
        judge: |m| {
            let mut cases = costs::at_sizes(m, "grains", PROCESSES);
            cases.extend(best_is_made_of(m, Build::ALL, &["primes", "mandelbrot"], PROCESSES));
            cases
        },
    },
];

/// Whether the jobs of a model overlap, and compute one at a time.
fn overlaps_one_at_a_time(m: &Measurements<'_>, model: &str) -> Option<CaseResult> {
    let seen = m.evidence(model, JobsOf::Cakes)?;
    let numbers = format!("{:.0} jobs at once, {}", seen.concurrent.1, cores_busy(&seen));
    Some(as_observed(&[(&seen.concurrent.0, true), (&seen.parallel.0, false)], numbers))
}

/// Whether each observation is as a claim expects; undecided if one that matters is inconclusive.
pub(crate) fn as_observed(expected: &[(&Observation, bool)], numbers: String) -> CaseResult {
    let mut holds = true;
    for (observation, expected) in expected {
        match observation {
            Observation::Inconclusive(why) => {
                return CaseResult::Undecided(format!("{numbers}; inconclusive: {why}"));
            }
            Observation::Unknown(why) => return CaseResult::Missing((*why).to_owned()),
            seen => holds &= seen.seen() == Some(*expected),
        }
    }
    CaseResult::of(holds, numbers)
}

/// The bound that decides whether a model is parallel.
pub(crate) fn cores_busy(seen: &Properties) -> String {
    match &seen.parallel {
        (_, None) => "unknown how many cores busy".into(),
        (Observation::Yes, Some(interval)) => format!("{:.2} cores busy or more", interval.low),
        (_, Some(interval)) => format!("{:.2} cores busy or less", interval.high),
    }
}

/// Whether a model that is seen to be parallel is within 5 % of the best on a workload, and every other is slower.
fn parallel_is_best(m: &Measurements<'_>, row: &Row) -> Option<CaseResult> {
    let is_parallel = |model: &str| m.evidence(model, JobsOf::Cakes)?.parallel.0.seen();
    let result = is_best(row, |model| is_parallel(model) == Some(true))?;
    for cell in row.cells.iter().filter(|cell| may_be_best(cell)) {
        let numbers = format!("{}; {} {}, not parallel", result.numbers(), cell.model(), speedup(cell));
        match is_parallel(cell.model()) {
            Some(true) => {}
            // It could be either.
            None => return None,
            Some(false) if matches!(result, CaseResult::Holds(_)) && cell.verdict.is_best() => {
                return Some(CaseResult::Partly(numbers));
            }
            Some(false) if matches!(result, CaseResult::Holds(_)) => {
                return Some(CaseResult::Undecided(numbers));
            }
            Some(false) => {}
        }
    }
    Some(result)
}

/// Whether no two jobs of a model compute at once.
fn one_brain(m: &Measurements<'_>, model: &str) -> Option<CaseResult> {
    let seen = m.evidence(model, JobsOf::Cakes)?;
    Some(as_observed(&[(&seen.parallel.0, false)], cores_busy(&seen)))
}

/// Whether a native model is within 5 % of the best on a workload.
fn best_in_rust(m: &Measurements<'_>, workload: &str, model: &str) -> Case {
    let best = m.of_row(workload, |row| is_best(row, |other| other == model));
    Needs::Study.case(format!("{workload} under {model}"), best)
}

/// Whether a model is at least [`GREAT`] times as fast as sequential.
pub(crate) fn is_great(m: &Measurements<'_>, workload: &str, model: &str) -> Case {
    let great = m.of_row(workload, |row| {
        let speedup = fastest(row.cells.iter().filter(|cell| cell.model() == model))?.speedup?;
        let interval = match speedup.interval {
            Ok(interval) => interval,
            Err(few) => return Some(CaseResult::too_few(few)),
        };
        let numbers = in_words(&speedup, interval);
        Some(if interval.low <= GREAT && interval.high > GREAT {
            CaseResult::Undecided(numbers)
        } else {
            CaseResult::of(interval.low > GREAT, numbers)
        })
    });
    Needs::Study.case(format!("{workload} under {model} in Rust"), great)
}

fn in_words(speedup: &Ratio, Interval { low, high, .. }: Interval) -> String {
    format!("{:.2}x as fast as sequential ({low:.2} .. {high:.2})", speedup.ratio)
}
