//! Interpreters: the tools that the post names for a task, and the best tool of Rust beside them.

use crate::analysis::answer::{Answer, Standing, Tool};
use crate::analysis::summary::{CellResult, Row};
use crate::model::{self, MadeOf};
use crate::stats::interval::LEVEL;
use crate::stats::present;
use crate::stats::ratio::{Ratio, of_logs};

/// The tools that the post names for a task, beside all others, each by the best of its models.
#[derive(Clone, Debug)]
pub struct Advice {
    /// Whether the post is right.
    pub verdict: ToolVerdict,
    /// The tools that it names.
    pub named: Tools,
    /// All others.
    pub others: Tools,
}

/// Whether the tools that the post names for a task are the best there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolVerdict {
    /// The state of the machine allows none.
    NoVerdict,
    /// All are the fastest or within 5 % of it, and every other tool is slower.
    True,
    /// Some are, but others are slower, or a tool that the post does not name is as fast.
    Qualified,
    /// Some may be, or other tools may be as fast.
    Undecided,
    /// None is.
    False,
    /// They are not measured, or in too few launches.
    Unknown,
}

/// Tools by their standing.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// The fastest, and those within 5 % of it.
    pub best: Vec<NamedTool>,
    /// Those that may be.
    pub undecided: Vec<NamedTool>,
    /// Those that are slower.
    pub slower: Vec<NamedTool>,
    /// The state of the machine allows no verdict on some of them.
    has_no_verdict: bool,
}

/// A tool by the best of its models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTool {
    /// The post's word for it, if it has one.
    pub word: Option<&'static str>,
    /// The model, without its interpreter.
    pub model: String,
}

impl Tools {
    /// Adds a tool by the best of its models in `answer`.
    fn add(&mut self, answer: &Answer<'_>, made_of: Option<MadeOf>) {
        let mut best: Option<Tool<'_>> = None;
        for tool in &answer.tools {
            let is_of_it = model::made_of(tool.cell.plain_model()) == made_of;
            if is_of_it && best.is_none_or(|known| tool.is_better_than(&known)) {
                best = Some(*tool);
            }
        }
        let Some(tool) = best else { return };
        let tools = match tool.standing {
            Standing::Best => &mut self.best,
            Standing::Undecided => &mut self.undecided,
            Standing::Slower => &mut self.slower,
            Standing::NoVerdict => {
                self.has_no_verdict = true;
                return;
            }
            Standing::TooFew | Standing::NotMeasured => return,
        };
        tools.push(NamedTool { word: word(made_of), model: tool.cell.plain_model().to_owned() });
    }
}

/// The post's word for what is made of this.
fn word(made_of: Option<MadeOf>) -> Option<&'static str> {
    let named = MadeOf::NAMED.into_iter().find(|(_, named)| Some(*named) == made_of);
    named.map(|(word, _)| word)
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

/// The tools that the post names for the task of `row`, beside all others.
pub fn judge_tools(row: &Row) -> Advice {
    let answer = Answer::of(row);
    let words = named_tools(&row.workload.post_says);
    let (mut named, mut others) = (Tools::default(), Tools::default());
    for tool in tools_of(row) {
        let is_named = tool.is_some_and(|tool| words.contains(&tool));
        if is_named { named.add(&answer, tool) } else { others.add(&answer, tool) }
    }
    Advice { verdict: verdict(&named, &others), named, others }
}

fn verdict(named: &Tools, others: &Tools) -> ToolVerdict {
    if named.has_no_verdict || !named.best.is_empty() && others.has_no_verdict {
        return ToolVerdict::NoVerdict;
    }
    if named.best.is_empty() {
        return match (named.undecided.is_empty(), named.slower.is_empty()) {
            (false, _) => ToolVerdict::Undecided,
            (true, false) => ToolVerdict::False,
            (true, true) => ToolVerdict::Unknown,
        };
    }
    // Nothing is the only best tool while another may be as fast.
    if !named.undecided.is_empty() || !others.undecided.is_empty() {
        return ToolVerdict::Undecided;
    }
    if named.slower.is_empty() && others.best.is_empty() { ToolVerdict::True } else { ToolVerdict::Qualified }
}

/// The tools of `row`, each once; the models that are not known now are one.
fn tools_of(row: &Row) -> Vec<Option<MadeOf>> {
    let mut tools = Vec::new();
    for model in row.plain_models() {
        let tool = model::made_of(model);
        if !tools.contains(&tool) {
            tools.push(tool);
        }
    }
    tools
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
