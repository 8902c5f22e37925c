//! Evaluates the post's claims about memory and sizes, from the costs of models.

use crate::analysis::sizes::{BreakEven, Side, SizeSeries};
use crate::model::{MadeOf, models};
use crate::post::claims::{Case, CaseResult, Measurements, Needs, each, python};
use crate::post::{claims::python::PROCESSES, claims::thresholds::NEAR};
use crate::report::costs::break_even;
use crate::stats::verdict::{MARGIN, Verdict};
use crate::stats::{change::Change, units};

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

/// Whether long-lived processes are among the best on jobs of milliseconds, and on small jobs.
pub(crate) fn processes_are_best(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = each(["hash", "primes", "mandelbrot"], |workload| {
        Needs::Study.case(format!("{workload} under prefork"), among_the_best(m, workload, "prefork"))
    });
    cases.push(smallest_jobs(m, "prefork"));
    let computing = ["hash", "sha-loop", "primes", "mandelbrot"];
    cases.extend(python::best_is_made_of(m, &computing, PROCESSES));
    cases
}

fn among_the_best(m: &Measurements<'_>, workload: &str, model: &str) -> Option<CaseResult> {
    let cell = m.cell(workload, model)?;
    let shown = format!("{} as fast as sequential", python::speedup(cell));
    Some(match cell.verdict {
        Verdict::Fastest | Verdict::Within(_) => CaseResult::Holds(shown),
        Verdict::Slower(_) => CaseResult::Fails(shown),
        _ => CaseResult::Unknown(format!("undecided from the fastest: {shown}")),
    })
}

/// Whether a model is faster than sequential on the smallest jobs of the series.
fn smallest_jobs(m: &Measurements<'_>, model: &str) -> Case {
    let grains = m.size_series("grains");
    let size = grains.and_then(|it| it.job_ns(0)).map_or("1 us".into(), units::nanoseconds);
    let result = grains.and_then(|it| it.speedup(0, model)).and_then(|speedup| {
        let numbers = format!("{} as fast as sequential", units::ratio(speedup.ratio));
        match grains?.side(0, model) {
            Side::Faster => Some(CaseResult::Holds(numbers)),
            Side::Slower => Some(CaseResult::Fails(numbers)),
            Side::Inconclusive => None,
        }
    });
    Needs::Costs.case(format!("primes in jobs of {size} under {model}"), result)
}

/// The job size from which processes are faster than sequential.
pub(crate) fn processes_pay(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = vec![];
    for model in models() {
        if PROCESSES.contains(&model.made_of) {
            cases.push(pays(m, "grains", model.name));
        }
    }
    for tag in m.interpreters_with_sizes("grains") {
        let series = format!("grains@{tag}");
        for model in m.size_series(&series).map_or(vec![], |it| it.models_made_of(PROCESSES)) {
            cases.push(pays(m, &series, model));
        }
    }
    cases.extend(python::best_is_made_of(m, &["primes"], PROCESSES));
    cases
}

/// Whether a model is faster than the baseline from some size of a series on.
fn pays(m: &Measurements<'_>, series: &str, model: &str) -> Case {
    let pays = m.size_series(series).and_then(|series| match series.break_even(model) {
        BreakEven::From(_) => Some(CaseResult::Holds(break_even(series, model))),
        BreakEven::Never => Some(CaseResult::Fails(break_even(series, model))),
        BreakEven::Inconclusive | BreakEven::Unknown => None,
    });
    Needs::Costs.case(model, pays)
}

/// For each size of a series: whether the best of threads and async IO is within 5 % of the rest, in Rust and
/// Python.
pub(crate) fn threads_or_async(m: &Measurements<'_>, series: &str) -> Vec<Case> {
    let mut cases = at_sizes(m, series, THREADS_OR_ASYNC);
    for tag in m.interpreters_with_sizes(series) {
        for case in at_sizes(m, &format!("{series}@{tag}"), THREADS_OR_ASYNC) {
            cases.push(Case { name: format!("CPython {tag}, {}", case.name), ..case });
        }
    }
    cases
}

/// For each size of a computing job: whether the best of processes is within 5 % of the rest.
pub(crate) fn processes_or_others(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = at_sizes(m, "grains", PROCESSES);
    cases.extend(python::best_is_made_of(m, &["primes", "mandelbrot"], PROCESSES));
    cases
}

fn at_sizes(m: &Measurements<'_>, series: &str, tools: &[MadeOf]) -> Vec<Case> {
    let Some(series) = m.size_series(series) else { return vec![Needs::Costs.case("all", None)] };
    each(0..series.rows.len(), |row| {
        Needs::Costs.case(series.rows[row].workload.name.clone(), at_size(series, row, tools))
    })
}

fn at_size(series: &SizeSeries, row: usize, tools: &[MadeOf]) -> Option<CaseResult> {
    let Some(change) = series.against_others(row, tools) else {
        return Some(CaseResult::Unknown(
            "no verdict: it depends on launches in which the machine was slow".into(),
        ));
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
        Change::Undecided(_) => CaseResult::Unknown(format!("undecided: {numbers}")),
        Change::TooFew(few) => CaseResult::too_few(few),
        Change::Unmeasured => return None,
    })
}
