//! The first screen of the page: where its numbers come from, the answer in three cards, and the matrix as a table.

use maud::{Markup, html};

use crate::analysis::analysed::Analysed;
use crate::report::answer::sentences;
use crate::report::best::without_prefix;
use crate::report::chart::caption::source;
use crate::report::escape::plain;
use crate::report::matrix::{Cell, Matrix, State, Task, in_short};

/// The answer of the first recording that has one for native tools.
pub(crate) fn answer(recordings: &[Analysed<'_>]) -> Markup {
    let mut first = None;
    for of in recordings {
        if first.is_none() {
            first = Matrix::of(&of.summary.rows).map(|matrix| (of, matrix));
        }
    }
    let Some((of, matrix)) = first else { return html! {} };
    html! {
        p.source { (plain(&source(of.recording))) }
        div.cards {
            @for sentence in sentences(of.recording, &of.summary.rows) {
                @let (head, rest) = sentence.split_once(": ").unwrap_or((sentence.as_str(), ""));
                div.card {
                    @if rest.is_empty() { p { (plain(head)) } } @else { h2 { (plain(head)) } p { (plain(rest)) } }
                }
            }
        }
        (self::matrix("Times as fast as one job at a time", &matrix))
        (warnings(of))
    }
}

/// A matrix as a table, and its key.
pub(crate) fn matrix(caption: &str, matrix: &Matrix<'_>) -> Markup {
    let tools = matrix.columns.len();
    html! {
        div.wide tabindex="0" role="group" aria-label=(caption) {
            table.matrix {
                caption { (caption) }
                thead { tr {
                    th scope="col" { "task" }
                    @for column in &matrix.columns {
                        th scope="col" { (plain(without_prefix(column.model))) }
                    }
                } }
                @for group in &matrix.groups {
                    tbody {
                        tr { th.group scope="rowgroup" colspan=(tools + 1) { (group.heading) } }
                        @for task in &group.rows { (row(task)) }
                    }
                }
            }
        }
        p.key {
            @for state in matrix.states() { span class=(class(state)) { (state.words()) } " " }
        }
    }
}

fn row(task: &Task<'_>) -> Markup {
    html! {
        tr {
            th scope="row" {
                (plain(&task.title())) br;
                small { (plain(&task.answer.row.workload.name)) @if let Some(note) = task.note() { ": " (plain(&note)) } }
            }
            @for cell in &task.cells { (self::cell(*cell)) }
        }
    }
}

fn cell(cell: Option<Cell>) -> Markup {
    html! {
        @match cell {
            None => td { "-" },
            Some(Cell { speedup, state, .. }) => td {
                span class=(class(state)) { (in_short(speedup)) }
                // Said to those who do not see the ground.
                span.said { " " (state.words()) }
            },
        }
    }
}

fn class(state: State) -> &'static str {
    match state {
        State::Best => "best",
        State::Undecided => "may-be",
        State::Slower => "slower",
        State::SlowerThanBaseline => "worse",
        State::NoVerdict => "none",
    }
}

/// What was wrong with the machine, in one line that unfolds.
fn warnings(of: &Analysed<'_>) -> Markup {
    let warnings = of.summary.all_warnings();
    let blocking = warnings.iter().filter(|warning| warning.blocks_verdicts()).count();
    let mut line = format!("{} notes on the machine", warnings.len());
    if blocking > 0 {
        line = format!("{blocking} warnings block verdicts; {line}");
    }
    html! {
        @if !warnings.is_empty() {
            details.warnings { summary { (line) ": why" }
                @for warning in warnings {
                    p { @if warning.blocks_verdicts() { strong { "No verdict" } ": " } (plain(&warning.to_string())) }
                }
            }
        }
    }
}
