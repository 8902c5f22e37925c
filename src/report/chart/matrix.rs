//! The verdict matrix: tasks by tools in families, a speedup in each cell, and its state by ground, outline and weight. On paper
//! and for readers who see no colour the outline and the weight tell the states apart.

use maud::{Markup, html};

use crate::analysis::summary::Row;
use crate::report::best::short_name;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut, letters_in};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::matrix_cells::{Layout, PHONE, SCREEN, Task, Tool};
use crate::report::chart::matrix_key::{LINE, key};
use crate::report::chart::{Chart, Form, Size, undrawn};
use crate::report::matrix::{Cell, Matrix, State};
use crate::report::{answer, chart::caption::source_of, chart::palette::Color, functions};

/// The chart of the native platform.
pub const NATIVE: Kind = Kind {
    charts: Charts::OfFirst(native),
    missing: Some("matrix: no recording has a study with speedups (bakeoff run)"),
};

/// A chart for each interpreter.
pub const INTERPRETED: Kind = Kind { charts: Charts::OfEach(interpreted), missing: None };

/// The most columns and rows with readable numbers.
pub const MOST_TOOLS: usize = 12;
/// See [`MOST_TOOLS`].
pub const MOST_TASKS: usize = 15;

/// The height of what is around the key.
const AROUND_KEY: f64 = 36.0;

fn native(of: &Evaluated<'_>) -> Vec<Chart> {
    of_rows(of, &of.summary.rows, "matrix", answer::finding(of.recording, &of.summary.rows))
}

fn interpreted(of: &Evaluated<'_>) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (tag, rows) in of.summary.platforms() {
        let name = format!("matrix-python-{}", of.name_of(tag));
        let finding =
            if of.recording.of_user { functions::finding(rows) } else { answer::finding_on_advice(rows) };
        let title = format!("CPython {tag}: {finding}");
        charts.extend(of_rows(of, rows, &name, title));
    }
    charts
}

/// The chart of `rows` for a screen and for a phone; none if no tool has a speedup.
fn of_rows(of: &Evaluated<'_>, rows: &[Row], name: &str, title: String) -> Vec<Chart> {
    let Some(matrix) = Matrix::of(rows) else { return vec![] };
    let drawn = Drawn::of(&matrix);
    let source = source_of(of)
        + &undrawn(matrix.tasks().count().saturating_sub(MOST_TASKS), "tasks")
        + &undrawn(matrix.columns.len().saturating_sub(MOST_TOOLS), "tools");
    let mut listed = Vec::new();
    for task in matrix.tasks() {
        listed.push(format!(
            "{}: {}",
            task.answer.row.workload.name,
            crate::report::best::in_full(&task.answer)
        ));
    }
    let description = format!(
        "A row for each task, a column for each tool; each cell has its speedup over one job at a time, each tool at its better pool size. Best: {}.",
        listed.join("; ")
    );
    let mut charts = Vec::new();
    for (layout, suffix, form) in [(SCREEN, "", Form::Usual), (PHONE, "-narrow", Form::Narrow)] {
        let drawn = drawn.clone();
        let size = Size { width: layout.width, height: drawn.height(&layout) };
        charts.push(Chart {
            name: format!("{name}{suffix}"),
            title: title.clone(),
            size,
            form,
            description: description.clone(),
            source: source.clone(),
            draw: Box::new(move |canvas| drawn.draw(canvas, &layout)),
        });
    }
    charts
}

/// The texts of a matrix.
#[derive(Clone)]
struct Drawn {
    tools: Vec<Tool>,
    groups: Vec<Tasks>,
    states: Vec<State>,
    /// Some cells are marked as the post's advice.
    has_advice: bool,
}

#[derive(Clone)]
struct Tasks {
    heading: &'static str,
    tasks: Vec<Task>,
}

impl Drawn {
    fn of(matrix: &Matrix<'_>) -> Self {
        let mut tools = Vec::new();
        for column in matrix.columns.iter().take(MOST_TOOLS) {
            let name = short_name(column.model);
            tools.push(Tool { name: name.to_owned(), family: column.family.heading() });
        }
        let mut room = MOST_TASKS;
        let mut groups = Vec::new();
        for group in &matrix.groups {
            let mut tasks = Vec::new();
            for task in group.rows.iter().take(room) {
                let workload = &task.answer.row.workload;
                let mut about = format!("{} · {} jobs", workload.name, workload.jobs);
                if let Some(note) = task.note() {
                    about = format!("{} · {note}", workload.name);
                }
                let cells: Vec<Option<Cell>> = task.cells.iter().take(MOST_TOOLS).copied().collect();
                tasks.push(Task { title: task.title(), about, cells });
            }
            room -= tasks.len();
            if !tasks.is_empty() {
                groups.push(Tasks { heading: group.heading, tasks });
            }
        }
        Drawn { tools, groups, states: matrix.states(), has_advice: matrix.has_advice() }
    }

    fn height(&self, layout: &Layout) -> f64 {
        let lines = key(&self.states, self.has_advice, layout.width).last().map_or(0, |entry| entry.line + 1);
        let mut height = layout.top + AROUND_KEY + LINE * lines as f64;
        for group in &self.groups {
            height += layout.heading + layout.row * group.tasks.len() as f64;
        }
        height
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let width = (layout.width - 12.0 - layout.left) / self.tools.len() as f64;
        let mut top = layout.top;
        let mut rows = Vec::new();
        for group in &self.groups {
            rows.push(html! {
                (canvas.bold(14.0, top + 18.0, Anchor::Start, Color::Faint, 12.0, &group.heading.to_uppercase()))
                (canvas.line(&[(14.0, top + 24.0), (layout.width - 12.0, top + 24.0)], Color::Grid, Stroke::Thin))
            });
            top += layout.heading;
            for task in &group.tasks {
                rows.push(task.draw(canvas, layout, top, width));
                top += layout.row;
            }
        }
        html! {
            (canvas.text(16.0, 44.0, Anchor::Start, Color::Faint, layout.label - 2.0, "Times as fast as one job at a time"))
            (self.families(canvas, layout, width))
            @for (at, tool) in self.tools.iter().enumerate() {
                @let x = layout.left + width * (at as f64 + 0.5);
                @if layout.upright {
                    (canvas.upright(x + 4.0, layout.top - 6.0, Color::Text, layout.tool, &cut(&tool.name, 14)))
                } @else {
                    (tool.draw(canvas, layout, x, width))
                }
            }
            @for row in rows { (row) }
            @for entry in key(&self.states, self.has_advice, layout.width) { (entry.draw(canvas, top + 12.0)) }
        }
    }

    /// The headings of families, each above a line over its tools.
    fn families(&self, canvas: &Canvas<'_>, layout: &Layout, width: f64) -> Markup {
        let mut first = 0;
        let mut drawn = Vec::new();
        for family in self.tools.chunk_by(|a, b| a.family == b.family) {
            let (from, to) = (first as f64, (first + family.len()) as f64);
            first += family.len();
            if family[0].family.is_empty() {
                continue;
            }
            let (left, right) = (layout.left + width * from + 3.0, layout.left + width * to - 3.0);
            let y = layout.top - if layout.upright { 106.0 } else { 42.0 };
            let letters = letters_in(right - left, 6.0);
            drawn.push(html! {
                (canvas.text(f64::midpoint(left, right), y - 5.0, Anchor::Middle, Color::Faint, 11.0, &cut(family[0].family, letters)))
                (canvas.line(&[(left, y), (right, y)], Color::Faint, Stroke::Thin))
            });
        }
        html! { @for family in drawn { (family) } }
    }
}
