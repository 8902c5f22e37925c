//! Evaluates the post's claims about numbers of CPUs.

use crate::post::claims::{Case, CaseResult, Measurements, Needs};
use crate::stats::change::Change;
use crate::stats::units;

/// Waiting workloads: whether more cores change nothing.
pub(crate) fn waiting_is_flat(numbers: &Measurements<'_>) -> Vec<Case> {
    let cells = ["sleep", "http"]
        .into_iter()
        .flat_map(|workload| ["threads/jobs", "tokio-one/jobs"].map(|cell| (workload, cell)));
    cells.map(|(workload, cell)| over_cores(numbers, workload, cell, false)).collect()
}

/// Computing workloads: whether more cores make them faster.
pub(crate) fn crunching_rises(numbers: &Measurements<'_>) -> Vec<Case> {
    let cells = ["primes", "mandelbrot"]
        .into_iter()
        .flat_map(|workload| ["crossbeam/cores", "prefork/cores"].map(|cell| (workload, cell)));
    cells.map(|(workload, cell)| over_cores(numbers, workload, cell, true)).collect()
}

/// A cell from the fewest cores to the most: whether it is `to_rise` or to stay equal.
fn over_cores(numbers: &Measurements<'_>, workload: &str, cell: &str, to_rise: bool) -> Case {
    let name = format!("{workload}/{cell}");
    let Some(scaled) = numbers.scaled(workload) else { return Case::unknown(name, Needs::Cores.to_string()) };
    let speedups = scaled.speedups(cell);
    let shown = |(cores, ratio): (&u64, &crate::stats::ratio::Ratio)| {
        format!("{} on {cores}", units::ratio(ratio.ratio))
    };
    let told = speedups.iter().map(shown).collect::<Vec<_>>().join(", ");
    let result = match scaled.change(cell) {
        Change::Faster(_) if to_rise => CaseResult::Holds(told),
        Change::Equal(_) if !to_rise => CaseResult::Holds(told),
        Change::Faster(_) | Change::Slower(_) | Change::Equal(_) => CaseResult::Fails(told),
        Change::NotSeparated(_) => CaseResult::Unknown(format!("not separated: {told}")),
        Change::TooFew(few) => {
            CaseResult::Unknown(format!("{} launches, and it takes {}", few.have, few.need))
        }
        Change::Unmeasured => CaseResult::Unknown(Needs::Cores.to_string()),
    };
    Case { name, result }
}
