//! The post's claims about concurrency, parallelism, threads and processes in its first table.

use crate::analysis::evidence::Observation;
use crate::post::claims::thresholds::GREAT;
use crate::post::claims::{Case, Claim, Measurements, Needs, costs};
use crate::stats::ratio::Ratio;

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "T1",
        says: "Concurrency is overlapping, even one at a time, and best for IO",
        at: "Understand Concurrency, Parallelism, Threading, Multiprocessing",
        decided_by: "trace of one thread: jobs in flight and on a core at once; its speedup on waiting",
        needs: &[Needs::Evidence, Needs::Study],
        judge: |numbers| {
            let overlaps = numbers.properties("tokio-one", "cakes").and_then(|properties| {
                let word = told(&[&properties.concurrent.0, &properties.parallel.0])?;
                let numbers = format!(
                    "{:.0} jobs in flight, {:.2} cores at once",
                    properties.concurrent.1, properties.parallel.1.high
                );
                Some((word == [true, false], numbers))
            });
            let one =
                std::iter::once(Case::new("tokio-one overlaps one at a time", Needs::Evidence, overlaps));
            one.chain(["sleep", "http", "cold-file"].map(|workload| is_great(numbers, workload, "tokio-one")))
                .collect()
        },
    },
    Claim {
        id: "T2",
        says: "Parallelism is being simultaneous, and best for computing",
        at: "Understand Concurrency, Parallelism, Threading, Multiprocessing",
        decided_by: "the fastest tool on each workload that computes: is it seen to be parallel, and how fast is it",
        needs: &[Needs::Evidence, Needs::Study],
        judge: |numbers| {
            let case = |workload: &str| {
                let found = numbers.fastest(workload).and_then(|fastest| {
                    let parallel = told(&[&numbers.properties(fastest.model(), "cakes")?.parallel.0])?[0];
                    let (low, speedup) = lower_bound(fastest.speedup.as_ref()?)?;
                    Some((parallel && low > 1.0, format!("{}: {speedup}", fastest.name)))
                });
                Case::new(workload, Needs::Study, found)
            };
            ["hash", "primes", "mandelbrot"].map(case).into()
        },
    },
    Claim {
        id: "T3",
        says: "Threads are one brain that switches between thoughts, and best for IO",
        at: "Understand Concurrency, Parallelism, Threading, Multiprocessing",
        decided_by: "trace: cores at once under threads, and under threads with one lock",
        needs: &[Needs::Evidence, Needs::Python],
        judge: |numbers| {
            let one_brain = |model: &str, name: &str| {
                let found = numbers.properties(model, "cakes").and_then(|properties| {
                    let parallel = told(&[&properties.parallel.0])?[0];
                    Some((!parallel, format!("{:.2} cores at once", properties.parallel.1.low)))
                });
                Case::new(name, Needs::Evidence, found)
            };
            let mut cases = vec![
                one_brain("gil", "threads under one lock are one brain"),
                one_brain("threads", "threads are one brain"),
            ];
            let pythons = numbers.under_interpreters("py-threading");
            cases.extend(pythons.iter().map(|model| one_brain(model, &format!("{model} are one brain"))));
            if pythons.is_empty() {
                cases.push(Case::unknown("CPython's threads", numbers.why_no_python()));
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

/// Whether a model is at least [`GREAT`] times as fast as sequential.
pub(crate) fn is_great(numbers: &Measurements<'_>, workload: &str, model: &str) -> Case {
    let found = numbers.cell(workload, model).and_then(|cell| {
        let (low, speedup) = lower_bound(cell.speedup.as_ref()?)?;
        Some((low > GREAT, speedup))
    });
    Case::new(format!("{workload} under {model}"), Needs::Study, found)
}

/// The lower bound of a speedup, and the speedup in words.
fn lower_bound(speedup: &Ratio) -> Option<(f64, String)> {
    let interval = speedup.interval.as_ref().ok()?;
    let words =
        format!("{:.2}x as fast as sequential ({:.2} .. {:.2})", speedup.ratio, interval.low, interval.high);
    Some((interval.low, words))
}

/// The content of each answer, if all of them are conclusive.
pub(crate) fn told(properties: &[&Observation]) -> Option<Vec<bool>> {
    let told = |answer: &&Observation| match answer {
        Observation::Yes => Some(true),
        Observation::No => Some(false),
        Observation::Inconclusive(_) => None,
    };
    properties.iter().map(told).collect()
}
