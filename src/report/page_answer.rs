//! The first screen of the page: where its numbers come from, the answer in three cards, and the matrix as a table.

use maud::{Markup, html};

use crate::analysis::analysed::Analysed;
use crate::analysis::warning_groups::in_groups;
use crate::report::answer::sentences;
use crate::report::best::short_name;
use crate::report::escape::plain;
use crate::report::footnotes::counted;
use crate::report::matrix::{Cell, Column, Matrix, State, Task, in_short};
use crate::report::platforms::describe;

/// The first recording that has an answer for native tools.
pub(crate) fn with_answer<'a>(recordings: &'a [Analysed<'a>]) -> Option<&'a Analysed<'a>> {
    recordings.iter().find(|of| Matrix::of(&of.summary.rows).is_some())
}

/// The answer of that recording.
pub(crate) fn answer(recordings: &[Analysed<'_>]) -> Markup {
    let Some(of) = with_answer(recordings) else { return html! {} };
    html! {
        div.cards {
            @for sentence in sentences(of.recording, &of.summary.rows) {
                @let (head, rest) = sentence.split_once(": ").unwrap_or(("", sentence.as_str()));
                div.card { h2 { (plain(head)) } p { (plain(rest)) } }
            }
        }
        @if let Some(matrix) = Matrix::of(&of.summary.rows) { (self::matrix("Times as fast as one job at a time", &matrix)) }
        (warnings(of))
    }
}

/// The matrices of all interpreters, each with the post's pick marked.
pub(crate) fn matrices_of_python(recordings: &[Analysed<'_>]) -> Markup {
    html! {
        @for of in recordings {
            @for (tag, rows) in of.summary.platforms() {
                @if let Some(matrix) = Matrix::of(rows) {
                    h3 { (plain(&describe(of.recording, tag))) }
                    (self::matrix("Times as fast as its own loop", &matrix))
                }
            }
        }
    }
}

/// A matrix as a table, and its key.
pub(crate) fn matrix(caption: &str, matrix: &Matrix<'_>) -> Markup {
    let tools = matrix.columns.len();
    html! {
        div.wide tabindex="0" role="group" aria-label=(caption) {
            // The roles stay where a narrow screen shows rows as blocks.
            table.matrix role="table" {
                caption { (caption) }
                thead role="rowgroup" { tr role="row" {
                    th scope="col" role="columnheader" { "task" }
                    @for column in &matrix.columns {
                        th scope="col" role="columnheader" { (plain(short_name(column.model))) }
                    }
                } }
                @for group in &matrix.groups {
                    tbody role="rowgroup" {
                        tr role="row" { th.group scope="rowgroup" role="rowheader" colspan=(tools + 1) { (group.heading) } }
                        @for task in &group.rows { (row(task, &matrix.columns)) }
                    }
                }
            }
        }
        p.key {
            @for state in matrix.states() { span class=(class(state)) { (state.words()) } " " }
            @if matrix.has_advice() { span.pick { "the post's pick" } }
        }
    }
}

fn row(task: &Task<'_>, columns: &[Column<'_>]) -> Markup {
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                (plain(&task.title())) br;
                small { (plain(&beneath(task))) }
            }
            @for (column, cell) in columns.iter().zip(&task.cells) { (self::cell(short_name(column.model), *cell)) }
        }
    }
}

/// A cell; on a narrow screen the style sheet shows the tool's name above it.
fn cell(tool: &str, cell: Option<Cell>) -> Markup {
    html! {
        @match cell {
            None => td role="cell" data-tool=(plain(tool)) { "-" },
            Some(Cell { speedup, state, is_advised }) => td role="cell" data-tool=(plain(tool)) {
                span class=(class(state)) { (in_short(speedup)) }
                // Said to those who do not see the ground.
                span.said { " " (state.words()) @if is_advised { ", the post's pick" } }
                @if is_advised { span.pick aria-hidden="true" {} }
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
    let groups = in_groups(of.summary.all_warnings());
    html! {
        @if !groups.is_empty() {
            details.warnings { summary { (counted(&groups)) }
                @for group in &groups {
                    p { @if group.blocks_verdicts { strong { "No verdict" } ": " } (plain(&group.text)) }
                }
            }
        }
    }
}
/// The name of a task beneath its title, unless that is it, and what is to be said of the row.
fn beneath(task: &Task<'_>) -> String {
    let name = &task.answer.row.workload.name;
    match (task.title() == *name, task.note()) {
        (true, note) => note.unwrap_or_default(),
        (false, None) => name.clone(),
        (false, Some(note)) => format!("{name}: {note}"),
    }
}
