//! Interpreters: the tools that the post names for a task, and the best tool of Rust beside them.

use crate::analysis::summary::{CellResult, Row};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::{interval::LEVEL, verdict::Verdict};

/// The verdict on the tools that the post names for a task, each at the better of its two concurrencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolVerdict {
    /// A warning blocks it.
    NoVerdict,
    /// All are the fastest, or within 5 % of it.
    True,
    /// Some are, these are slower.
    Qualified(Vec<String>),
    /// None is, these may be.
    Undecided(Vec<String>),
    /// None is.
    False,
    /// They are not measured, or in too few launches.
    Unknown,
}

/// The result of a tool.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Slower,
    Undecided,
    Best,
}

/// The models of the tools in the post's words.
pub fn named_tools(post_says: &str) -> Vec<String> {
    let mut named = Vec::new();
    for tool in ["threading", "asyncio", "multiprocessing"] {
        if post_says.contains(tool) {
            named.push(format!("py-{tool}"));
        }
    }
    named
}

/// The verdict on the tools that the post names for the task of `row`.
pub fn judge_tools(row: &Row) -> ToolVerdict {
    if row.withheld {
        return ToolVerdict::NoVerdict;
    }
    let (mut best, mut undecided, mut slower) = (vec![], vec![], vec![]);
    for tool in named_tools(&row.workload.post_says) {
        match standing(row, &tool) {
            Some(Standing::Best) => best.push(tool),
            Some(Standing::Undecided) => undecided.push(tool),
            Some(Standing::Slower) => slower.push(tool),
            None => {}
        }
    }
    match (best.is_empty(), undecided.is_empty(), slower.is_empty()) {
        (false, _, true) => ToolVerdict::True,
        (false, _, false) => ToolVerdict::Qualified(slower),
        (true, false, _) => ToolVerdict::Undecided(undecided),
        (true, true, false) => ToolVerdict::False,
        (true, true, true) => ToolVerdict::Unknown,
    }
}

fn standing(row: &Row, tool: &str) -> Option<Standing> {
    let mut standing = None;
    for cell in &row.cells {
        if cell.plain_model() == tool {
            standing = standing.max(match cell.verdict {
                Verdict::Fastest | Verdict::Within(_) => Some(Standing::Best),
                Verdict::Undecided(_) => Some(Standing::Undecided),
                Verdict::Slower(_) => Some(Standing::Slower),
                Verdict::TooFew(_) | Verdict::Unmeasured => None,
            });
        }
    }
    standing
}

/// The speedup of Rust's best tool over the best of an interpreter: ln(`python` / `sequential`) + ln(`sequential` /
/// `rust`), launch by launch. On the interpreter's jobs, `sequential` is measured beside its models; the gain of a
/// better tool is measured on the native platform's jobs, without one it is none. Launches are paired by number.
pub fn rust_over_python(row: &Row, python: &CellResult, rust: Option<&CellResult>) -> Option<Ratio> {
    let reference = &row.reference.as_ref()?.logs;
    let mut logs = Vec::new();
    for (launch, (reference, python)) in reference.iter().zip(&python.logs).enumerate() {
        let gain = match rust {
            Some(rust) => rust.logs.get(launch).copied().flatten(),
            None => Some(0.0),
        };
        if let (Some(reference), Some(python), Some(gain)) = (reference, python, gain) {
            logs.push(reference - python + gain);
        }
    }
    of_logs(&logs, LEVEL)
}
