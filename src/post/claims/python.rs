//! Evaluates claims by CPython's models: a case for each measured interpreter.

use crate::analysis::summary::{CellResult as Cell, Row};
use crate::post::claims::thresholds::{GREAT, PARALLEL, SAME_SHAPE};
use crate::post::claims::{Case, CaseResult, Measurements, Needs};
use crate::stats::interval::{Interval, LEVEL};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::units;
use crate::stats::verdict::Verdict;

/// A case for each interpreter and each of `on`, or one that reports their absence.
pub(crate) fn each(
    numbers: &Measurements<'_>,
    on: &[&str],
    result: impl Fn(&Interpreter<'_>, &str) -> Option<CaseResult>,
) -> Vec<Case> {
    let interpreters = numbers.interpreters();
    if interpreters.is_empty() {
        return vec![Case::unknown("CPython", numbers.why_no_python())];
    }
    let case = |it: &Interpreter<'_>, on: &&str| Case {
        name: format!("CPython {}, {on}", it.tag),
        result: result(it, on).unwrap_or_else(|| CaseResult::Unknown(Needs::Python.to_string())),
    };
    interpreters.iter().flat_map(|it| on.iter().map(move |on| case(it, on))).collect()
}

/// An interpreter's rows with valid verdicts.
#[derive(Debug)]
pub(crate) struct Interpreter<'a> {
    pub(crate) tag: &'a str,
    /// Each row beside the native rows of the same study.
    pub(crate) rows: Vec<(&'a Row, &'a [Row])>,
}

impl<'a> Interpreter<'a> {
    /// The cell of a model, named without its interpreter, on a workload, at its better concurrency.
    fn cell(&self, workload: &str, model: &str) -> Option<&'a Cell> {
        let row = self.row(workload)?;
        let speedup = |cell: &&Cell| cell.speedup.map_or(f64::NEG_INFINITY, |speedup| speedup.ratio);
        let cells = row.cells.iter().filter(|cell| cell.plain_model() == model);
        cells.max_by(|a, b| speedup(a).total_cmp(&speedup(b)))
    }

    fn row(&self, workload: &str) -> Option<&'a Row> {
        self.rows.iter().map(|(row, _)| *row).find(|row| row.workload.name == workload)
    }

    /// The cell of a native model on a workload, of the same study.
    fn cell_of_rust(&self, workload: &str, model: &str) -> Option<&'a Cell> {
        let (_, native) = self.rows.iter().find(|(row, _)| row.workload.name == workload)?;
        let row = native.iter().find(|row| row.workload.name == workload && !row.withheld)?;
        row.cells.iter().find(|cell| cell.model() == model)
    }
}

/// Where an interval lies: entirely above a threshold, entirely at or below it, or neither.
fn above(interval: Interval, border: f64) -> Option<bool> {
    match interval {
        Interval { low, .. } if low > border => Some(true),
        Interval { high, .. } if high <= border => Some(false),
        _ => None,
    }
}

/// Whether `ratio` is above `border` as it `should` be; `None` if the interval straddles it.
fn told(ratio: &Ratio, border: f64, should: bool, what: &str) -> Option<CaseResult> {
    let interval = ratio.interval.ok()?;
    let words = format!("{:.2}{what} ({:.2} .. {:.2})", ratio.ratio, interval.low, interval.high);
    Some(match above(interval, border) {
        Some(is) if is == should => CaseResult::Holds(words),
        Some(_) => CaseResult::Fails(words),
        None => CaseResult::Unknown(format!("not told: {words}")),
    })
}

const AS_FAST: &str = "x as fast as py-loop";
const BUSY: &str = " cores busy";

/// Whether threads of an interpreter keep no more than one core busy.
pub(crate) fn threads_share_a_core(numbers: &Measurements<'_>) -> Vec<Case> {
    each(numbers, &["primes", "sha-loop"], |it, on| {
        told(it.cell(on, "py-threading")?.busy_cores.as_ref()?, PARALLEL, false, BUSY)
    })
}

/// Whether threads do not help computing work, even in C code that releases the lock.
pub(crate) fn threads_are_good_only_at_waiting(numbers: &Measurements<'_>) -> Vec<Case> {
    each(numbers, &["hash", "sha-loop", "primes", "mandelbrot"], |it, on| {
        told(it.cell(on, "py-threading")?.speedup.as_ref()?, PARALLEL, false, AS_FAST)
    })
}

/// Whether threads that run Python are no faster than one.
pub(crate) fn threads_gain_nothing(numbers: &Measurements<'_>) -> Vec<Case> {
    each(numbers, &["primes", "mandelbrot"], |it, on| {
        told(it.cell(on, "py-threading")?.speedup.as_ref()?, PARALLEL, false, AS_FAST)
    })
}

/// Whether threads wait for IO at the same time.
pub(crate) fn threads_wait_together(numbers: &Measurements<'_>) -> Vec<Case> {
    each(numbers, &["http", "sleep"], |it, on| {
        told(it.cell(on, "py-threading")?.speedup.as_ref()?, GREAT, true, AS_FAST)
    })
}

/// Whether processes compute at the same time.
pub(crate) fn processes_get_around_the_lock(numbers: &Measurements<'_>) -> Vec<Case> {
    let mut cases = each(numbers, &["primes: faster than one"], |it, _| {
        told(it.cell("primes", "py-multiprocessing")?.speedup.as_ref()?, PARALLEL, true, AS_FAST)
    });
    cases.extend(each(numbers, &["primes: on several cores"], |it, _| {
        told(it.cell("primes", "py-multiprocessing")?.busy_cores.as_ref()?, PARALLEL, true, BUSY)
    }));
    cases
}

/// Whether one of `tools` is the best, or within 5 %, on each of the workloads `on`.
pub(crate) fn best_is_one_of(numbers: &Measurements<'_>, on: &[&str], tools: &[&str]) -> Vec<Case> {
    each(numbers, on, |it, on| best(it, on, tools))
}

fn best(it: &Interpreter<'_>, on: &str, tools: &[&str]) -> Option<CaseResult> {
    let row = it.row(on)?;
    let fastest = row.cells.iter().find(|cell| cell.verdict == Verdict::Fastest)?;
    let cells: Vec<&Cell> = tools.iter().filter_map(|tool| it.cell(on, tool)).collect();
    let is = |verdict: fn(&Verdict) -> bool| cells.iter().find(|cell| verdict(&cell.verdict));
    let shown = |cell: &Cell| {
        let speedup = cell.speedup.map_or("-".into(), |speedup| units::ratio(speedup.ratio));
        format!("{} {speedup}, the fastest {} {}", cell.plain_model(), fastest.plain_model(), ratio(fastest))
    };
    let good = |verdict: &Verdict| matches!(verdict, Verdict::Fastest | Verdict::AsGood(_));
    if let Some(cell) = is(good) {
        return Some(CaseResult::Holds(shown(cell)));
    }
    if let Some(cell) = is(|verdict| matches!(verdict, Verdict::NotSeparated(_))) {
        return Some(CaseResult::Unknown(format!("not separated: {}", shown(cell))));
    }
    is(|verdict| matches!(verdict, Verdict::Slower(_))).map(|cell| CaseResult::Fails(shown(cell)))
}

fn ratio(cell: &Cell) -> String {
    cell.speedup.map_or("-".into(), |speedup| units::ratio(speedup.ratio))
}

/// Whether processes are the best where frames are rendered, and where whole frames are sent; with the cost.
pub(crate) fn processes_render(numbers: &Measurements<'_>) -> Vec<Case> {
    let processes = &["py-multiprocessing"];
    let mut cases = best_is_one_of(numbers, &["mandelbrot"], processes);
    cases.extend(each(numbers, &["frame"], |it, on| {
        let moved = moving_a_mib(it).map_or(String::new(), |ns| {
            format!("; to move a MiB takes {} more than to share it with threads", units::nanoseconds(ns))
        });
        Some(match best(it, on, processes)? {
            CaseResult::Holds(words) => CaseResult::Holds(words + &moved),
            CaseResult::Fails(words) => CaseResult::Fails(words + &moved),
            CaseResult::Unknown(words) => CaseResult::Unknown(words + &moved),
        })
    }));
    cases
}

/// How much longer a frame of 1 MiB takes under processes than under threads, which share it, in nanoseconds.
fn moving_a_mib(it: &Interpreter<'_>) -> Option<f64> {
    let wall = |model| it.cell("frame", model)?.wall_ns;
    let jobs = it.row("frame")?.workload.jobs.get() as f64;
    Some((wall("py-multiprocessing")? - wall("py-threading")?) / jobs).filter(|ns| *ns > 0.0)
}

/// Whether Rust's threads under one lock have the same speedup over sequential as Python's threads.
pub(crate) fn the_lock_has_the_shape(numbers: &Measurements<'_>) -> Vec<Case> {
    let workloads =
        ["noop", "sleep", "http", "warm-file", "cold-file", "save", "hash", "primes", "mandelbrot", "cake"];
    each(numbers, &workloads, |it, on| {
        let (lock, python) = (it.cell_of_rust(on, "gil")?, it.cell(on, "py-threading")?);
        let pairs =
            lock.logs.iter().zip(&python.logs).filter_map(|(lock, python)| Some((*lock)? - (*python)?));
        let ratio = of_logs(&pairs.collect::<Vec<_>>(), LEVEL)?;
        let Interval { low, high, .. } = ratio.interval.ok()?;
        let words = format!("gil {}, py-threading {}", self::ratio(lock), self::ratio(python));
        Some(match (low, high) {
            _ if low >= 1.0 / SAME_SHAPE && high <= SAME_SHAPE => CaseResult::Holds(words),
            _ if low > SAME_SHAPE || high < 1.0 / SAME_SHAPE => CaseResult::Fails(words),
            _ => CaseResult::Unknown(format!("not told: {words}")),
        })
    })
}
