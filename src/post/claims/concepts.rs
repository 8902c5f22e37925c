//! The post's claims about concurrency, parallelism, threads and processes in its first table.

use crate::analysis::evidence::{Observation, Properties};
use crate::analysis::summary::CellResult;
use crate::model::MadeOf;
use crate::post::claims::best::{ASYNC, is_best};
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
        decided_by: "the fastest tool on each workload that computes: is it seen to be parallel, and how fast is it",
        needs: &[Needs::Evidence, Needs::Study],
        judge: |m| {
            each(["hash", "primes", "mandelbrot"], |workload| {
                Needs::Study.case(workload, fastest_is_parallel(m, workload))
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
            seen => holds &= seen.seen() == Some(*expected),
        }
    }
    CaseResult::of(holds, numbers)
}

/// The bound that decides whether a model is parallel.
pub(crate) fn cores_busy(seen: &Properties) -> String {
    match seen.parallel.0.seen() {
        Some(true) => format!("{:.2} cores busy or more", seen.parallel.1.low),
        _ => format!("{:.2} cores busy or less", seen.parallel.1.high),
    }
}

/// Whether the fastest model on a workload is seen to be parallel, and is faster than sequential.
fn fastest_is_parallel(m: &Measurements<'_>, workload: &str) -> Option<CaseResult> {
    let fastest = m.row(workload)?.fastest()?;
    let seen = m.evidence(fastest.model(), JobsOf::Cakes)?;
    let speedup = fastest.speedup?;
    let interval = speedup.interval.ok()?;
    let numbers = format!("{}: {}", fastest.name, in_words(&speedup, interval));
    if interval.low <= 1.0 {
        return Some(CaseResult::Fails(numbers));
    }
    Some(as_observed(&[(&seen.parallel.0, true)], numbers))
}

/// Whether no two jobs of a model compute at once.
fn one_brain(m: &Measurements<'_>, model: &str) -> Option<CaseResult> {
    let seen = m.evidence(model, JobsOf::Cakes)?;
    Some(as_observed(&[(&seen.parallel.0, false)], cores_busy(&seen)))
}

/// Whether a native model is within 5 % of the best on a workload.
fn best_in_rust(m: &Measurements<'_>, workload: &str, model: &str) -> Case {
    let best = m.row(workload).and_then(|row| is_best(row, |cell: &CellResult| cell.model() == model));
    Needs::Study.case(format!("{workload} under {model}"), best)
}

/// Whether a model is at least [`GREAT`] times as fast as sequential.
pub(crate) fn is_great(m: &Measurements<'_>, workload: &str, model: &str) -> Case {
    let great = m.cell(workload, model).and_then(|cell| {
        let speedup = cell.speedup?;
        let interval = speedup.interval.ok()?;
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
