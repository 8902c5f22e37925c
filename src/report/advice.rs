//! Advice on a task.

use crate::analysis::advice::{Advice, Advisor, Given, Predicted};
use crate::analysis::advice_changes::{Change, Dimension};
use crate::analysis::map::PlatformMap;
use crate::report::block::Block;
use crate::report::table::Table;
use crate::stats::units;
use crate::study::map::points::Asked;

/// A term explains why a tool is slower if it is so much of the difference.
const EXPLAINS: f64 = 0.5;

/// How many measured points are named.
const NAMED: usize = 3;

/// A task, and what a map says of it.
pub(crate) struct Advised<'a> {
    advisor: Advisor<'a>,
    name: Option<&'a str>,
    asked: Asked,
    advice: Advice<'a>,
}

impl<'a> Advised<'a> {
    /// What `map` says of a task, which may have a name.
    pub(crate) fn of(map: &'a PlatformMap, name: Option<&'a str>, asked: Asked) -> Self {
        let advisor = Advisor::of(map);
        let advice = advisor.advise(asked);
        Advised { advisor, name, asked, advice }
    }

    /// In sentences.
    pub(crate) fn block(&self) -> Block {
        let task = match self.name {
            Some(name) => format!("{name}, {}", self.asked),
            None => self.asked.to_string(),
        };
        Block::Notes(match &self.advice {
            Advice::Given(given) => {
                let mut lines = vec![format!("{task}: {}", given.tool.model)];
                lines.extend(given_lines(&self.advisor, self.asked, given));
                lines
            }
            Advice::OutOfRange => vec![
                format!("{task}: no advice, since nothing is measured on some side of it."),
                measured_range(&self.advisor, self.asked),
            ],
            Advice::Undecided(tools) => vec![
                format!("{task}: no single tool. The measured points around it disagree."),
                format!("May be the best, from the fastest predicted on: {}.", names(tools)),
            ],
        })
    }

    fn given(&self) -> Option<&Given<'a>> {
        match &self.advice {
            Advice::Given(given) => Some(given),
            _ => None,
        }
    }
}

/// Advice for programs.
pub(crate) fn advice_values(advised: &[Advised<'_>]) -> Table {
    Table::of(advised)
        .left("task", |it| it.name.map(str::to_owned))
        .left("jobs", |it| it.asked.jobs as u64)
        .left("job_ns", |it| it.asked.job_ns)
        .left("wait_percent", |it| it.asked.wait_percent)
        .left("tool", |it| it.given().map(|given| given.tool.model.to_owned()))
        .left("within_5_percent", |it| it.given().map(|given| given.within().join(" ")))
        .left("predicted_ns", |it| it.given().map(|given| given.tool.ns))
        .left("speedup", |it| it.given().map(|given| given.speedup))
        .left("speedup_low", |it| it.given().map(|given| given.bounds[0]))
        .left("speedup_high", |it| it.given().map(|given| given.bounds[1]))
        .build()
}

fn given_lines(advisor: &Advisor<'_>, asked: Asked, given: &Given<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let within = given.within();
    if !within.is_empty() {
        lines.push(format!("Within 5 % of it: {}.", within.join(", ")));
    }
    let [low, high] = given.bounds;
    lines.push(format!(
        "About {} for all jobs, {} as fast as one job at a time ({} .. {}).",
        units::nanoseconds(given.tool.ns),
        units::times(given.speedup),
        units::ratio(low),
        units::ratio(high)
    ));
    lines.push(why(advisor, asked, given));
    let changes = advisor.changes(asked, given.tool.model);
    if !changes.is_empty() {
        let changes: Vec<String> = changes.iter().map(changed).collect();
        lines.push(format!("Another tool is the best {}.", changes.join("; ")));
    }
    let around: Vec<String> = given.around.iter().take(NAMED).map(|point| point.asked.to_string()).collect();
    lines.push(format!("Nearest measured: {}.", around.join("; ")));
    lines
}

/// Why: the largest parts of the predicted time, and what the next tool beyond the margin does otherwise.
fn why(advisor: &Advisor<'_>, asked: Asked, given: &Given<'_>) -> String {
    let parts = given.tool.parts;
    let all = parts.all();
    let mut named = Vec::new();
    for (what, ns) in [
        ("computing", parts.computing),
        ("waiting", parts.waiting),
        ("dispatch", parts.dispatch),
        ("starting a batch", parts.start),
    ] {
        if ns >= 0.1 * all {
            named.push((what, ns));
        }
    }
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    let parts: Vec<String> =
        named.iter().map(|(what, ns)| format!("{:.0} % is {what}", 100.0 * ns / all)).collect();
    let mut text = format!("Why: of its time {}", parts.join(", "));
    let within = given.within();
    let beyond = given.others.iter().find(|other| !within.contains(&other.model) && other.ns > given.tool.ns);
    if let Some(other) = beyond {
        text += &format!("; {}", slower_because(advisor, asked, given.tool, *other));
    }
    text + "."
}

/// What another tool does that costs it the most beside the advised one.
fn slower_because(advisor: &Advisor<'_>, asked: Asked, tool: Predicted<'_>, other: Predicted<'_>) -> String {
    let (of_tool, of_other) = (tool.parts, other.parts);
    let costs = [
        of_other.computing - of_tool.computing,
        of_other.waiting - of_tool.waiting,
        of_other.dispatch - of_tool.dispatch,
        of_other.start - of_tool.start,
    ];
    let most = (0..costs.len()).max_by(|a, b| costs[*a].total_cmp(&costs[*b])).unwrap_or(0);
    let name = other.model;
    let took = units::nanoseconds(other.ns);
    if costs[most] < EXPLAINS * (other.ns - tool.ns) {
        return format!(
            "{name} takes {took} by the points around, and no term of the cost model alone says why"
        );
    }
    match most {
        0 => format!("{name} takes {took}: it computes on {} cores", units::ratio(advisor.cores(name))),
        1 if of_other.turns > of_tool.turns => {
            format!("{name} takes {took}: its jobs wait in {} turns, one after the other", of_other.turns)
        }
        1 => format!("{name} takes {took}: its waits take longer than was asked for"),
        2 => format!(
            "{name} takes {took}: dispatch costs {} a job",
            units::nanoseconds(of_other.dispatch / asked.jobs as f64)
        ),
        _ => format!(
            "{name} takes {took}: it needs {} until a batch has begun",
            units::nanoseconds(of_other.start)
        ),
    }
}

fn changed(change: &Change<'_>) -> String {
    let Change { what, is_more, at, tool } = change;
    match (what, is_more) {
        (Dimension::Job, false) => format!("below {} a job: {tool}", units::nanoseconds(at.job_ns as f64)),
        (Dimension::Job, true) => format!("above {} a job: {tool}", units::nanoseconds(at.job_ns as f64)),
        (Dimension::Jobs, false) => format!("below {} jobs: {tool}", at.jobs),
        (Dimension::Jobs, true) => format!("above {} jobs: {tool}", at.jobs),
        (Dimension::Share, false) => format!("where less than {} % waits: {tool}", at.wait_percent),
        (Dimension::Share, true) => format!("where more than {} % waits: {tool}", at.wait_percent),
    }
}

/// What is measured, for a task that is beyond it.
fn measured_range(advisor: &Advisor<'_>, asked: Asked) -> String {
    let range = advisor.range();
    let (shares, jobs) = (range.shares(), range.jobs());
    let mut text = format!(
        "Measured: {} to {} % of waiting, {} to {} jobs",
        shares.first().copied().unwrap_or_default(),
        shares.last().copied().unwrap_or_default(),
        jobs.first().copied().unwrap_or_default(),
        jobs.last().copied().unwrap_or_default()
    );
    let lengths = range.lengths_near(asked);
    if let Some([least, most]) = lengths {
        text += &format!(
            "; with about as many jobs and as much waiting, jobs of {} to {}",
            units::nanoseconds(least as f64),
            units::nanoseconds(most as f64)
        );
    }
    text + ". advise --measure measures the task itself."
}

fn names(tools: &[Predicted<'_>]) -> String {
    let names: Vec<&str> = tools.iter().map(|tool| tool.model).collect();
    names.join(", ")
}

/// The advised tool, or why there is none.
pub(crate) fn named(advice: &Advice<'_>) -> String {
    match advice {
        Advice::Given(given) => given.tool.model.to_owned(),
        Advice::OutOfRange => "- (out of range)".into(),
        Advice::Undecided(_) => "- (undecided)".into(),
    }
}
