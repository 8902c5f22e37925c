//! Evaluates the post's claims about memory and sizes, from the costs of models.

use crate::analysis::sizes::{Side, SizeSeries};
use crate::model::MadeOf;
use crate::post::claims::best::{is_best, is_made_of};
use crate::post::claims::interpreter::Build;
use crate::post::claims::python::{PROCESSES, of_interpreters};
use crate::post::claims::thresholds::NEAR;
use crate::post::claims::{Case, CaseResult, Measurements, Needs, each, python};
use crate::stats::verdict::MARGIN;
use crate::stats::{change::Change, units};
use crate::workload::Workload;
use crate::workload::series::{SERIES, Series};

/// What counts as threads or async IO, with or without a pool, on one thread or several.
pub(crate) const THREADS_OR_ASYNC: &[MadeOf] = &[MadeOf::Threads, MadeOf::Tasks, MadeOf::TasksOnOneThread];

/// Compares each kind of process with the equivalent thread, and with a task.
pub(crate) fn processes_are_heavier(m: &Measurements<'_>) -> Vec<Case> {
    let pairs = [("processes", "threads"), ("prefork", "crossbeam"), ("processes", "tokio-one")];
    each(pairs, |(process, other)| {
        Needs::Costs.case(format!("{process} and {other}"), is_heavier(m, process, other))
    })
}

fn is_heavier(m: &Measurements<'_>, process: &str, other: &str) -> Option<CaseResult> {
    let (heavy, light) = (bytes_a_job(m, process)?, bytes_a_job(m, other)?);
    let numbers = format!("{} a job, against {}", units::bytes(heavy), units::bytes(light));
    Some(CaseResult::of(heavy > light * (1.0 + NEAR), numbers))
}

fn bytes_a_job(m: &Measurements<'_>, model: &str) -> Option<f64> {
    let memory = m.costs(model)?.memory()?;
    Some(memory.bytes + memory.kernel_bytes.unwrap_or(0.0))
}

/// Whether processes are among the best on jobs of milliseconds, and on small jobs.
pub(crate) fn processes_are_best(m: &Measurements<'_>) -> Vec<Case> {
    let native = [
        ("mandelbrot", "rendering in Rust"),
        ("primes", "number crunching in Rust"),
        ("hash", "hashing, for encrypting, in Rust"),
    ];
    let mut cases = each(native, |(workload, name)| {
        let best = m.of_row(workload, |row| is_best(row, |model| is_made_of(model, PROCESSES)));
        Needs::Study.case(name, best)
    });
    cases.push(Needs::Costs.case("the smallest jobs in Rust", smallest_jobs(m, "prefork")));
    let computing = ["mandelbrot", "primes", "hash", "sha-loop"];
    cases.extend(python::best_is_made_of(m, Build::ALL, &computing, PROCESSES));
    cases
}

/// Whether a model is faster than sequential on the smallest jobs of the series.
fn smallest_jobs(m: &Measurements<'_>, model: &str) -> Option<CaseResult> {
    let grains = m.size_series("grains")?;
    let speedup = grains.speedup(0, model)?;
    let numbers = format!(
        "{model} {} as fast as sequential on jobs of {}",
        units::ratio(speedup.ratio),
        units::nanoseconds(grains.job_ns(0)?)
    );
    Some(match grains.side(0, model) {
        Side::Faster => CaseResult::Holds(numbers),
        Side::Slower => CaseResult::Fails(numbers),
        Side::Inconclusive => CaseResult::Undecided(numbers),
    })
}

/// For each size of a computing job, whether the best of processes is within 5 % of the rest: in Rust, and in Python.
pub(crate) fn processes_by_size(m: &Measurements<'_>) -> Vec<Case> {
    [at_sizes(m, "grains", PROCESSES), in_python_at_sizes(m, "grains", PROCESSES, Build::ALL)].concat()
}

/// For each size of a series, whether the best of threads and async IO is within 5 % of the rest: in Rust, and in Python.
pub(crate) fn threads_or_async(m: &Measurements<'_>, series: &str) -> Vec<Case> {
    let python = in_python_at_sizes(m, series, THREADS_OR_ASYNC, python::WITH_GIL);
    [at_sizes(m, series, THREADS_OR_ASYNC), python].concat()
}

/// A case for each native size of a series that the program knows, measured or not.
pub(crate) fn at_sizes(m: &Measurements<'_>, name: &str, tools: &[MadeOf]) -> Vec<Case> {
    let sizes = series(name).map_or(&[][..], |it| &it.workloads);
    each(sizes, |Workload { name: size, .. }| {
        let result = m.size_series(name).and_then(|it| at_size(it, size, tools));
        Needs::Costs.case(format!("{size} in Rust"), result)
    })
}

/// The same under each of `builds`.
pub(crate) fn in_python_at_sizes(
    m: &Measurements<'_>,
    name: &str,
    tools: &[MadeOf],
    builds: &[Build],
) -> Vec<Case> {
    let mut cases = vec![];
    for Workload { name: size, .. } in series(name).map_or(&[][..], |it| &it.in_python) {
        for &build in builds {
            let mut results = vec![];
            for (tag, measured) in m.size_series_under(name, build) {
                results.extend(at_size(measured, size, tools).map(|found| (tag.to_owned(), found)));
            }
            cases.push(of_interpreters(m, format!("{size} in {build}"), &results));
        }
    }
    cases
}

fn series(name: &str) -> Option<&'static Series> {
    SERIES.iter().find(|it| it.name == name)
}

fn at_size(series: &SizeSeries, size: &str, tools: &[MadeOf]) -> Option<CaseResult> {
    let row = series.rows.iter().position(|row| row.workload.name == size)?;
    let Some(change) = series.against_others(row, tools) else {
        let why = "no verdict: it depends on launches in which the machine was slow";
        return Some(CaseResult::Undecided(why.into()));
    };
    let ratio = change.ratio();
    let numbers = ratio
        .map_or(String::new(), |it| format!("{} as fast as the best of the others", units::ratio(it.ratio)));
    Some(match change {
        Change::Equal(_) | Change::Faster(_) => CaseResult::Holds(numbers),
        // Better by any amount, but not worse.
        Change::Undecided(it) if it.interval.is_ok_and(|it| it.low * (1.0 + MARGIN) >= 1.0) => {
            CaseResult::Holds(numbers)
        }
        Change::Slower(_) => CaseResult::Fails(numbers),
        Change::Undecided(_) => CaseResult::Undecided(numbers),
        Change::TooFew(few) => CaseResult::too_few(few),
        Change::Unmeasured => return None,
    })
}
