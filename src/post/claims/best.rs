//! Whether a tool is the best in a row, or within 5 % of the best.
//!
//! A best among few is none: what the registry had on the row's platform when it was recorded has to be measured there, the rivals
//! before a tool is called the best, and all models of the tool before it is called slower. A model that came later is named.

use crate::analysis::summary::{CellResult, Row};
use crate::model::{MadeOf, came_after, names_on};
use crate::post::claims::CaseResult;
use crate::stats::interval::TooFew;
use crate::stats::units;
use crate::stats::verdict::{MARGIN, Verdict};

/// What async IO is made of.
pub(crate) const ASYNC: &[MadeOf] = &[MadeOf::Tasks, MadeOf::TasksOnOneThread];

/// Whether the best cell of the models that `is_tool` accepts by their names is within 5 % of the best of `row`; `None` if none was
/// measured.
pub(crate) fn is_best(row: &Row, is_tool: impl Fn(&str) -> bool) -> Option<CaseResult> {
    let fastest = row.fastest()?;
    let mut tools = vec![];
    let mut may_lose = false;
    for cell in row.cells.iter().filter(|cell| is_measured(cell)) {
        if is_tool(cell.plain_model()) {
            tools.push(cell);
        } else {
            // The fastest by its estimate is not the best while another may be faster by more than the margin.
            may_lose |= may_be_faster(cell);
        }
    }
    let standing = |cell: &CellResult| match cell.verdict {
        Verdict::Fastest if may_lose => Standing::Undecided,
        _ => standing(cell),
    };
    tools.sort_by_key(|cell| standing(cell));
    let Some(tool) = tools.last() else {
        return Some(CaseResult::too_few(too_few(row, is_tool)?));
    };
    let numbers = beside(tool, fastest);
    Some(match standing(tool) {
        Standing::Best => unless_missing(row, CaseResult::Holds, numbers, |model| !is_tool(model)),
        Standing::Undecided => CaseResult::Undecided(numbers),
        Standing::Slower => unless_missing(row, CaseResult::Fails, numbers, is_tool),
    })
}

/// `result` with its numbers, if all models that `has_to_be_there` accepts were measured in `row`, or can't be.
pub(crate) fn unless_missing(
    row: &Row,
    result: fn(String) -> CaseResult,
    numbers: String,
    has_to_be_there: impl Fn(&str) -> bool,
) -> CaseResult {
    if let Some(few) = too_few(row, &has_to_be_there) {
        let why = CaseResult::too_few(few);
        return CaseResult::Undecided(format!("{numbers}, in {}", why.numbers()));
    }
    let (mut missing, mut later) = (vec![], vec![]);
    for (name, _) in names_on(row.workload.platform.as_deref()) {
        let mut cells = row.cells.iter().filter(|cell| cell.plain_model() == name);
        let is_there = cells.any(|cell| is_measured(cell) || cell.error.is_some());
        if !is_there && has_to_be_there(name) {
            if came_after(name, row.version) { later.push(name) } else { missing.push(name) }
        }
    }
    match missing.len() {
        0 if later.is_empty() => result(numbers),
        0 => result(format!("{numbers}; {} came later", later.join(", "))),
        _ => CaseResult::Undecided(format!("{numbers}; {} not measured", missing.join(", "))),
    }
}

/// The launches of the first of the models that `is` accepts which have too few of them.
fn too_few(row: &Row, is: impl Fn(&str) -> bool) -> Option<TooFew> {
    for cell in row.cells.iter().filter(|cell| is(cell.plain_model())) {
        if let Verdict::TooFew(few) = cell.verdict {
            return Some(few);
        }
    }
    None
}

/// Whether a model is made of one of `groups`. One that today's registry does not know is in no group.
pub(crate) fn is_made_of(model: &str, groups: &[MadeOf]) -> bool {
    crate::model::made_of(model).is_some_and(|it| groups.contains(&it))
}

/// Whether a cell is within 5 % of the best of its row, or may be.
pub(crate) fn may_be_best(cell: &CellResult) -> bool {
    is_measured(cell) && standing(cell) > Standing::Slower
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
