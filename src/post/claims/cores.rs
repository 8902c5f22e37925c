//! Evaluates the post's claims about numbers of CPUs.

use crate::post::claims::{Case, CaseResult, Measurements, Needs};
use crate::stats::{change::Change, units};

/// What more cores are said to do to a speedup.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trend {
    Rises,
    Stays,
}

/// Waiting workloads: whether more cores change nothing.
pub(crate) fn waiting_is_flat(m: &Measurements<'_>) -> Vec<Case> {
    over_cores(m, ["sleep", "http"], ["threads/jobs", "tokio-one/jobs"], Trend::Stays)
}

/// Computing workloads: whether more cores make them faster.
pub(crate) fn crunching_rises(m: &Measurements<'_>) -> Vec<Case> {
    over_cores(m, ["primes", "mandelbrot"], ["crossbeam/cores", "prefork/cores"], Trend::Rises)
}

fn over_cores(m: &Measurements<'_>, workloads: [&str; 2], cells: [&str; 2], expected: Trend) -> Vec<Case> {
    let mut cases = vec![];
    for workload in workloads {
        for cell in cells {
            let result = from_fewest_to_most(m, workload, cell, expected);
            cases.push(Needs::Cores.case(format!("{workload}/{cell}"), result));
        }
    }
    cases
}

/// A cell from the fewest cores to the most.
fn from_fewest_to_most(
    m: &Measurements<'_>,
    workload: &str,
    cell: &str,
    expected: Trend,
) -> Option<CaseResult> {
    let scaling = m.scaling(workload)?;
    let mut speedups = vec![];
    for (cores, speedup) in scaling.speedups(cell) {
        speedups.push(format!("{} on {cores}", units::ratio(speedup.ratio)));
    }
    let numbers = speedups.join(", ");
    Some(match scaling.change(cell)? {
        Change::Faster(_) => CaseResult::of(expected == Trend::Rises, numbers),
        Change::Equal(_) => CaseResult::of(expected == Trend::Stays, numbers),
        Change::Slower(_) => CaseResult::Fails(numbers),
        Change::Undecided(_) => CaseResult::Unknown(format!("undecided: {numbers}")),
        Change::TooFew(few) => CaseResult::too_few(few),
        Change::Unmeasured => return None,
    })
}
