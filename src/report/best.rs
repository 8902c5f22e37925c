//! The best-tool table: the results of a study for each workload, under the post's words.

use crate::analysis::answer::{Answer, Outcome, Standing};
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::model::plain_name;
use crate::report::table::{Cell, Columns, Table, Unit};
use crate::stats::{interval::Interval, ratio::Ratio, units, verdict::Verdict};

/// A row of the best-tool table: the set of the best, and what is undecided.
pub(crate) struct BestRow<'a> {
    pub(crate) row: &'a Row,
    answer: Answer<'a>,
}

impl<'a> BestRow<'a> {
    /// A row for each of `rows`.
    pub(crate) fn all(rows: &'a [Row]) -> Vec<Self> {
        rows.iter().map(BestRow::of).collect()
    }

    fn of(row: &'a Row) -> Self {
        BestRow { row, answer: Answer::of(row) }
    }

    /// A cell about the fastest; blank if there is none, or no winner.
    pub(crate) fn of_fastest<C: Into<Cell>>(&self, cell: impl Fn(&'a CellResult) -> C) -> Cell {
        match self.row.fastest() {
            Some(fastest) if !matches!(self.answer.outcome, Outcome::NoWinner { .. }) => cell(fastest).into(),
            _ => Cell::Blank,
        }
    }

    /// The speedup of the fastest, where there are best tools.
    pub(crate) fn speedup(&self) -> Option<f64> {
        if self.answer.outcome != Outcome::Best {
            return None;
        }
        Some(self.row.fastest()?.speedup?.ratio)
    }

    /// The best tools in short, or why there are none.
    pub(crate) fn tools(&self) -> String {
        in_words(&self.answer)
    }

    pub(crate) fn undecided(&self) -> Option<String> {
        undecided(&self.answer)
    }
}

/// The best tools of a row, or why there are none.
pub(crate) fn in_words(answer: &Answer<'_>) -> String {
    match &answer.outcome {
        Outcome::Best => list(&answer.best()).unwrap_or_default(),
        Outcome::NoWinner { within } => format!("no winner within {}", percent(*within)),
        Outcome::NoVerdict => "no verdict".into(),
        Outcome::TooFew => "no verdict: too few launches".into(),
        Outcome::NotMeasured(why) => format!("not measured: {why}"),
    }
}

/// The same, and the tools that may be the best too.
pub(crate) fn in_full(answer: &Answer<'_>) -> String {
    match undecided(answer) {
        Some(undecided) => format!("{}; undecided: {undecided}", in_words(answer)),
        None => in_words(answer),
    }
}

/// The tools that may be the best beside those that are; all that may be, where none is. Most of a row's tools are named by
/// those that are not among them.
pub(crate) fn undecided(answer: &Answer<'_>) -> Option<String> {
    let undecided = answer.undecided();
    let mut others = Vec::new();
    for tool in &answer.tools {
        if tool.standing != Standing::Undecided {
            others.push(tool.cell);
        }
    }
    match list(&others) {
        None => Some("all".into()),
        Some(others_list) if undecided.len() > 3 * others.len() => Some(format!("all but {others_list}")),
        Some(_) => list(&undecided),
    }
}

/// The distance within which all tools of a row without a winner lie, rounded upwards.
pub(crate) fn percent(within: f64) -> String {
    format!("{:.0} %", ((within - 1.0) * 100.0).ceil())
}

/// The columns of the best-tool table that every platform has.
pub(crate) fn columns<'a>(rows: &'a [BestRow<'a>]) -> Columns<'a, BestRow<'a>> {
    Table::of(rows)
        .left("task", |it| task(it.row))
        .wraps()
        .left("best (within 5 % of the fastest)", BestRow::tools)
        .wraps()
        .right("speedup", Unit::Speedup, |it| it.of_fastest(|fastest| Some(fastest.speedup?.ratio)))
        .left("95 %", |it| it.of_fastest(|fastest| Some(interval(fastest.speedup.as_ref()?))))
        .leaves(4)
        .right("time", Unit::Nanoseconds, |it| it.of_fastest(|fastest| fastest.wall_ns))
        .leaves(3)
        .right("CPU", Unit::Multiple, |it| it.of_fastest(|fastest| Some(fastest.cpu_ratio?.ratio)))
        .leaves(2)
        .left("undecided", BestRow::undecided)
        .wraps()
}

/// The names of the models of `cells`, without their platform; `None` for none.
pub(crate) fn list(cells: &[&CellResult]) -> Option<String> {
    let mut names = Vec::with_capacity(cells.len());
    for cell in cells {
        names.push(labelled(cell, short_name(cell.model())));
    }
    if names.is_empty() { None } else { Some(names.join(", ")) }
}

/// The name of a cell, and whether its tasks block their threads.
pub(crate) fn labelled(cell: &CellResult, name: &str) -> String {
    if !cell.is_blocking {
        return name.to_owned();
    }
    // asyncio runs a function that is no coroutine in threads.
    let how = if cell.name.contains('@') { "to_thread" } else { "blocking" };
    format!("{name} ({how})")
}

/// The name of a model where its platform is known: CPython's have a prefix and their interpreter.
pub(crate) fn short_name(model: &str) -> &str {
    let name = plain_name(model);
    name.strip_prefix("py-").unwrap_or(name)
}

/// A workload with the post's words for it.
pub(crate) fn task(row: &Row) -> String {
    let workload = &row.workload;
    if workload.answers_to.is_empty() {
        return workload.name.clone();
    }
    format!("{}: {}", workload.name, workload.answers_to)
}

/// The best tools for the workload of `row` and the speedup of the fastest; `None` if it is no workload of the study.
pub(crate) fn in_short(summary: &Summary, row: &Row) -> Option<String> {
    let row = summary.rows.iter().find(|other| other.workload.name == row.workload.name)?;
    let answer = Answer::of(row);
    let tools = in_words(&answer);
    match row.fastest().and_then(|fastest| fastest.speedup) {
        Some(speedup) if answer.outcome == Outcome::Best => {
            Some(format!("{tools} {}", ratio_and_interval(Some(&speedup))))
        }
        _ => Some(tools),
    }
}

/// The interval of a speedup; the range of launches if there are too few for an interval.
pub(crate) fn interval(found: &Ratio) -> String {
    match found.interval {
        Ok(Interval { low, high, .. }) => bounds(low, high),
        Err(_) => format!("range {}", bounds(found.range.0, found.range.1)),
    }
}

fn bounds(low: f64, high: f64) -> String {
    if high.is_infinite() {
        format!("at least {}", units::ratio(low))
    } else {
        format!("{} .. {}", units::ratio(low), units::ratio(high))
    }
}

/// A speedup with its interval, in a single cell.
pub(crate) fn ratio_and_interval(found: Option<&Ratio>) -> String {
    match found {
        Some(found) => format!("{} ({})", units::ratio(found.ratio), interval(found)),
        None => "- (-)".into(),
    }
}

/// The verdict on a cell, and its error, if any.
pub(crate) fn verdict(cell: &CellResult) -> String {
    let verdict = match cell.verdict {
        Verdict::Unmeasured => "not measured".into(),
        Verdict::NoVerdict => "no verdict".into(),
        Verdict::Fastest => "fastest".into(),
        Verdict::Slower(_) => "slower".into(),
        Verdict::Within(_) => "within 5 %".into(),
        Verdict::Undecided(_) => "undecided".into(),
        Verdict::TooFew(few) => format!("too few launches: {} of {}", few.have, few.need),
    };
    match &cell.error {
        Some(why) => format!("{verdict}: {why}"),
        None => verdict,
    }
}
