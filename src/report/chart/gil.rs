//! What the global interpreter lock does: threads that compute, in interpreters with and without it.

use maud::{Markup, html};

use crate::analysis::answer::{Answer, Tool};
use crate::analysis::same::{Machine, machine};
use crate::analysis::summary::Row;
use crate::model::{MadeOf, made_of};
use crate::record::schema::Kind as WorkloadKind;
use crate::report::chart::canvas::{Anchor, Canvas, Rectangle, Stroke};
use crate::report::chart::caption::source_of;
use crate::report::chart::forms::{Layout, Picture, Words, in_both_forms, width_of};
use crate::report::chart::interpreters::entry;
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::scale::Linear;
use crate::report::chart::{Chart, EDGE, axis, palette::Color, rows, undrawn};
use crate::report::matrix::title_of;
use crate::stats::{ratio::Ratio, units};

/// The chart of all interpreters on one machine.
pub const KIND: Kind = Kind {
    charts: Charts::OfAll(charts),
    missing: Some("gil: no recording has threads of an interpreter that compute (bakeoff run --python)"),
};

/// The maximum number of tasks and of interpreters with readable bars.
const MOST_TASKS: usize = 8;
const MOST_INTERPRETERS: usize = 4;

/// The heights of a task's heading and of a bar.
const HEADING: f64 = 28.0;
const BAR: f64 = 18.0;

/// An interpreter and its computing tasks.
struct Interpreter {
    tag: String,
    lock: Lock,
    results: Vec<TaskResult>,
}

/// Whether threads take turns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    Gil,
    NoGil,
    Unknown,
}

/// The threads of an interpreter on a task.
struct TaskResult {
    task: String,
    title: String,
    speedup: Ratio,
    has_verdict: bool,
    is_faster: bool,
}

fn charts(all: &[Evaluated<'_>]) -> Vec<Chart> {
    let mut first: Option<&Evaluated<'_>> = None;
    let mut interpreters: Vec<Interpreter> = Vec::new();
    let mut drawn = Vec::new();
    for of in all {
        for (tag, rows) in of.summary.platforms() {
            let results = results(rows);
            let name = of.name_of(tag);
            let is_comparable = first.is_none_or(|first| {
                std::ptr::eq(first, of) || machine(first.recording, of.recording) == Machine::Same
            });
            if !results.is_empty() && is_comparable && !drawn.contains(&name) {
                first = first.or(Some(of));
                drawn.push(name);
                interpreters.push(Interpreter { tag: tag.to_owned(), lock: Lock::of(of, tag), results });
            }
        }
    }
    let Some(first) = first else { return vec![] };
    let left_out = interpreters.len().saturating_sub(MOST_INTERPRETERS);
    interpreters.truncate(MOST_INTERPRETERS);
    // A stable sort: those with the lock come first.
    interpreters.sort_by_key(|it| it.lock == Lock::NoGil);
    let cores = units::cores(first.recording.environment.cores);
    let bars = Bars { tasks: tasks(&interpreters), cores: first.recording.environment.cores, interpreters };
    let left_out_tasks = bars.tasks.len().saturating_sub(MOST_TASKS);
    let words = Words {
        name: "gil".into(),
        title: finding(&bars.interpreters),
        about: format!(
            "Threads that compute on {cores}: times as fast as the same interpreter's own plain loop"
        ),
        description: bars.described(),
        source: source_of(first) + &undrawn(left_out, "interpreters") + &undrawn(left_out_tasks, "tasks"),
    };
    in_both_forms(words, bars)
}

/// The threads of an interpreter on each of its computing tasks.
fn results(rows: &[Row]) -> Vec<TaskResult> {
    let mut results = Vec::new();
    for row in rows.iter().filter(|row| row.workload.kind == WorkloadKind::Computes) {
        let answer = Answer::of(row);
        let is_threads = |tool: &&Tool<'_>| made_of(tool.cell.plain_model()) == Some(MadeOf::Threads);
        let Some(tool) = answer.tools.iter().find(is_threads) else { continue };
        let Some(speedup) = tool.cell.speedup else { continue };
        let has_verdict = !row.has_no_verdict() && speedup.bounds().is_some();
        results.push(TaskResult {
            task: row.workload.name.clone(),
            title: title_of(&row.workload),
            speedup,
            has_verdict,
            is_faster: has_verdict && tool.is_faster_than_baseline(),
        });
    }
    results
}

/// The tasks of all interpreters with their titles, each once.
fn tasks(interpreters: &[Interpreter]) -> Vec<(String, String)> {
    let mut tasks: Vec<(String, String)> = Vec::new();
    for result in interpreters.iter().flat_map(|it| &it.results) {
        if tasks.iter().all(|(task, _)| *task != result.task) {
            tasks.push((result.task.clone(), result.title.clone()));
        }
    }
    tasks
}

/// On how many tasks threads are faster than a loop, in each interpreter.
fn finding(interpreters: &[Interpreter]) -> String {
    let mut clauses = Vec::new();
    for interpreter in interpreters {
        let judged = interpreter.results.iter().filter(|it| it.has_verdict).count();
        let faster = interpreter.results.iter().filter(|it| it.is_faster).count();
        let name = interpreter.in_words();
        clauses.push(if judged == 0 {
            format!("without a verdict in {name}")
        } else {
            format!("on {faster} of {judged} tasks in {name}")
        });
    }
    format!("Threads that compute are faster than a plain loop {}", clauses.join(", "))
}

impl Lock {
    fn of(of: &Evaluated<'_>, tag: &str) -> Self {
        match entry(of.recording, tag).and_then(|entry| entry.gil) {
            Some(true) => Lock::Gil,
            Some(false) => Lock::NoGil,
            None => Lock::Unknown,
        }
    }

    fn color(self) -> Color {
        match self {
            Lock::NoGil => Color::Best,
            Lock::Gil | Lock::Unknown => Color::Bar,
        }
    }
}

impl Interpreter {
    fn in_words(&self) -> String {
        match self.lock {
            Lock::Gil => format!("CPython {} with the GIL", self.tag),
            Lock::NoGil => format!("CPython {} without the GIL", self.tag),
            Lock::Unknown => format!("CPython {}", self.tag),
        }
    }

    /// Its name beside a bar.
    fn label(&self) -> String {
        match self.lock {
            Lock::Gil => format!("{}, GIL", self.tag),
            Lock::NoGil => format!("{}, no GIL", self.tag),
            Lock::Unknown => self.tag.clone(),
        }
    }

    fn result(&self, task: &str) -> Option<&TaskResult> {
        self.results.iter().find(|result| result.task == task)
    }
}

struct Bars {
    tasks: Vec<(String, String)>,
    cores: u64,
    interpreters: Vec<Interpreter>,
}

impl Bars {
    fn described(&self) -> String {
        let mut listed = Vec::new();
        for (task, _) in &self.tasks {
            for interpreter in &self.interpreters {
                if let Some(result) = interpreter.result(task) {
                    let speedup = units::ratio(result.speedup.ratio);
                    listed.push(format!("{task} in {}: {speedup}", interpreter.label()));
                }
            }
        }
        format!(
            "A bar for each computing task and interpreter, with its 95 % interval. {}.",
            listed.join("; ")
        )
    }

    fn drawn_tasks(&self) -> &[(String, String)] {
        &self.tasks[..self.tasks.len().min(MOST_TASKS)]
    }

    fn task_height(&self) -> f64 {
        HEADING + rows::ROW * self.interpreters.len() as f64
    }

    fn scale(&self, left: f64, right: f64) -> Linear {
        let mut speedups = vec![self.cores as f64];
        for result in self.interpreters.iter().flat_map(|it| &it.results) {
            let high = result.speedup.bounds().map_or(result.speedup.ratio, |(_, high)| high);
            speedups.push(high.max(result.speedup.ratio));
        }
        Linear::of(&speedups, left, right)
    }
}

impl Picture for Bars {
    fn height(&self, _: &Layout) -> f64 {
        self.task_height() * self.drawn_tasks().len() as f64 + axis::HEIGHT
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let bottom = self.task_height() * self.drawn_tasks().len() as f64;
        let labels: Vec<String> = self.interpreters.iter().map(Interpreter::label).collect();
        let left = rows::left_of(layout, labels.iter().map(String::as_str));
        let scale = self.scale(left, layout.right() - 20.0 - width_of("0.00x", layout.label));
        let ticks = axis::linear_ticks(&scale, layout, speedup);
        let one = scale.place(1.0);
        html! {
            (axis::grid(canvas, layout, &ticks, [0.0, bottom]))
            (canvas.line(&[(one, 0.0), (one, bottom)], Color::Faint, Stroke::Thin))
            @for (at, (task, title)) in self.drawn_tasks().iter().enumerate() {
                @let top = self.task_height() * at as f64;
                (heading(canvas, layout, top, title, task))
                @for (row, interpreter) in self.interpreters.iter().enumerate() {
                    @let y = top + HEADING + rows::ROW * (row as f64 + 0.5);
                    (rows::name(canvas, layout, left, y, &labels[row]))
                    @if let Some(result) = interpreter.result(task) {
                        (bar(canvas, layout, &scale, y, &result.speedup, interpreter.lock.color()))
                    }
                }
            }
        }
    }
}

/// The heading of a task; its ground hides grid lines.
fn heading(canvas: &Canvas<'_>, layout: &Layout, top: f64, title: &str, task: &str) -> Markup {
    let text = crate::report::chart::canvas::cut(&format!("{title} · {task}"), 44);
    html! {
        (canvas.rect(0.0, top, layout.width, HEADING - 4.0, Color::Ground, 1.0))
        (canvas.bold(EDGE, top + 19.0, Anchor::Start, Color::Text, layout.label, &text))
    }
}

fn bar(
    canvas: &Canvas<'_>,
    layout: &Layout,
    scale: &Linear,
    y: f64,
    speedup: &Ratio,
    color: Color,
) -> Markup {
    let (left, end) = (scale.place(0.0), scale.place(speedup.ratio));
    let at = Rectangle { x: left, y: y - BAR / 2.0, width: (end - left).max(1.0), height: BAR };
    let mut reach = end;
    let interval = speedup.bounds().map(|(low, high)| {
        reach = scale.place(high).max(end);
        [scale.place(low), scale.place(high)]
    });
    html! {
        (canvas.round_box(at, color, None))
        @if let Some([low, high]) = interval { (rows::whisker(canvas, y, low, high)) }
        (rows::number(canvas, layout, reach, y, &units::ratio(speedup.ratio)))
    }
}

/// A speedup below an axis.
fn speedup(value: f64) -> String {
    let number = (value * 100.0).round() / 100.0;
    if number == 0.0 { "0".into() } else { format!("{number}x") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::draw::charts;
    use crate::report::chart::interpreters::tests::python;
    use crate::report::chart::palette::Mode;

    #[test]
    fn interpreters_of_two_recordings_share_one_chart() {
        let mut recordings = [python("3.13t", "3.13.5", false, 50), python("3.14", "3.14.0", true, 100)];
        for recording in &mut recordings {
            recording.environment.cpu_model = Some("a processor".into());
            recording.environment.physical_cores = Some(2);
            recording.environment.memory_bytes = Some(1 << 30);
        }
        let title = |recordings: &[_]| {
            let charts: Vec<Chart> = charts(recordings).into_iter().flatten().collect();
            let chart = charts.into_iter().find(|chart| chart.name == "gil").unwrap();
            assert!(chart.svg(Mode::Light).contains("3.13t, no GIL"));
            chart.title
        };
        assert_eq!(
            title(&recordings),
            "Threads that compute are faster than a plain loop on 0 of 1 tasks in CPython 3.14 with the GIL, \
             on 1 of 1 tasks in CPython 3.13t without the GIL"
        );
        recordings[1].environment.cpu_model = Some("another".into());
        assert!(title(&recordings).ends_with("loop on 1 of 1 tasks in CPython 3.13t without the GIL"));
    }
}
