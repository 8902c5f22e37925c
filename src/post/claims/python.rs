//! Evaluates claims by CPython's models: a case for each build of CPython, with and without a GIL.

use crate::analysis::platforms::{self, ToolVerdict, judge_tools};
use crate::analysis::sizes::fastest;
use crate::analysis::summary::{CellResult, Row};
use crate::model::MadeOf;
use crate::post::claims::best::{is_best, is_made_of, speedup, unless_missing};
use crate::post::claims::interpreter::{Build, Interpreter};
use crate::post::claims::thresholds::{GREAT, PARALLEL, SAME_SHAPE};
use crate::post::claims::{Case, CaseResult, Measurements, case::agreed};
use crate::report::platforms::verdict as in_words;
use crate::stats::interval::{Interval, LEVEL};
use crate::stats::ratio::{Ratio, of_logs};

/// What counts as processes.
pub(crate) const PROCESSES: &[MadeOf] = &[MadeOf::Processes];

/// CPython's threads, of which there is one model.
const THREADING: &str = "py-threading";

/// The build that the post is about.
pub(crate) const WITH_GIL: &[Build] = &[Build::Gil];

/// A case for each of `on` and each of `builds`, by all interpreters of the build.
fn by_build(
    m: &Measurements<'_>,
    builds: &[Build],
    on: &[&str],
    result: impl Fn(&Interpreter<'_>, &Row) -> Option<CaseResult>,
) -> Vec<Case> {
    let (interpreters, mut cases) = (m.interpreters(), vec![]);
    for on in on {
        for &build in builds {
            let mut results = vec![];
            for it in interpreters.iter().filter(|it| it.build == build) {
                let found = match it.row(on) {
                    Some(row) if row.has_no_verdict() => Some(CaseResult::Undecided("no verdict".into())),
                    Some(row) => result(it, row),
                    None => None,
                };
                results.extend(found.map(|found| (it.tag.to_owned(), found)));
            }
            cases.push(of_interpreters(m, format!("{on} in {build}"), &results));
        }
    }
    cases
}

/// The case that results of several interpreters of one kind give together: they have to agree.
pub(crate) fn of_interpreters(m: &Measurements<'_>, name: String, results: &[(String, CaseResult)]) -> Case {
    if results.is_empty() {
        return Case::missing(name, m.why_no_python());
    }
    let (mut all, mut numbers) = (vec![], vec![]);
    for (tag, result) in results {
        all.push(result);
        numbers.push(format!("{tag}: {}", result.numbers()));
    }
    let numbers = numbers.join(", ");
    Case::new(name, agreed(&all, numbers.clone()).unwrap_or(CaseResult::Undecided(numbers)))
}

/// A case for each of `builds` by what models made of `group` show in stories or traces.
pub(crate) fn by_models(
    m: &Measurements<'_>,
    name: &str,
    group: MadeOf,
    builds: &[Build],
    result: impl Fn(&str) -> Option<CaseResult>,
) -> Vec<Case> {
    let mut cases = vec![];
    for &wanted in builds {
        let mut results = vec![];
        for (model, build) in m.under_interpreters(group) {
            if build == wanted {
                results.extend(result(model).map(|found| (model.to_owned(), found)));
            }
        }
        cases.push(of_interpreters(m, format!("{name} in {wanted}"), &results).by_traces());
    }
    cases
}

/// What a claim says of a ratio.
#[derive(Clone, Copy)]
enum Expected {
    Above(f64),
    NotAbove(f64),
}

impl Expected {
    /// The result for a whole interval; inconclusive if it straddles the border.
    fn of(self, ratio: &Ratio, unit: &str) -> CaseResult {
        let Interval { low, high, .. } = match ratio.interval {
            Ok(interval) => interval,
            Err(few) => return CaseResult::too_few(few),
        };
        let numbers = format!("{:.2}{unit} ({low:.2} .. {high:.2})", ratio.ratio);
        let (Expected::Above(border) | Expected::NotAbove(border)) = self;
        if low <= border && high > border {
            return CaseResult::Undecided(numbers);
        }
        let is_as_expected = matches!(self, Expected::Above(_)) == (low > border);
        CaseResult::of(is_as_expected, numbers)
    }
}

/// The speedup of threads over `py-loop`, on each of the workloads `on`.
fn speedup_of_threads(m: &Measurements<'_>, builds: &[Build], on: &[&str], expected: Expected) -> Vec<Case> {
    by_build(m, builds, on, |it, row| {
        let speedup = it.cell(&row.workload.name, THREADING)?.speedup?;
        Some(expected.of(&speedup, "x as fast as py-loop"))
    })
}

/// Whether threads of an interpreter keep no more than one core busy.
pub(crate) fn threads_share_a_core(m: &Measurements<'_>) -> Vec<Case> {
    by_build(m, Build::ALL, &["primes", "sha-loop"], |it, row| {
        let busy = it.cell(&row.workload.name, THREADING)?.busy_cores.as_ref()?;
        Some(Expected::NotAbove(PARALLEL).of(busy, " cores busy"))
    })
}

/// Whether threads do not help computing work, even in C code that releases the lock.
pub(crate) fn threads_are_good_only_at_waiting(m: &Measurements<'_>) -> Vec<Case> {
    let computing = ["hash", "sha-loop", "primes", "mandelbrot"];
    speedup_of_threads(m, Build::ALL, &computing, Expected::NotAbove(PARALLEL))
}

/// Whether threads that run Python are no faster than one.
pub(crate) fn threads_gain_nothing(m: &Measurements<'_>) -> Vec<Case> {
    let in_python = ["sha-loop", "primes", "mandelbrot"];
    speedup_of_threads(m, Build::ALL, &in_python, Expected::NotAbove(PARALLEL))
}

/// Whether threads wait for IO at the same time.
pub(crate) fn threads_wait_together(m: &Measurements<'_>) -> Vec<Case> {
    speedup_of_threads(m, WITH_GIL, &["http", "sleep"], Expected::Above(GREAT))
}

/// Whether threads are great on each of `waiting`.
pub(crate) fn threads_are_great(m: &Measurements<'_>, waiting: &[&str]) -> Vec<Case> {
    speedup_of_threads(m, WITH_GIL, waiting, Expected::Above(GREAT))
}

/// Whether processes compute at the same time.
pub(crate) fn processes_get_around_the_lock(m: &Measurements<'_>) -> Vec<Case> {
    let mut faster = of_fastest_processes(m, |cell| cell.speedup, "x as fast as py-loop");
    let mut busy = of_fastest_processes(m, |cell| cell.busy_cores, " cores busy");
    for (cases, what) in [(&mut faster, "faster than one"), (&mut busy, "on several cores")] {
        for case in cases {
            case.name = format!("{what}: {}", case.name);
        }
    }
    [faster, busy].concat()
}

/// Whether a ratio of the fastest model of processes is above that of one core, on `primes`.
fn of_fastest_processes(
    m: &Measurements<'_>,
    ratio: fn(&CellResult) -> Option<Ratio>,
    unit: &str,
) -> Vec<Case> {
    by_build(m, WITH_GIL, &["primes"], |it, row| {
        let ratio = ratio(it.fastest_made_of("primes", PROCESSES)?)?;
        Some(match Expected::Above(PARALLEL).of(&ratio, unit) {
            CaseResult::Fails(numbers) => {
                unless_missing(row, CaseResult::Fails, numbers, |model| is_made_of(model, PROCESSES))
            }
            other => other,
        })
    })
}

/// Whether a model made of `tools` is the best, or within 5 %, on each of the workloads `on`.
pub(crate) fn best_is_made_of(
    m: &Measurements<'_>,
    builds: &[Build],
    on: &[&str],
    tools: &[MadeOf],
) -> Vec<Case> {
    by_build(m, builds, on, |_, row| is_best(row, |model| is_made_of(model, tools)))
}

/// The verdicts on the tools that the post names for each of the tasks `on`, by the judge of the post's own table.
pub(crate) fn named_tools(m: &Measurements<'_>, builds: &[Build], on: &[&str]) -> Vec<Case> {
    by_build(m, builds, on, |_, row| of_named_tools(row))
}

fn of_named_tools(row: &Row) -> Option<CaseResult> {
    let advice = judge_tools(row);
    let tools = platforms::named_tools(&row.workload.post_says);
    let mut numbers = vec![];
    for &tool in &tools {
        if let Some(cell) = fastest(row.cells.iter().filter(|cell| is_made_of(cell.plain_model(), &[tool]))) {
            numbers.push(format!("{} {}", cell.plain_model(), speedup(cell)));
        }
    }
    if let Some(fastest) = row.fastest() {
        numbers.push(format!("the fastest {} {}", fastest.plain_model(), speedup(fastest)));
    }
    let numbers = format!("{} ({})", in_words(&advice), numbers.join(", "));
    Some(match advice.verdict {
        ToolVerdict::Unknown => return None,
        ToolVerdict::NoVerdict | ToolVerdict::Undecided => CaseResult::Undecided(numbers),
        ToolVerdict::False => {
            unless_missing(row, CaseResult::Fails, numbers, |model| is_made_of(model, &tools))
        }
        ToolVerdict::True => {
            unless_missing(row, CaseResult::Holds, numbers, |model| !is_made_of(model, &tools))
        }
        ToolVerdict::Qualified => unless_missing(row, CaseResult::Partly, numbers, |_| true),
    })
}

/// Whether Rust's threads under one lock have the same speedup over sequential as Python's threads.
pub(crate) fn the_lock_has_the_shape(m: &Measurements<'_>) -> Vec<Case> {
    by_build(m, WITH_GIL, &["sleep", "cold-file", "save", "primes", "mandelbrot", "cake"], |it, row| {
        let name = &row.workload.name;
        has_the_shape(it.native_cell(name, "gil")?, it.cell(name, THREADING)?)
    })
}

/// Whether two speedups, paired by launch, are within [`SAME_SHAPE`] of each other.
fn has_the_shape(lock: &CellResult, python: &CellResult) -> Option<CaseResult> {
    let mut logs = vec![];
    for (lock, python) in lock.logs.iter().zip(&python.logs) {
        if let (Some(lock), Some(python)) = (lock, python) {
            logs.push(lock - python);
        }
    }
    let Interval { low, high, .. } = of_logs(&logs, LEVEL)?.interval.ok()?;
    let numbers = format!("gil {}, py-threading {}", speedup(lock), speedup(python));
    Some(if low >= 1.0 / SAME_SHAPE && high <= SAME_SHAPE {
        CaseResult::Holds(numbers)
    } else if low > SAME_SHAPE || high < 1.0 / SAME_SHAPE {
        CaseResult::Fails(numbers)
    } else {
        CaseResult::Undecided(numbers)
    })
}
