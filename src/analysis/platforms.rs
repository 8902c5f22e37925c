//! Interpreters: the tools that the post names for a task, and the best tool of Rust beside them.

use crate::analysis::summary::{CellResult, Row};
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::{interval::LEVEL, verdict::Verdict};

/// The verdict on the tools that the post names for a task, each at the better of its two concurrencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolVerdict {
    /// A warning blocks it.
    NoVerdict,
    /// All are the fastest or within 5 % of it, and every other tool is slower.
    True,
    /// Some are, but something else is not as the post says.
    Qualified(Qualification),
    /// These named tools may be, or these others may be as fast.
    Undecided(Vec<String>),
    /// None is.
    False,
    /// They are not measured, or in too few launches.
    Unknown,
}

/// Why the post's tools are the best only with a qualification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Qualification {
    /// Named tools that are slower.
    pub slower: Vec<String>,
    /// Tools that it does not name, and that are within 5 % of the fastest too.
    pub also_best: Vec<String>,
}

/// The result of a tool.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Slower,
    Undecided,
    Best,
}

/// Tools by their result.
#[derive(Default)]
struct Tools {
    best: Vec<String>,
    undecided: Vec<String>,
    slower: Vec<String>,
}

impl Tools {
    fn of(row: &Row, tools: &[String]) -> Self {
        let mut sorted = Tools::default();
        for tool in tools {
            match standing(row, tool) {
                Some(Standing::Best) => sorted.best.push(tool.clone()),
                Some(Standing::Undecided) => sorted.undecided.push(tool.clone()),
                Some(Standing::Slower) => sorted.slower.push(tool.clone()),
                None => {}
            }
        }
        sorted
    }
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
    let tools = named_tools(&row.workload.post_says);
    let named = Tools::of(row, &tools);
    let others = Tools::of(row, &other_tools(row, &tools));
    if named.best.is_empty() {
        return match (named.undecided.is_empty(), named.slower.is_empty()) {
            (false, _) => ToolVerdict::Undecided(named.undecided),
            (true, false) => ToolVerdict::False,
            (true, true) => ToolVerdict::Unknown,
        };
    }
    // A tool with the best point estimate alone is not the best while another may be faster.
    let undecided = [named.undecided, others.undecided].concat();
    if !undecided.is_empty() {
        return ToolVerdict::Undecided(undecided);
    }
    if named.slower.is_empty() && others.best.is_empty() {
        return ToolVerdict::True;
    }
    ToolVerdict::Qualified(Qualification { slower: named.slower, also_best: others.best })
}

/// The models of `row` beside `named`, each once.
fn other_tools(row: &Row, named: &[String]) -> Vec<String> {
    let mut others: Vec<String> = Vec::new();
    for model in row.plain_models() {
        let is_known = |tools: &[String]| tools.iter().any(|tool| tool == model);
        if !is_known(named) && !is_known(&others) {
            others.push(model.to_owned());
        }
    }
    others
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
