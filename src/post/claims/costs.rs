//! Evaluates the post's claims about memory and sizes, from the costs of models.

use crate::analysis::sizes::{BreakEven, Side, SizeSeries, side};
use crate::post::claims::thresholds::NEAR;
use crate::post::claims::{Case, CaseResult, Measurements, Needs, python};
use crate::report::costs::break_even;
use crate::stats::change::Change;
use crate::stats::units;
use crate::stats::verdict::{MARGIN, Verdict};

/// The models that count as threads or async IO, with or without a pool, on one thread or several.
const THREADS_OR_ASYNC: [&str; 6] =
    ["threads", "crossbeam", "rayon", "tokio-one", "tokio-many", "tokio-blocking"];

/// The models that count as processes.
const PROCESSES: [&str; 2] = ["processes", "prefork"];

/// CPython's counterpart of these models.
const PYTHONS: &str = "py-multiprocessing";

/// Compares each kind of process with the equivalent thread, and with a task.
pub(crate) fn processes_are_heavier(numbers: &Measurements<'_>) -> Vec<Case> {
    let a_job = |model: &str| {
        let memory = numbers.bill(model)?.memory()?;
        Some(memory.bytes + memory.kernel_bytes.unwrap_or(0.0))
    };
    let case = |(process, other): (&str, &str)| {
        let found = a_job(process).zip(a_job(other)).map(|(heavy, light)| {
            let numbers = format!("{} a job, against {}", units::bytes(heavy), units::bytes(light));
            (heavy > light * (1.0 + NEAR), numbers)
        });
        Case::new(format!("{process} and {other}"), Needs::Costs, found)
    };
    [("processes", "threads"), ("prefork", "crossbeam"), ("processes", "tokio-one")].map(case).into()
}

/// Whether long-lived processes are among the best on jobs of milliseconds, and on small jobs.
pub(crate) fn processes_are_best(numbers: &Measurements<'_>) -> Vec<Case> {
    let on = |workload: &str| {
        let name = format!("{workload} under prefork");
        let Some(cell) = numbers.cell(workload, "prefork") else {
            return Case::new(name, Needs::Study, None);
        };
        let shown =
            cell.speedup.map_or("-".into(), |speedup| units::ratio(speedup.ratio)) + " as fast as sequential";
        let result = match cell.verdict {
            Verdict::Fastest | Verdict::AsGood(_) => CaseResult::Holds(shown),
            Verdict::Slower(_) => CaseResult::Fails(shown),
            _ => CaseResult::Unknown(format!("not separated from the fastest: {shown}")),
        };
        Case { name, result }
    };
    let grains = numbers.size_series("grains");
    let smallest = grains.and_then(|size_series| {
        let speedup = size_series.speedup(0, "prefork")?;
        let numbers = format!("{} as fast as sequential", units::ratio(speedup.ratio));
        (side(&speedup) != Side::Inconclusive).then(|| (side(&speedup) == Side::Faster, numbers))
    });
    let size = grains.and_then(|size_series| size_series.job_ns(0)).map_or("1 us".into(), units::nanoseconds);
    let mut cases: Vec<Case> = ["hash", "primes", "mandelbrot"].map(on).into();
    cases.push(Case::new(format!("primes in jobs of {size} under prefork"), Needs::Costs, smallest));
    let computing = ["hash", "sha-loop", "primes", "mandelbrot"];
    cases.extend(python::best_is_one_of(numbers, &computing, &[PYTHONS]));
    cases
}

/// The job size from which processes are faster than sequential.
pub(crate) fn processes_pay(numbers: &Measurements<'_>) -> Vec<Case> {
    let case = |series: &str, model: &str| {
        let found = numbers.size_series(series).and_then(|size_series| {
            let pays = match size_series.break_even(model) {
                BreakEven::From(_) => true,
                BreakEven::Never => false,
                BreakEven::Inconclusive | BreakEven::Unknown => return None,
            };
            Some((pays, break_even(size_series, model)))
        });
        Case::new(model, Needs::Costs, found)
    };
    let mut cases: Vec<Case> = PROCESSES.map(|model| case("grains", model)).into();
    for tag in numbers.series_of_python("grains") {
        cases.push(case(&format!("grains@{tag}"), &format!("{PYTHONS}@{tag}")));
    }
    cases.extend(python::best_is_one_of(numbers, &["primes"], &[PYTHONS]));
    cases
}

/// For each size of a series: whether the best of threads and async IO is within 5 % of the rest, in Rust and
/// Python.
pub(crate) fn threads_or_async(numbers: &Measurements<'_>, series: &str) -> Vec<Case> {
    let mut cases = at_sizes(numbers, series, &THREADS_OR_ASYNC);
    for tag in numbers.series_of_python(series) {
        let tools = ["py-threading", "py-asyncio"].map(|tool| format!("{tool}@{tag}"));
        let of_python = at_sizes(numbers, &format!("{series}@{tag}"), &tools.each_ref().map(String::as_str));
        cases.extend(
            of_python.into_iter().map(|case| Case { name: format!("CPython {tag}, {}", case.name), ..case }),
        );
    }
    cases
}

/// For each size of a computing job: whether the best of processes is within 5 % of the rest.
pub(crate) fn processes_or_others(numbers: &Measurements<'_>) -> Vec<Case> {
    let mut cases = at_sizes(numbers, "grains", &PROCESSES);
    cases.extend(python::best_is_one_of(numbers, &["primes", "mandelbrot"], &[PYTHONS]));
    cases
}

fn at_sizes(numbers: &Measurements<'_>, series: &str, tools: &[&str]) -> Vec<Case> {
    let Some(size_series) = numbers.size_series(series) else {
        return vec![Case::unknown("all", Needs::Costs.to_string())];
    };
    (0..size_series.rows.len()).map(|row| at_size(size_series, row, tools)).collect()
}

fn at_size(size_series: &SizeSeries, row: usize, tools: &[&str]) -> Case {
    let times = |ratio: f64| format!("{} as fast as the best of the others", units::ratio(ratio));
    let result = match size_series.against_others(row, tools) {
        Change::Equal(ratio) | Change::Faster(ratio) => CaseResult::Holds(times(ratio.ratio)),
        // Better by any amount, but not worse.
        Change::NotSeparated(ratio) if ratio.interval.is_ok_and(|it| it.low * (1.0 + MARGIN) >= 1.0) => {
            CaseResult::Holds(times(ratio.ratio))
        }
        Change::Slower(ratio) => CaseResult::Fails(times(ratio.ratio)),
        Change::NotSeparated(ratio) => CaseResult::Unknown(format!("not separated: {}", times(ratio.ratio))),
        Change::TooFew(few) => {
            CaseResult::Unknown(format!("{} launches, and it takes {}", few.have, few.need))
        }
        Change::Unmeasured => CaseResult::Unknown(Needs::Costs.to_string()),
    };
    Case { name: size_series.rows[row].workload.name.clone(), result }
}
