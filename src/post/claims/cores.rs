//! Evaluates the post's claims about numbers of CPUs.

use crate::analysis::scaling::Scaled;
use crate::post::claims::{Case, CaseResult, Measurements, Needs, best::speedup};
use crate::stats::change::Change;

/// What more cores are said to do to a speedup.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trend {
    Rises,
    Stays,
}

/// Waiting workloads: whether more cores change nothing.
pub(crate) fn waiting_is_flat(m: &Measurements<'_>) -> Vec<Case> {
    over_cores(m, [("sleep", "sleep"), ("http", "http")], ["threads/jobs", "tokio-one/jobs"], Trend::Stays)
}

/// Number crunching: whether more cores make it faster.
pub(crate) fn crunching_rises(m: &Measurements<'_>) -> Vec<Case> {
    let crunching = [("primes", "number crunching"), ("mandelbrot", "rendering")];
    over_cores(m, crunching, ["crossbeam/cores", "prefork/cores"], Trend::Rises)
}

/// The steps between numbers of cores, each a case of its own: what was measured on few cores says nothing of more.
const STEPS: [(u64, u64); 3] = [(1, 2), (2, 4), (4, 8)];

fn over_cores(
    m: &Measurements<'_>,
    workloads: [(&str, &str); 2],
    cells: [&str; 2],
    expected: Trend,
) -> Vec<Case> {
    let mut cases = vec![];
    for (few, many) in STEPS {
        for (workload, name) in workloads {
            for cell in cells {
                let model = cell.split('/').next().unwrap_or(cell);
                let name = format!("{name} under {model} from {few} to {many} cores");
                let result = m.scaling(workload).and_then(|it| from_to(it, cell, (few, many), expected));
                cases.push(Needs::Cores.case(name, result));
            }
        }
    }
    cases
}

/// A cell on few cores and on many.
fn from_to(scaling: &Scaled, name: &str, (from, to): (u64, u64), expected: Trend) -> Option<CaseResult> {
    if !scaling.cells().contains(&name) {
        return None;
    }
    let cell = |cores| scaling.rows.get(&cores)?.cells.iter().find(|cell| cell.name == name);
    let numbers = format!("{}, then {}", speedup(cell(from)?), speedup(cell(to)?));
    Some(match scaling.change_between(name, from, to)? {
        Change::Faster(_) => CaseResult::of(expected == Trend::Rises, numbers),
        Change::Equal(_) => CaseResult::of(expected == Trend::Stays, numbers),
        Change::Slower(_) => CaseResult::Fails(numbers),
        Change::Undecided(_) => CaseResult::Undecided(numbers),
        Change::TooFew(few) => CaseResult::too_few(few),
        Change::Unmeasured => return None,
    })
}
