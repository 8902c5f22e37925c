//! Interpreters: the tools that the post names for a task, and the best tool of Rust beside them.

use crate::analysis::summary::{CellResult, Row};
use crate::model::{MadeOf, made_of};
use crate::stats::present;
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::{interval::LEVEL, verdict::Verdict};

/// The verdict on the tools that the post names for a task, each by its best cell. In its words a tool is called by the model of that
/// cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolVerdict {
    /// The state of the machine allows none.
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
    NoVerdict,
    Undecided,
    Best,
}

/// Tools by their result, as their best models.
#[derive(Default)]
struct Tools {
    best: Vec<String>,
    undecided: Vec<String>,
    slower: Vec<String>,
    /// The state of the machine allows no verdict on some of them.
    has_no_verdict: bool,
}

impl Tools {
    /// Adds the best result of a tool, by the fastest of the models that have it.
    fn add(&mut self, row: &Row, tool: Option<MadeOf>) {
        let mut best: Option<(Standing, &CellResult)> = None;
        for cell in &row.cells {
            let Some(standing) = standing(cell).filter(|_| made_of(cell.plain_model()) == tool) else {
                continue;
            };
            if best.is_none_or(|(known, of)| (standing, ratio(cell)) > (known, ratio(of))) {
                best = Some((standing, cell));
            }
        }
        let Some((standing, cell)) = best else { return };
        let models = match standing {
            Standing::NoVerdict => {
                self.has_no_verdict = true;
                return;
            }
            Standing::Best => &mut self.best,
            Standing::Undecided => &mut self.undecided,
            Standing::Slower => &mut self.slower,
        };
        models.push(cell.plain_model().to_owned());
    }
}

/// The tools in the post's words: each is every model that is made of it.
pub fn named_tools(post_says: &str) -> Vec<MadeOf> {
    let mut named = Vec::new();
    for (word, made_of) in MadeOf::NAMED {
        if post_says.contains(word) {
            named.push(made_of);
        }
    }
    named
}

/// The verdict on the tools that the post names for the task of `row`.
pub fn judge_tools(row: &Row) -> ToolVerdict {
    let tools = named_tools(&row.workload.post_says);
    let (mut named, mut others) = (Tools::default(), Tools::default());
    for tool in tools_of(row) {
        let is_named = tool.is_some_and(|tool| tools.contains(&tool));
        if is_named { named.add(row, tool) } else { others.add(row, tool) }
    }
    if named.has_no_verdict || !named.best.is_empty() && others.has_no_verdict {
        return ToolVerdict::NoVerdict;
    }
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

/// The tools of `row`, each once; the models that are not known now are one.
fn tools_of(row: &Row) -> Vec<Option<MadeOf>> {
    let mut tools = Vec::new();
    for model in row.plain_models() {
        let tool = made_of(model);
        if !tools.contains(&tool) {
            tools.push(tool);
        }
    }
    tools
}

fn standing(cell: &CellResult) -> Option<Standing> {
    match cell.verdict {
        Verdict::Fastest | Verdict::Within(_) => Some(Standing::Best),
        Verdict::Undecided(_) => Some(Standing::Undecided),
        Verdict::Slower(_) => Some(Standing::Slower),
        Verdict::NoVerdict => Some(Standing::NoVerdict),
        Verdict::TooFew(_) | Verdict::Unmeasured => None,
    }
}

fn ratio(cell: &CellResult) -> Option<f64> {
    cell.speedup.map(|speedup| speedup.ratio)
}

/// The time of an interpreter's best tool, `python` in `row`, over that of Rust's on the same jobs; `None` if none was
/// measured on them.
///
/// Where the jobs are the interpreter's own, Rust's tool is the faster of those that were measured in the same rounds.
/// Where they are the native ones, it is the best of the native row, and launches are paired by number:
/// ln(`python` / rust) = ln(`py-loop` / `sequential`) - ln(`py-loop` / `python`) + ln(`sequential` / rust).
pub fn python_over_rust(row: &Row, python: &CellResult, native: Option<&Row>) -> Option<Ratio> {
    let logs = match &row.native_tool {
        Some(tool) => sum(&tool.logs, &python.logs, -1.0),
        None => {
            let native = native.filter(|native| native.is_same_work(row))?;
            let over_sequential = sum(&row.reference.as_ref()?.logs, &python.logs, -1.0);
            sum(&over_sequential, &native.fastest()?.logs, 1.0)
        }
    };
    of_logs(&present(&logs), LEVEL)
}

/// `a` + `sign` x `b` for each launch that has both.
fn sum(a: &[Option<f64>], b: &[Option<f64>], sign: f64) -> Vec<Option<f64>> {
    let mut sums = Vec::new();
    for pair in a.iter().zip(b) {
        sums.push(if let (Some(a), Some(b)) = pair { Some(a + sign * b) } else { None });
    }
    sums
}
