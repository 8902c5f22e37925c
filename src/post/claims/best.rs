//! Whether a tool is the best in a row, or within 5 % of the best.

use crate::analysis::summary::{CellResult, Row};
use crate::model::{MadeOf, made_of};
use crate::post::claims::CaseResult;
use crate::stats::units;
use crate::stats::verdict::{MARGIN, Verdict};

/// What has to be measured for a tool to be called the best: a best among few is none.
const CONTENDERS: [&[MadeOf]; 4] = [&[MadeOf::Caller], &[MadeOf::Threads], ASYNC, &[MadeOf::Processes]];

/// What async IO is made of.
pub(crate) const ASYNC: &[MadeOf] = &[MadeOf::Tasks, MadeOf::TasksOnOneThread];

/// Whether the best cell of those that `is_tool` accepts is within 5 % of the best of `row`; `None` if it or one kind of its
/// contenders was not measured.
pub(crate) fn is_best(row: &Row, is_tool: impl Fn(&CellResult) -> bool) -> Option<CaseResult> {
    let fastest = row.fastest()?;
    let mut tools: Vec<&CellResult> = row.cells.iter().filter(|cell| is_tool(cell)).collect();
    tools.retain(|cell| is_measured(cell));
    // The fastest of the row by its estimate is not the best while one of the others may be faster by more than the margin.
    let rivals = || row.cells.iter().filter(|cell| !is_tool(cell));
    let standing = |cell: &CellResult| match cell.verdict {
        Verdict::Fastest if rivals().any(may_be_faster) => Standing::Undecided,
        _ => standing(cell),
    };
    tools.sort_by_key(|cell| standing(cell));
    let tool = tools.last()?;
    let numbers = beside(tool, fastest);
    Some(match standing(tool) {
        Standing::Slower => CaseResult::Fails(numbers),
        _ if !has_contenders(row) => return None,
        Standing::Undecided => CaseResult::Undecided(numbers),
        Standing::Best => CaseResult::Holds(numbers),
    })
}

/// Whether every kind of contender was measured in a row.
pub(crate) fn has_contenders(row: &Row) -> bool {
    CONTENDERS.iter().all(|group| row.cells.iter().any(|cell| is_measured(cell) && is_made_of(cell, group)))
}

/// Whether the model of a cell is made of one of `groups`. Those that today's registry does not know are in no group.
pub(crate) fn is_made_of(cell: &CellResult, groups: &[MadeOf]) -> bool {
    made_of(cell.plain_model()).is_some_and(|it| groups.contains(&it))
}

/// How a cell stands to the best of its row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Slower,
    Undecided,
    Best,
}

fn standing(cell: &CellResult) -> Standing {
    match cell.verdict {
        Verdict::Fastest | Verdict::Within(_) => Standing::Best,
        Verdict::Slower(_) => Standing::Slower,
        Verdict::Undecided(_) | Verdict::NoVerdict => Standing::Undecided,
        Verdict::TooFew(_) | Verdict::Unmeasured => Standing::Undecided,
    }
}

/// Whether a cell may be faster by more than the margin than the one with the best estimate, by the whole interval.
fn may_be_faster(cell: &CellResult) -> bool {
    match cell.verdict {
        Verdict::Undecided(ratio) | Verdict::Within(ratio) => {
            ratio.interval.is_ok_and(|it| it.low * (1.0 + MARGIN) < 1.0)
        }
        Verdict::NoVerdict => true,
        _ => false,
    }
}

fn is_measured(cell: &CellResult) -> bool {
    !matches!(cell.verdict, Verdict::TooFew(_) | Verdict::Unmeasured)
}

/// A cell beside the fastest one, in words.
fn beside(cell: &CellResult, fastest: &CellResult) -> String {
    let (model, fastest_model) = (cell.plain_model(), fastest.plain_model());
    if cell.name == fastest.name {
        return format!("{model} {}, the fastest", speedup(cell));
    }
    format!("{model} {}, the fastest {fastest_model} {}", speedup(cell), speedup(fastest))
}

/// The speedup of a cell in words.
pub(crate) fn speedup(cell: &CellResult) -> String {
    cell.speedup.map_or("-".into(), |speedup| units::ratio(speedup.ratio))
}
