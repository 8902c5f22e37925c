//! The best-tool table: the results of a study for each workload, under the post's words.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::stats::interval::Interval;
use crate::stats::ratio::Ratio;
use crate::stats::units;
use crate::stats::verdict::Verdict;

/// The columns of the best-tool table.
pub(crate) const HEADER: [&str; 10] = [
    "task",
    "best tool",
    "in flight",
    "speedup",
    "95 %",
    "time",
    "CPU",
    "as good",
    "not separated",
    "the post says",
];

/// Columns of numbers.
pub(crate) const RIGHT: &[&str] = &["in flight", "speedup", "time", "CPU", "criterion"];

/// The rows of the best-tool table.
pub(crate) fn lines(findings: &Summary) -> impl Iterator<Item = Vec<String>> {
    findings.rows.iter().map(line)
}

/// A workload with the post's words for it.
pub(crate) fn task(row: &Row) -> String {
    let workload = &row.workload;
    let post =
        if workload.answers_to.is_empty() { String::new() } else { format!(": {}", workload.answers_to) };
    format!("{}{post}", workload.name)
}

/// A short form of the best tool for `task` and its speedup.
pub(crate) fn in_short(findings: &Summary, task: &str) -> String {
    let line = findings.rows.iter().find(|row| self::task(row) == task).map(line);
    match line.as_deref() {
        None => "-".into(),
        Some([_, tool, _, speedup, interval, ..]) => format!("{tool} {speedup} ({interval})"),
        Some(unmeasured) => unmeasured.last().cloned().unwrap_or_default(),
    }
}

/// A row of the best-tool table: the fastest, and the others that are or may be within 5 %.
pub(crate) fn line(row: &Row) -> Vec<String> {
    let Some(best) = row.cells.iter().find(|cell| cell.verdict == Verdict::Fastest) else {
        let why = row.cells.iter().find_map(|cell| cell.error.clone()).unwrap_or("no samples".into());
        return vec![task(row), format!("not measured: {why}")];
    };
    let few = row.cells.iter().any(|cell| matches!(cell.verdict, Verdict::TooFew(_)));
    let as_good = models(row, &[best.model()], |verdict| matches!(verdict, Verdict::AsGood(_)));
    let named = [&[best.model()][..], &as_good].concat();
    let not_separated = models(row, &named, |verdict| matches!(verdict, Verdict::NotSeparated(_)));
    let list = |models: Vec<&str>| {
        if row.withheld || few || models.is_empty() { "-".into() } else { models.join(", ") }
    };
    let tool = match (row.withheld, few) {
        (true, _) => format!("(withheld; fastest here: {})", best.name),
        (false, true) => format!("(too few launches; fastest here: {})", best.name),
        (false, false) => best.name.clone(),
    };
    let (ratio, interval) = best.speedup.as_ref().map_or(("-".into(), "-".into()), ratio_and_interval);
    vec![
        task(row),
        tool,
        best.in_flight.to_string(),
        ratio,
        interval,
        best.wall_ns.map_or("-".into(), units::nanoseconds),
        best.cpu_ratio.map_or("-".into(), units::times),
        list(as_good),
        list(not_separated),
        row.workload.post_says.clone(),
    ]
}

/// The models of the cells that `is` accepts, each once: a model counts at its better concurrency, so models
/// in
/// `named` are omitted.
fn models<'a>(row: &'a Row, named: &[&str], is: fn(&Verdict) -> bool) -> Vec<&'a str> {
    let mut models = Vec::new();
    for cell in row.cells.iter().filter(|cell| is(&cell.verdict)) {
        if !named.contains(&cell.model()) && !models.contains(&cell.model()) {
            models.push(cell.model());
        }
    }
    models
}

/// A speedup with its interval; the range of launches if there are too few for an interval.
pub(crate) fn ratio_and_interval(found: &Ratio) -> (String, String) {
    let (low, high) = found.interval.map_or(found.range, |Interval { low, high, .. }| (low, high));
    let range = if found.interval.is_err() { "range " } else { "" };
    (units::ratio(found.ratio), format!("{range}{} .. {}", units::ratio(low), units::ratio(high)))
}

/// The verdict on a cell of `row`, and its error, if any.
pub(crate) fn verdict(row: &Row, cell: &CellResult) -> String {
    let verdict = match cell.verdict {
        Verdict::Unmeasured => "not measured".into(),
        _ if row.withheld => "withheld".into(),
        Verdict::Fastest => "fastest".into(),
        Verdict::Slower(_) => "slower".into(),
        Verdict::AsGood(_) => "as good".into(),
        Verdict::NotSeparated(_) => "not separated".into(),
        Verdict::TooFew(few) => format!("too few launches: {} of {}", few.have, few.need),
    };
    cell.error.as_ref().map_or(verdict.clone(), |why| format!("{verdict}: {why}"))
}
