//! Evaluates claims by CPython's models: a case for each measured interpreter.

use crate::analysis::summary::CellResult;
use crate::model::MadeOf;
use crate::post::claims::interpreter::Interpreter;
use crate::post::claims::thresholds::{GREAT, PARALLEL, SAME_SHAPE};
use crate::post::claims::{Case, CaseResult, Measurements, Needs};
use crate::stats::interval::{Interval, LEVEL};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::{units, verdict::Verdict};

/// What counts as processes.
pub(crate) const PROCESSES: &[MadeOf] = &[MadeOf::Processes];

/// CPython's threads.
const THREADING: &str = "py-threading";

/// CPython's processes.
const MULTIPROCESSING: &str = "py-multiprocessing";

/// A case for each interpreter and each of `on`, or one that reports their absence.
fn each(
    m: &Measurements<'_>,
    on: &[&str],
    result: impl Fn(&Interpreter<'_>, &str) -> Option<CaseResult>,
) -> Vec<Case> {
    let mut cases = vec![];
    for it in m.interpreters() {
        for on in on {
            cases.push(Needs::Python.case(format!("CPython {}, {on}", it.tag), result(&it, on)));
        }
    }
    if cases.is_empty() { vec![Case::unknown("CPython", m.why_no_python())] } else { cases }
}

/// What a claim says of a ratio.
#[derive(Clone, Copy)]
enum Expected {
    Above(f64),
    NotAbove(f64),
}

impl Expected {
    /// The result for a whole interval; inconclusive if it straddles the border.
    fn of(self, ratio: &Ratio, unit: &str) -> Option<CaseResult> {
        let Interval { low, high, .. } = ratio.interval.ok()?;
        let numbers = format!("{:.2}{unit} ({low:.2} .. {high:.2})", ratio.ratio);
        let (Expected::Above(border) | Expected::NotAbove(border)) = self;
        if low <= border && high > border {
            return Some(CaseResult::Unknown(format!("not told: {numbers}")));
        }
        let is_as_expected = matches!(self, Expected::Above(_)) == (low > border);
        Some(CaseResult::of(is_as_expected, numbers))
    }
}

/// The speedup of a model over `py-loop`, on each of the workloads `on`.
fn speedups(m: &Measurements<'_>, on: &[&str], model: &str, expected: Expected) -> Vec<Case> {
    each(m, on, |it, on| expected.of(it.cell(on, model)?.speedup.as_ref()?, "x as fast as py-loop"))
}

/// Whether threads of an interpreter keep no more than one core busy.
pub(crate) fn threads_share_a_core(m: &Measurements<'_>) -> Vec<Case> {
    each(m, &["primes", "sha-loop"], |it, on| {
        Expected::NotAbove(PARALLEL).of(it.cell(on, THREADING)?.busy_cores.as_ref()?, " cores busy")
    })
}

/// Whether threads do not help computing work, even in C code that releases the lock.
pub(crate) fn threads_are_good_only_at_waiting(m: &Measurements<'_>) -> Vec<Case> {
    let computing = ["hash", "sha-loop", "primes", "mandelbrot"];
    speedups(m, &computing, THREADING, Expected::NotAbove(PARALLEL))
}

/// Whether threads that run Python are no faster than one.
pub(crate) fn threads_gain_nothing(m: &Measurements<'_>) -> Vec<Case> {
    speedups(m, &["primes", "mandelbrot"], THREADING, Expected::NotAbove(PARALLEL))
}

/// Whether threads wait for IO at the same time.
pub(crate) fn threads_wait_together(m: &Measurements<'_>) -> Vec<Case> {
    speedups(m, &["http", "sleep"], THREADING, Expected::Above(GREAT))
}

/// Whether processes compute at the same time.
pub(crate) fn processes_get_around_the_lock(m: &Measurements<'_>) -> Vec<Case> {
    let expected = Expected::Above(PARALLEL);
    let mut cases = each(m, &["primes: faster than one"], |it, _| {
        expected.of(it.cell("primes", MULTIPROCESSING)?.speedup.as_ref()?, "x as fast as py-loop")
    });
    cases.extend(each(m, &["primes: on several cores"], |it, _| {
        expected.of(it.cell("primes", MULTIPROCESSING)?.busy_cores.as_ref()?, " cores busy")
    }));
    cases
}

/// Whether a model made of `tools` is the best, or within 5 %, on each of the workloads `on`.
pub(crate) fn best_is_made_of(m: &Measurements<'_>, on: &[&str], tools: &[MadeOf]) -> Vec<Case> {
    each(m, on, |it, on| best(it, on, tools))
}

fn best(it: &Interpreter<'_>, on: &str, tools: &[MadeOf]) -> Option<CaseResult> {
    let row = it.row(on)?;
    let winner = row.fastest()?;
    let (mut undecided, mut slower) = (None, None);
    for model in it.models_made_of(on, tools) {
        let cell = it.cell(on, model)?;
        match cell.verdict {
            Verdict::Fastest | Verdict::Within(_) => return Some(CaseResult::Holds(beside(cell, winner))),
            Verdict::Undecided(_) | Verdict::NoVerdict => undecided = undecided.or(Some(cell)),
            Verdict::Slower(_) => slower = slower.or(Some(cell)),
            Verdict::TooFew(_) | Verdict::Unmeasured => {}
        }
    }
    match (undecided, slower) {
        (Some(cell), _) => Some(CaseResult::Unknown(format!("undecided: {}", beside(cell, winner)))),
        (None, Some(cell)) => Some(CaseResult::Fails(beside(cell, winner))),
        (None, None) => None,
    }
}

/// A cell beside the fastest one, in words.
fn beside(cell: &CellResult, fastest: &CellResult) -> String {
    let (model, fastest_model) = (cell.plain_model(), fastest.plain_model());
    format!("{model} {}, the fastest {fastest_model} {}", speedup(cell), speedup(fastest))
}

/// The speedup of a cell in words.
pub(crate) fn speedup(cell: &CellResult) -> String {
    cell.speedup.map_or("-".into(), |speedup| units::ratio(speedup.ratio))
}

/// Whether processes are the best where frames are rendered, and where whole frames are sent; with the cost.
pub(crate) fn processes_render(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = best_is_made_of(m, &["mandelbrot"], PROCESSES);
    cases.extend(each(m, &["frame"], |it, on| {
        let moved = moving_a_mib(it).map_or(String::new(), |ns| {
            format!("; to move a MiB takes {} more than to share it with threads", units::nanoseconds(ns))
        });
        Some(match best(it, on, PROCESSES)? {
            CaseResult::Holds(words) => CaseResult::Holds(words + &moved),
            CaseResult::Fails(words) => CaseResult::Fails(words + &moved),
            CaseResult::Unknown(words) => CaseResult::Unknown(words + &moved),
        })
    }));
    cases
}

/// How much longer a frame of 1 MiB takes under processes than under threads, which share it, in nanoseconds.
fn moving_a_mib(it: &Interpreter<'_>) -> Option<f64> {
    let processes_ns = it.cell("frame", MULTIPROCESSING)?.wall_ns?;
    let threads_ns = it.cell("frame", THREADING)?.wall_ns?;
    let more_ns = (processes_ns - threads_ns) / it.row("frame")?.workload.jobs.get() as f64;
    if more_ns > 0.0 { Some(more_ns) } else { None }
}

/// Whether Rust's threads under one lock have the same speedup over sequential as Python's threads.
pub(crate) fn the_lock_has_the_shape(m: &Measurements<'_>) -> Vec<Case> {
    let workloads =
        ["noop", "sleep", "http", "warm-file", "cold-file", "save", "hash", "primes", "mandelbrot", "cake"];
    each(m, &workloads, |it, on| has_the_shape(it.native_cell(on, "gil")?, it.cell(on, THREADING)?))
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
        CaseResult::Unknown(format!("not told: {numbers}"))
    })
}
