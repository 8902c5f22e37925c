//! The post's claims about concurrency, parallelism, threads and processes in its first table.

use crate::post::claims::thresholds::GREAT;
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, costs, each};
use crate::stats::{interval::Interval, ratio::Ratio};
use crate::study::evidence::JobsOf;

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "T1",
        says: "Concurrency is overlapping, even one at a time, and best for IO",
        at: "Understand Concurrency, Parallelism, Threading, Multiprocessing",
        decided_by: "trace of one thread: jobs in flight and on a core at once; its speedup on waiting",
        needs: &[Needs::Evidence, Needs::Study],
        judge: |m| {
            let overlaps = overlaps_one_at_a_time(m, "tokio-one");
            let mut cases = vec![Needs::Evidence.case("tokio-one overlaps one at a time", overlaps)];
            cases.extend(each(["sleep", "http", "cold-file"], |workload| is_great(m, workload, "tokio-one")));
            cases
        },
    },
    Claim {
        id: "T2",
        says: "Parallelism is being simultaneous, and best for computing",
        at: "Understand Concurrency, Parallelism, Threading, Multiprocessing",
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
        says: "Threads are one brain that switches between thoughts, and best for IO",
        at: "Understand Concurrency, Parallelism, Threading, Multiprocessing",
        decided_by: "trace: cores at once under threads, and under threads with one lock",
        needs: &[Needs::Evidence, Needs::Python],
        judge: |m| {
            let mut cases = vec![
                one_brain(m, "gil", "threads under one lock are one brain"),
                one_brain(m, "threads", "threads are one brain"),
            ];
            let pythons = m.under_interpreters("py-threading");
            cases.extend(each(&pythons, |model| one_brain(m, model, &format!("{model} are one brain"))));
            if pythons.is_empty() {
                cases.push(Case::unknown("CPython's threads", m.why_no_python()));
            }
            cases
        },
    },
    Claim {
        id: "T4",
        says: "Multiprocessing is many brains, and best for computing",
        at: "Understand Concurrency, Parallelism, Threading, Multiprocessing",
        decided_by: "processes against threads and rayon over job sizes; CPython's processes against its threads",
        needs: &[Needs::Costs, Needs::Python],
        judge: costs::processes_or_others,
    },
];

/// Whether the jobs of a model overlap, and compute one at a time.
fn overlaps_one_at_a_time(m: &Measurements<'_>, model: &str) -> Option<CaseResult> {
    let seen = m.evidence(model, JobsOf::Cakes)?;
    let (concurrent, parallel) = (seen.concurrent.0.seen()?, seen.parallel.0.seen()?);
    let (jobs, cores) = (seen.concurrent.1, seen.parallel.1.high);
    let numbers = format!("{jobs:.0} jobs in flight, {cores:.2} cores at once");
    Some(CaseResult::of(concurrent && !parallel, numbers))
}

/// Whether the fastest model on a workload is seen to be parallel, and is faster than sequential.
fn fastest_is_parallel(m: &Measurements<'_>, workload: &str) -> Option<CaseResult> {
    let fastest = m.fastest(workload)?;
    let parallel = m.evidence(fastest.model(), JobsOf::Cakes)?.parallel.0.seen()?;
    let speedup = fastest.speedup?;
    let interval = speedup.interval.ok()?;
    let numbers = format!("{}: {}", fastest.name, in_words(&speedup, interval));
    Some(CaseResult::of(parallel && interval.low > 1.0, numbers))
}

/// Whether no two jobs of a model compute at once.
fn one_brain(m: &Measurements<'_>, model: &str, name: &str) -> Case {
    let one = m.evidence(model, JobsOf::Cakes).and_then(|seen| {
        let numbers = format!("{:.2} cores at once", seen.parallel.1.low);
        Some(CaseResult::of(!seen.parallel.0.seen()?, numbers))
    });
    Needs::Evidence.case(name, one)
}

/// Whether a model is at least [`GREAT`] times as fast as sequential.
pub(crate) fn is_great(m: &Measurements<'_>, workload: &str, model: &str) -> Case {
    let great = m.cell(workload, model).and_then(|cell| {
        let speedup = cell.speedup?;
        let interval = speedup.interval.ok()?;
        Some(CaseResult::of(interval.low > GREAT, in_words(&speedup, interval)))
    });
    Needs::Study.case(format!("{workload} under {model}"), great)
}

fn in_words(speedup: &Ratio, Interval { low, high, .. }: Interval) -> String {
    format!("{:.2}x as fast as sequential ({low:.2} .. {high:.2})", speedup.ratio)
}
