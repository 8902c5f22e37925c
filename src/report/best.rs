//! The best-tool table: the results of a study for each workload, under the post's words.

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
}

impl<'a> BestRow<'a> {
    /// A row for each of `rows`.
    pub(crate) fn all(rows: &'a [Row]) -> Vec<Self> {
        rows.iter().map(BestRow::of).collect()
    }

    fn of(row: &'a Row) -> Self {
        let best = fastest(row);
        let few = row.cells.iter().any(|cell| matches!(cell.verdict, Verdict::TooFew(_)));
        let (mut within, mut undecided) = (vec![], vec![]);
        if let Some(best) = best.filter(|_| !few && !row.withheld) {
            within = models(row, &[best.model()], |verdict| matches!(verdict, Verdict::Within(_)));
            let named = [&[best.model()][..], &within].concat();
            undecided = models(row, &named, |verdict| matches!(verdict, Verdict::Undecided(_)));
        }
        BestRow { row, best, within, undecided, few }
    }

    /// A cell about the fastest; blank if there is none.
    pub(crate) fn of_best<C: Into<Cell>>(&self, cell: impl Fn(&'a CellResult) -> C) -> Cell {
        match self.best {
            Some(best) => cell(best).into(),
            None => Cell::Blank,
        }
    }

    fn tool(&self) -> String {
        match self.best {
            None => not_measured(self.row),
            Some(best) if self.row.withheld => format!("(no verdict; fastest here: {})", best.name),
            Some(best) if self.few => format!("(too few launches; fastest here: {})", best.name),
            Some(best) => best.name.clone(),
        }
    }

    /// The best tool and its speedup.
    fn in_short(&self) -> String {
        match self.best {
            Some(best) => format!("{} {}", self.tool(), ratio_and_interval(best.speedup.as_ref())),
            None => self.tool(),
        }
    }
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
        .right("CPU", Unit::Multiple, |it| it.of_best(|best| best.cpu_ratio))
        .left("within 5 %", |it| it.of_best(|_| list(&it.within)))
        .left("undecided", |it| it.of_best(|_| list(&it.undecided)))
}

fn list(models: &[&str]) -> Option<String> {
    if models.is_empty() { None } else { Some(models.join(", ")) }
}

/// The cell that is compared with the others of its row.
pub(crate) fn fastest(row: &Row) -> Option<&CellResult> {
    row.cells.iter().find(|cell| cell.verdict == Verdict::Fastest)
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

/// A short form of the best tool for `task` and its speedup; `None` if it is no task of the study.
pub(crate) fn in_short(summary: &Summary, task: &str) -> Option<String> {
    let row = summary.rows.iter().find(|row| self::task(row) == task)?;
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

/// The verdict on a cell of `row`, and its error, if any.
pub(crate) fn verdict(row: &Row, cell: &CellResult) -> String {
    let verdict = match cell.verdict {
        Verdict::Unmeasured => "not measured".into(),
        _ if row.withheld => "no verdict".into(),
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
