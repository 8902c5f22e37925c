//! The answer of a recording on one screen of a terminal: sentences, the matrix, its key, and warnings.

use std::fmt::Write as _;

use anstyle::Style;

use crate::analysis::{analysed::Analysed, warning::Warning};
use crate::record::schema::Recording;
use crate::report::answer::{finding_on_advice, sentences};
use crate::report::best::short_name;
use crate::report::chart::caption::source;
use crate::report::escape::plain;
use crate::report::footnotes::about_warnings;
use crate::report::matrix::{Cell, Family, Matrix, State, Task, in_short};
use crate::report::{functions, style::TerminalStyle};

/// The columns between two tools.
const GAP: usize = 1;

/// The answer of a recording, if it has a study with speedups; with it the names of the tools that have no room.
pub fn answer(recording: &Recording, style: TerminalStyle) -> Option<String> {
    screen(&Analysed::of(recording), style)
}

fn screen(of: &Analysed<'_>, style: TerminalStyle) -> Option<String> {
    let (recording, summary) = (of.recording, &of.summary);
    let native = Matrix::of(&summary.rows);
    let platforms: Vec<_> = summary.platforms().collect();
    if native.is_none() && platforms.is_empty() {
        return None;
    }
    let mut text = String::new();
    paragraph(&mut text, "", "Which tool is best for which task? Times as fast as one job at a time.", style);
    paragraph(&mut text, "", &source(recording), style);
    if let Some(matrix) = &native {
        text.push('\n');
        for sentence in sentences(recording, &summary.rows) {
            paragraph(&mut text, "  ", &sentence, style);
        }
        text.push('\n');
        text += &drawn(matrix, style);
    }
    for sentence in functions::sentences(recording, summary) {
        paragraph(&mut text, "  ", &sentence, style);
    }
    for (tag, rows) in platforms {
        let heading = if recording.of_user {
            format!("\nCPython {tag}")
        } else {
            format!("CPython {tag}: {}.", finding_on_advice(rows))
        };
        paragraph(&mut text, "  ", &heading, style);
        if native.is_none()
            && let Some(matrix) = Matrix::of(rows)
        {
            text += &drawn(&matrix, style);
        }
    }
    // Those on a user's function say what its rows measure.
    let is_shown =
        |warning: &&Warning| warning.blocks_verdicts() || matches!(warning, Warning::OfFunction(..));
    let (shown, others): (Vec<_>, Vec<_>) = summary.warnings.iter().partition(is_shown);
    for warning in about_warnings(shown) {
        paragraph(&mut text, "  ", &warning, style);
    }
    let notes = about_warnings(others).len();
    if notes > 0 {
        let them = if notes == 1 { "1 note" } else { &format!("{notes} notes") };
        let sentence =
            format!("{them} on the state of the machine, which no verdict shown here depends on: --all.");
        paragraph(&mut text, "  ", &sentence, style);
    }
    Some(text)
}

/// A paragraph in lines that fit the terminal; `indent` is before all but the first.
fn paragraph(text: &mut String, indent: &str, words: &str, style: TerminalStyle) {
    for line in style.wrapped(words, indent) {
        let _ = writeln!(text, "{line}");
    }
}

/// The matrix with as many tools as have room, and its key.
fn drawn(matrix: &Matrix<'_>, style: TerminalStyle) -> String {
    let tasks = matrix.tasks().map(|task| name(task).chars().count()).max().unwrap_or_default();
    let (shown, left_out) = fitting(matrix, style.width.saturating_sub(tasks));
    let mut text = String::new();
    for line in 0..2 {
        if shown.iter().all(|tool| tool.header[line].is_empty()) {
            continue;
        }
        let mut header = " ".repeat(tasks);
        for tool in &shown {
            let _ = write!(header, "{:>width$}", tool.header[line], width = tool.width + GAP);
        }
        let _ = writeln!(text, "{}", header.trim_end());
    }
    let width = tasks + extent(&shown);
    let mut beneath = Vec::new();
    for group in &matrix.groups {
        let _ = writeln!(text, "{}", group.heading.to_uppercase());
        for task in &group.rows {
            let mut row = format!("{:<tasks$}", name(task));
            for tool in &shown {
                row += &cell(task.cells[tool.column], tool.width + GAP, style);
            }
            match task.note() {
                Some(note) if have_room_for_notes(matrix, style.width.saturating_sub(width)) => {
                    let _ = write!(row, "{NOTE}{}", style.text(&note));
                }
                Some(note) => beneath.push(format!("{}: {note}", name(task))),
                None => {}
            }
            let _ = writeln!(text, "{}", row.trim_end());
        }
    }
    if !beneath.is_empty() {
        paragraph(&mut text, "  ", &(beneath.join("; ") + "."), style);
    }
    paragraph(&mut text, "  ", &key(matrix), style);
    let unmeasured = unmeasured(matrix);
    if !unmeasured.is_empty() {
        paragraph(&mut text, "  ", &format!("Not measured: {}.", unmeasured.join("; ")), style);
    }
    if !left_out.is_empty() {
        let left_out = format!("Without room here: {} (--all has them).", left_out.join(", "));
        paragraph(&mut text, "  ", &left_out, style);
    }
    text
}

/// The tools that have no column, those with the same reason together.
fn unmeasured(matrix: &Matrix<'_>) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for tool in matrix.tasks().flat_map(|task| &task.answer.tools) {
        let model = tool.cell.plain_model();
        let (false, Some(why)) =
            (matrix.columns.iter().any(|column| column.model == model), &tool.cell.error)
        else {
            continue;
        };
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, models)) if models.contains(&model) => {}
            Some((_, models)) => models.push(model),
            None => reasons.push((why, vec![model])),
        }
    }
    reasons.iter().map(|(why, models)| plain(&format!("{} ({why})", models.join(", ")))).collect()
}

/// The columns of the tools.
fn extent(shown: &[Shown]) -> usize {
    shown.iter().map(|tool| tool.width + GAP).sum()
}

/// Whether what is said of whole rows can stand behind them.
fn have_room_for_notes(matrix: &Matrix<'_>, room: usize) -> bool {
    matrix.tasks().filter_map(Task::note).all(|note| NOTE.len() + note.chars().count() <= room)
}

/// What is between a row and what is said of it.
const NOTE: &str = "  ";

/// What the signs behind speedups mean, of those that are there.
fn key(matrix: &Matrix<'_>) -> String {
    let mut entries = Vec::new();
    for state in matrix.states() {
        entries.push(format!("{} {}", sign(state), state.words()).trim().to_owned());
    }
    entries.join("; ") + "."
}

/// A tool that has room.
struct Shown {
    column: usize,
    /// Its name in two lines, the first of which may be empty.
    header: [String; 2],
    width: usize,
}

/// The tools for which `room` columns are enough, and the names of the others. Those leave first that are the best of fewest tasks, and of
/// these those that may be the best of fewest; of what is left, one job at a time, and then the last.
fn fitting<'a>(matrix: &Matrix<'a>, room: usize) -> (Vec<Shown>, Vec<&'a str>) {
    let mut shown: Vec<Shown> = (0..matrix.columns.len()).map(|column| Shown::of(matrix, column)).collect();
    let mut left_out = Vec::new();
    while shown.len() > 1 && extent(&shown) > room {
        let mut leaves = 0;
        for (at, tool) in shown.iter().enumerate() {
            if worth(matrix, tool.column) <= worth(matrix, shown[leaves].column) {
                leaves = at;
            }
        }
        left_out.push(matrix.columns[shown.remove(leaves).column].model);
    }
    (shown, left_out)
}

/// Of how many tasks a tool is the best, of how many it may be, and whether it is a tool and not the baseline.
fn worth(matrix: &Matrix<'_>, column: usize) -> (usize, usize, bool) {
    let (mut best, mut undecided) = (0, 0);
    for task in matrix.tasks() {
        match task.cells[column].map(|cell| cell.state) {
            Some(State::Best) => best += 1,
            Some(State::Undecided) => undecided += 1,
            _ => {}
        }
    }
    (best, undecided, matrix.columns[column].family != Family::Baseline)
}

impl Shown {
    fn of(matrix: &Matrix<'_>, column: usize) -> Self {
        let model = plain(matrix.columns[column].model);
        let model = short_name(&model);
        let header = match model.split_once('-') {
            Some((first, second)) => [first.to_owned(), second.to_owned()],
            None => [String::new(), model.to_owned()],
        };
        let mut width = header[0].chars().count().max(header[1].chars().count());
        for task in matrix.tasks() {
            width = width.max(task.cells[column].map_or(1, |cell| signed(cell).chars().count()));
        }
        Shown { column, header, width }
    }
}

fn name(task: &Task<'_>) -> String {
    plain(&task.answer.row.workload.name)
}

/// A speedup with the sign of its state.
fn signed(cell: Cell) -> String {
    in_short(cell.speedup) + sign(cell.state)
}

fn sign(state: State) -> &'static str {
    match state {
        State::Best => "*",
        State::Undecided => "?",
        State::SlowerThanBaseline => "-",
        State::NoVerdict => "!",
        State::Slower => " ",
    }
}

fn cell(cell: Option<Cell>, width: usize, style: TerminalStyle) -> String {
    let text = cell.map_or("- ".into(), signed);
    let padded = format!("{text:>width$}");
    let look = match cell.map(|cell| cell.state) {
        Some(State::Best) => Style::new().bold(),
        Some(State::Slower | State::SlowerThanBaseline) => Style::new().dimmed(),
        Some(State::Undecided | State::NoVerdict) | None => Style::new(),
    };
    if style.coloured { format!("{look}{padded}{look:#}") } else { padded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::answer::tests::row;
    use crate::record::{read::tests::recording, schema::Failure};

    #[test]
    fn slower_tools_leave_before_the_best() {
        let style = TerminalStyle { width: 30, ascii: true, coloured: false };
        let text = answer(&row(&[[101, 101], [150, 150], [160, 160]]), style).unwrap();
        assert!(text.contains("Without room here: sequential,\n  other2 (--all has them)."), "{text}");
    }

    #[test]
    fn best_tools_leave_last_wherever_they_stand() {
        let style = TerminalStyle { width: 24, ascii: true, coloured: false };
        let text = answer(&row(&[[104, 130], [104, 130], [101, 101]]), style).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let (_, left_out) = text.split_once("Without room here: ").unwrap();
        assert!(!left_out.contains("other2"), "{text}");
    }

    #[test]
    fn tools_without_a_column_are_told_with_their_reason() {
        let mut lacking = row(&[[101, 101], [101, 101]]);
        let study = lacking.study.as_mut().unwrap();
        for launch in &mut study.launches {
            for round in &mut launch.rounds {
                round.samples.truncate(2);
                for arm in [2, 3] {
                    round.failures.push(Failure { arm, reason: "no ring".into(), unavailable: true });
                }
            }
        }
        let text = answer(&lacking, STYLE).unwrap();
        assert!(text.contains("Not measured: other0, other1 (no ring)."), "{text}");
    }

    #[test]
    fn key_has_the_signs_that_are_there() {
        let style = TerminalStyle { width: 100, ascii: true, coloured: false };
        let slower = answer(&row(&[[101, 101], [400, 400]]), style).unwrap();
        assert!(slower.contains("0.50-") && slower.contains("- slower than one at a time."), "{slower}");
        let mut busy = row(&[[101, 101]]);
        busy.environment.quota_millicores = Some(500);
        let busy = answer(&busy, style).unwrap();
        assert!(busy.contains("2.00!") && busy.contains("\n! no verdict."), "{busy}");
    }

    const STYLE: TerminalStyle = TerminalStyle { width: 80, ascii: true, coloured: false };

    #[test]
    fn screen_of_sample_data() {
        let recording = recording(16, 50);
        insta::assert_snapshot!(screen(&Analysed::of(&recording), STYLE).unwrap());
    }

    #[test]
    fn screen_fits_any_terminal() {
        let recording = recording(16, 50);
        for width in [40, 60, 80, 120, 200] {
            let text = screen(&Analysed::of(&recording), TerminalStyle { width, ..STYLE }).unwrap();
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
}
