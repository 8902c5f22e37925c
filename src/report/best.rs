//! The best-tool table: the results of a study for each workload, under the post's words.

use crate::analysis::no_winner::NoWinner;
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::report::table::{Cell, Columns, Table, Unit};
use crate::stats::{interval::Interval, ratio::Ratio, units, verdict::Verdict};

/// A row of the best-tool table: the fastest cell, and the models that are or may be within 5 % of it.
pub(crate) struct BestRow<'a> {
    pub(crate) row: &'a Row,
    /// The fastest, if anything was measured.
    best: Option<&'a CellResult>,
    within: Vec<&'a str>,
    undecided: Vec<&'a str>,
    /// Too few launches for verdicts.
    few: bool,
    no_winner: Option<NoWinner<'a>>,
}

impl<'a> BestRow<'a> {
    /// A row for each of `rows`.
    pub(crate) fn all(rows: &'a [Row]) -> Vec<Self> {
        rows.iter().map(BestRow::of).collect()
    }

    fn of(row: &'a Row) -> Self {
        let best = row.fastest();
        let few = row.cells.iter().any(|cell| matches!(cell.verdict, Verdict::TooFew(_)));
        let (mut within, mut undecided) = (vec![], vec![]);
        let no_winner = NoWinner::of(row);
        if let Some(best) = best.filter(|_| !few && no_winner.is_none()) {
            within = models(row, &[best.model()], |verdict| matches!(verdict, Verdict::Within(_)));
            let named = [&[best.model()][..], &within].concat();
            undecided = models(row, &named, |verdict| matches!(verdict, Verdict::Undecided(_)));
        }
        BestRow { row, best, within, undecided, few, no_winner }
    }

    /// A cell about the fastest; blank if there is none, or no winner.
    pub(crate) fn of_best<C: Into<Cell>>(&self, cell: impl Fn(&'a CellResult) -> C) -> Cell {
        match self.best {
            Some(best) if self.no_winner.is_none() => cell(best).into(),
            _ => Cell::Blank,
        }
    }

    fn tool(&self) -> String {
        if let Some(no_winner) = &self.no_winner {
            return format!("no winner: {} tools within {}", no_winner.models.len(), percent(no_winner));
        }
        match self.best {
            None => not_measured(self.row),
            Some(best) if best.has_no_verdict() => format!("(no verdict; fastest here: {})", best.name),
            Some(best) if self.few => format!("(too few launches; fastest here: {})", best.name),
            Some(best) => best.name.clone(),
        }
    }

    /// The models that may be within 5 % of the fastest; without a winner, all that may be the fastest.
    fn undecided(&self) -> Option<String> {
        match &self.no_winner {
            Some(no_winner) => list(&no_winner.models),
            None => list(&self.undecided),
        }
    }

    /// The best tool and its speedup.
    fn in_short(&self) -> String {
        if let Some(no_winner) = &self.no_winner {
            return format!("no winner: {} within {}", no_winner.models.join(", "), percent(no_winner));
        }
        match self.best {
            Some(best) => format!("{} {}", self.tool(), ratio_and_interval(best.speedup.as_ref())),
            None => self.tool(),
        }
    }
}

/// The distance within which all tools of a row without a winner lie, rounded upwards.
fn percent(no_winner: &NoWinner<'_>) -> String {
    format!("{:.0} %", ((no_winner.within - 1.0) * 100.0).ceil())
}

/// The columns of the best-tool table that every platform has.
pub(crate) fn columns<'a>(rows: &'a [BestRow<'a>]) -> Columns<'a, BestRow<'a>> {
    Table::of(rows)
        .left("task", |it| task(it.row))
        .left("best tool", BestRow::tool)
        .right("in flight", Unit::Plain, |it| it.of_best(|best| best.in_flight))
        .right("speedup", Unit::Speedup, |it| it.of_best(|best| Some(best.speedup?.ratio)))
        .left("95 %", |it| it.of_best(|best| Some(interval(best.speedup.as_ref()?))))
        .right("time", Unit::Nanoseconds, |it| it.of_best(|best| best.wall_ns))
        .right("CPU", Unit::Multiple, |it| it.of_best(|best| Some(best.cpu_ratio?.ratio)))
        .left("within 5 %", |it| it.of_best(|_| list(&it.within)))
        .left("undecided", BestRow::undecided)
}

fn list(models: &[&str]) -> Option<String> {
    if models.is_empty() { None } else { Some(models.join(", ")) }
}

fn not_measured(row: &Row) -> String {
    let error = row.cells.iter().find_map(|cell| cell.error.as_deref());
    format!("not measured: {}", error.unwrap_or("no samples"))
}

/// A workload with the post's words for it.
pub(crate) fn task(row: &Row) -> String {
    let workload = &row.workload;
    if workload.answers_to.is_empty() {
        return workload.name.clone();
    }
    format!("{}: {}", workload.name, workload.answers_to)
}

/// A short form of the best tool for the workload of `row` and its speedup; `None` if it is no workload of the study.
pub(crate) fn in_short(summary: &Summary, row: &Row) -> Option<String> {
    let row = summary.rows.iter().find(|other| other.workload.name == row.workload.name)?;
    Some(BestRow::of(row).in_short())
}

/// The models of the cells that `is` accepts, each once: a model counts at its better concurrency, so models
/// in `named` are omitted.
fn models<'a>(row: &'a Row, named: &[&str], is: fn(&Verdict) -> bool) -> Vec<&'a str> {
    let mut models = Vec::new();
    for cell in row.cells.iter().filter(|cell| is(&cell.verdict)) {
        if !named.contains(&cell.model()) && !models.contains(&cell.model()) {
            models.push(cell.model());
        }
    }
    models
}

/// The interval of a speedup; the range of launches if there are too few for an interval.
pub(crate) fn interval(found: &Ratio) -> String {
    match found.interval {
        Ok(Interval { low, high, .. }) => format!("{} .. {}", units::ratio(low), units::ratio(high)),
        Err(_) => format!("range {} .. {}", units::ratio(found.range.0), units::ratio(found.range.1)),
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
