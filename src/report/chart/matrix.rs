//! The verdict matrix: tasks by tools in families, a speedup in each cell, and its state by ground, outline and weight. On paper
//! and for readers who see no colour the outline and the weight tell the states apart.

use maud::{Markup, html};

use crate::analysis::summary::Row;
use crate::report::chart::canvas::{Anchor, Canvas, Rectangle, Stroke, cut, letters_in};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::{Chart, Form, Size, part_of_file_name, undrawn};
use crate::report::matrix::{Cell, Matrix, State, in_short};
use crate::report::{answer, chart::caption::source_of, chart::palette::Color};

/// The chart of the native platform.
pub const NATIVE: Kind = Kind {
    charts: Charts::OfFirst(native),
    missing: Some("matrix: no recording has a study with speedups (bakeoff run)"),
};

/// A chart for each interpreter.
pub const INTERPRETED: Kind = Kind { charts: Charts::OfFirst(interpreted), missing: None };

/// The most columns and rows with readable numbers.
pub const MOST_TOOLS: usize = 12;
/// See [`MOST_TOOLS`].
pub const MOST_TASKS: usize = 15;

/// Where things stand in a matrix for a screen, and in one for a phone, where a task's title is above its cells.
#[derive(Clone, Copy)]
struct Layout {
    width: f64,
    /// The left edge of the cells.
    left: f64,
    /// The upper edge of the first heading.
    top: f64,
    /// The height of a row, and of the part above its cells.
    row: f64,
    above: f64,
    heading: f64,
    /// The heights of letters.
    number: f64,
    label: f64,
    tool: f64,
    /// Whether names of tools read upwards.
    upright: bool,
}

const SCREEN: Layout = Layout {
    width: 800.0,
    left: 206.0,
    top: 114.0,
    row: 40.0,
    above: 0.0,
    heading: 30.0,
    number: 15.0,
    label: 15.0,
    tool: 10.0,
    upright: false,
};

const PHONE: Layout = Layout {
    width: 420.0,
    left: 8.0,
    top: 168.0,
    row: 52.0,
    above: 20.0,
    heading: 30.0,
    number: 12.5,
    label: 14.0,
    tool: 11.0,
    upright: true,
};

/// The heights of cells and of lines of the key, and of what is around the key.
const CELL: f64 = 30.0;
const KEY_LINE: f64 = 20.0;
const AROUND_KEY: f64 = 36.0;

fn native(of: &Evaluated<'_>) -> Vec<Chart> {
    of_rows(of, &of.summary.rows, "matrix", answer::finding(of.recording, &of.summary.rows))
}

fn interpreted(of: &Evaluated<'_>) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (tag, rows) in of.summary.platforms() {
        let name = format!("matrix-python-{}", part_of_file_name(tag));
        let title = format!("CPython {tag}: {}", answer::finding_on_advice(rows));
        charts.extend(of_rows(of, rows, &name, title));
    }
    charts
}

/// The chart of `rows` for a screen and for a phone; none if no tool has a speedup.
fn of_rows(of: &Evaluated<'_>, rows: &[Row], name: &str, title: String) -> Vec<Chart> {
    let Some(matrix) = Matrix::of(rows) else { return vec![] };
    let is_python = rows.iter().any(|row| row.workload.platform.is_some());
    let drawn = Drawn::of(&matrix, is_python);
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
struct Tool {
    name: String,
    family: &'static str,
}

#[derive(Clone)]
struct Tasks {
    heading: &'static str,
    tasks: Vec<Task>,
}

#[derive(Clone)]
struct Task {
    title: String,
    about: String,
    cells: Vec<Option<Cell>>,
}

impl Drawn {
    /// `shows_advice`: whether the tools that the post names are marked. It names those of Python.
    fn of(matrix: &Matrix<'_>, shows_advice: bool) -> Self {
        let mut tools = Vec::new();
        for column in matrix.columns.iter().take(MOST_TOOLS) {
            let name = column.model.strip_prefix("py-").unwrap_or(column.model);
            tools.push(Tool { name: name.to_owned(), family: column.family.heading() });
        }
        let (mut room, mut has_advice) = (MOST_TASKS, false);
        let mut groups = Vec::new();
        for group in &matrix.groups {
            let mut tasks = Vec::new();
            for task in group.rows.iter().take(room) {
                let workload = &task.answer.row.workload;
                let mut about = format!("{} · {} jobs", workload.name, workload.jobs);
                if let Some(note) = task.note() {
                    about = format!("{} · {note}", workload.name);
                }
                let mut cells: Vec<Option<Cell>> = task.cells.iter().take(MOST_TOOLS).copied().collect();
                for cell in cells.iter_mut().flatten() {
                    cell.is_advised &= shows_advice;
                    has_advice |= cell.is_advised;
                }
                tasks.push(Task { title: task.title(), about, cells });
            }
            room -= tasks.len();
            if !tasks.is_empty() {
                groups.push(Tasks { heading: group.heading, tasks });
            }
        }
        Drawn { tools, groups, states: matrix.states(), has_advice }
    }

    fn height(&self, layout: &Layout) -> f64 {
        let lines = self.key(layout).last().map_or(0, |entry| entry.line + 1);
        let mut height = layout.top + AROUND_KEY + KEY_LINE * lines as f64;
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
            @for entry in self.key(layout) { (entry.draw(canvas, top + 12.0)) }
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

    /// The states that occur and the marks, in lines as wide as the chart.
    fn key(&self, layout: &Layout) -> Vec<Entry> {
        let mut signs: Vec<Sign> = self.states.iter().copied().map(Sign::State).collect();
        if self.has_advice {
            signs.push(Sign::Advice);
        }
        let (mut x, mut line) = (16.0, 0);
        let mut entries = Vec::new();
        for sign in signs {
            let room = 30.0 + 6.4 * sign.words().len() as f64;
            if x + room > layout.width && x > 16.0 {
                (x, line) = (16.0, line + 1);
            }
            entries.push(Entry { sign, x, line });
            x += room + 14.0;
        }
        entries
    }
}

/// What the key explains.
#[derive(Clone, Copy)]
enum Sign {
    State(State),
    Advice,
}

impl Sign {
    fn words(self) -> &'static str {
        match self {
            Sign::State(state) => state.words(),
            Sign::Advice => "the post's advice",
        }
    }
}

/// A sign of the key and where it stands.
struct Entry {
    sign: Sign,
    x: f64,
    line: usize,
}

impl Entry {
    fn draw(&self, canvas: &Canvas<'_>, top: f64) -> Markup {
        let y = top + KEY_LINE * self.line as f64;
        let at = Rectangle { x: self.x, y, width: 24.0, height: 14.0 };
        let is_unmarked = matches!(self.sign, Sign::State(State::Slower));
        let words = self.x + if is_unmarked { 0.0 } else { 30.0 };
        html! {
            @match self.sign {
                Sign::State(state) => (ground(canvas, at, state)),
                Sign::Advice => (canvas.bookmark(self.x + 18.0, y + 1.0)),
            }
            (canvas.text(words, y + 11.5, Anchor::Start, Color::Text, 12.0, self.sign.words()))
        }
    }
}

impl Tool {
    /// Its name above its column, in two lines where it has two words.
    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout, x: f64, width: f64) -> Markup {
        let lines: Vec<&str> = self.name.splitn(2, '-').collect();
        // A name may reach over the edges of its column, not to those of its neighbours.
        let letters = letters_in(1.2 * width, 0.62 * layout.tool);
        html! {
            @for (line, text) in lines.iter().enumerate() {
                @let y = layout.top - 12.0 - 13.0 * (lines.len() - 1 - line) as f64;
                (canvas.bold(x, y, Anchor::Middle, Color::Text, layout.tool, &cut(text, letters)))
            }
        }
    }
}

impl Task {
    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout, top: f64, width: f64) -> Markup {
        let is_above = layout.above > 0.0;
        let letters = if is_above { 28 } else { 24 };
        html! {
            (canvas.text(14.0, top + 15.0, Anchor::Start, Color::Text, layout.label, &cut(&self.title, letters)))
            @if is_above {
                (canvas.text(layout.width - 12.0, top + 15.0, Anchor::End, Color::Faint, 11.0, &cut(&self.about, 28)))
            } @else {
                (canvas.text(14.0, top + 30.0, Anchor::Start, Color::Faint, 11.0, &cut(&self.about, 31)))
            }
            @for (at, cell) in self.cells.iter().enumerate() {
                @let x = layout.left + width * at as f64;
                @let at = Rectangle { x: x + 2.0, y: top + layout.above + 3.0, width: width - 4.0, height: CELL };
                (draw_cell(canvas, layout, at, *cell))
            }
        }
    }
}

fn draw_cell(canvas: &Canvas<'_>, layout: &Layout, at: Rectangle, cell: Option<Cell>) -> Markup {
    let (x, y) = (at.x + at.width / 2.0, at.y + at.height / 2.0 + layout.number * 0.36);
    let Some(Cell { speedup, state, is_advised }) = cell else {
        return canvas.text(x, y, Anchor::Middle, Color::Faint, layout.number, "-");
    };
    let text = in_short(speedup);
    html! {
        (ground(canvas, at, state))
        @match state {
            State::Best => (canvas.bold(x, y, Anchor::Middle, Color::OnBest, layout.number, &text)),
            State::Undecided => (canvas.bold(x, y, Anchor::Middle, Color::Text, layout.number, &text)),
            State::Slower => (canvas.text(x, y, Anchor::Middle, Color::Text, layout.number, &text)),
            State::SlowerThanBaseline => (canvas.text(x, y, Anchor::Middle, Color::OnWorse, layout.number, &text)),
            State::NoVerdict => (canvas.text(x, y, Anchor::Middle, Color::Faint, layout.number, &text)),
        }
        @if is_advised { (canvas.bookmark(at.x + at.width - 8.0, at.y)) }
    }
}

/// What is below the number of a cell.
fn ground(canvas: &Canvas<'_>, at: Rectangle, state: State) -> Markup {
    match state {
        State::Best => canvas.round_box(at, Color::Best, None),
        State::Undecided => canvas.round_box(at, Color::MayBeBest, Some(Color::Best)),
        State::SlowerThanBaseline => canvas.round_box(at, Color::Worse, None),
        State::NoVerdict => canvas.round_box(at, Color::Ground, Some(Color::Grid)),
        State::Slower => html! {},
    }
}
