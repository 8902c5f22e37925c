//! The verdict matrix: tasks by tools. Charts, pages and terminals show the same one.

use crate::analysis::answer::{Answer, Outcome, Standing, Tool, groups};
use crate::analysis::platforms::named_tools;
use crate::analysis::summary::Row;
use crate::model::{MadeOf, made_of};
use crate::record::schema::{Kind, WorkloadEntry};
use crate::report::best;

/// The tasks of a platform by its tools.
pub(crate) struct Matrix<'a> {
    /// Its tools, those of a family side by side.
    pub(crate) columns: Vec<Column<'a>>,
    /// Its tasks.
    pub(crate) groups: Vec<Tasks<'a>>,
}

/// A tool of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column<'a> {
    /// The model's name, without its interpreter.
    pub(crate) model: &'a str,
    /// The family that it belongs to.
    pub(crate) family: Family,
}

/// The families of tools, in display order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// One job at a time.
    Baseline,
    /// Threads that compute side by side.
    Threads,
    /// Tasks of an async runtime.
    Async,
    /// Processes, and interpreters that share nothing.
    Processes,
    /// Threads of which one computes at a time.
    Locked,
    /// Models that this program does not know.
    Others,
}

/// The tasks of a kind.
pub(crate) struct Tasks<'a> {
    /// Its heading.
    pub(crate) heading: &'static str,
    /// Its rows.
    pub(crate) rows: Vec<Task<'a>>,
}

/// A task of a matrix.
pub(crate) struct Task<'a> {
    /// What is known of it.
    pub(crate) answer: Answer<'a>,
    /// A cell for each column; `None` if its tool has no speedup.
    pub(crate) cells: Vec<Option<Cell>>,
}

/// A tool on a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cell {
    /// The speedup over one job at a time.
    pub(crate) speedup: f64,
    /// What is known of it.
    pub(crate) state: State,
    /// The post names this tool for the task.
    pub(crate) is_advised: bool,
}

/// What is known of a tool on a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The fastest, or within 5 % of it.
    Best,
    /// It may be.
    Undecided,
    /// Slower than the fastest.
    Slower,
    /// Slower than one job at a time, too.
    SlowerThanBaseline,
    /// Nothing is known: the machine was disturbed, or there are too few launches.
    NoVerdict,
}

impl<'a> Matrix<'a> {
    /// The matrix of `rows`, which are of one platform; `None` if no tool has a speedup.
    pub(crate) fn of(rows: &'a [Row]) -> Option<Self> {
        let groups = groups(rows);
        let mut columns: Vec<Column<'a>> = Vec::new();
        for answer in groups.iter().flat_map(|group| &group.answers) {
            for tool in answer.tools.iter().filter(|tool| tool.speedup().is_some()) {
                let model = tool.cell.plain_model();
                if columns.iter().all(|column| column.model != model) {
                    columns.push(Column { model, family: family(model) });
                }
            }
        }
        // A stable sort: within a family the order of the registry stands.
        columns.sort_by_key(|column| column.family);
        let mut tasks = Vec::new();
        for group in groups {
            let mut rows = Vec::new();
            for answer in group.answers {
                let cells = columns.iter().map(|column| cell(&answer, column.model)).collect();
                rows.push(Task { answer, cells });
            }
            tasks.push(Tasks { heading: heading(group.kind), rows });
        }
        if columns.is_empty() { None } else { Some(Matrix { columns, groups: tasks }) }
    }

    /// Its tasks, without their groups.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Task<'a>> {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    /// Whether the post names a tool for any of its tasks.
    pub(crate) fn has_advice(&self) -> bool {
        self.tasks().any(|task| task.cells.iter().flatten().any(|cell| cell.is_advised))
    }

    /// The states that its cells have, in the order of the key.
    pub(crate) fn states(&self) -> Vec<State> {
        let mut states = Vec::new();
        for state in State::ALL {
            let has = |task: &Task<'_>| task.cells.iter().flatten().any(|cell| cell.state == state);
            if self.tasks().any(has) {
                states.push(state);
            }
        }
        states
    }
}

impl Task<'_> {
    /// The task in the post's words, or its name.
    pub(crate) fn title(&self) -> String {
        title_of(&self.answer.row.workload)
    }

    /// What is to be said of the whole row, if anything.
    pub(crate) fn note(&self) -> Option<String> {
        match &self.answer.outcome {
            Outcome::Best => None,
            Outcome::NoWinner { within } => Some(format!("no winner ({})", best::percent(*within))),
            Outcome::NoVerdict | Outcome::TooFew | Outcome::NotMeasured(_) => {
                Some(best::in_words(&self.answer))
            }
        }
    }
}

impl State {
    /// All states, in the order of the key.
    pub(crate) const ALL: [State; 5] =
        [State::Best, State::Undecided, State::Slower, State::SlowerThanBaseline, State::NoVerdict];

    /// It in words, for the key.
    pub(crate) fn words(self) -> &'static str {
        match self {
            State::Best => "best: within 5 % of the fastest",
            State::Undecided => "undecided: may be best",
            State::Slower => "unmarked: slower",
            State::SlowerThanBaseline => "slower than one at a time",
            State::NoVerdict => "no verdict",
        }
    }
}

impl Family {
    /// Its heading; the baseline has none.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Family::Baseline => "",
            Family::Threads => "threads",
            Family::Async => "async",
            Family::Processes => "processes",
            Family::Locked => "lock",
            Family::Others => "others",
        }
    }
}

fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Waits => "Waiting",
        Kind::Computes => "Computing",
        Kind::Mixed => "Both",
        Kind::Nothing => "Neither",
    }
}

fn family(model: &str) -> Family {
    match made_of(model) {
        Some(MadeOf::Caller) => Family::Baseline,
        Some(MadeOf::Threads) => Family::Threads,
        Some(MadeOf::Tasks | MadeOf::TasksOnOneThread) => Family::Async,
        Some(MadeOf::Processes | MadeOf::Interpreters) => Family::Processes,
        Some(MadeOf::ThreadsUnderLock) => Family::Locked,
        None => Family::Others,
    }
}

fn cell(answer: &Answer<'_>, model: &str) -> Option<Cell> {
    let tool = answer.tool(model)?;
    let workload = &answer.row.workload;
    let advised = named_tools(&workload.post_says);
    // The post's advice is about Python.
    let is_advised =
        workload.platform.is_some() && made_of(model).is_some_and(|made_of| advised.contains(&made_of));
    Some(Cell { speedup: tool.speedup()?, state: state(&tool), is_advised })
}

fn state(tool: &Tool<'_>) -> State {
    match tool.standing {
        Standing::Best => State::Best,
        Standing::Undecided => State::Undecided,
        Standing::Slower if tool.is_slower_than_baseline() => State::SlowerThanBaseline,
        Standing::Slower => State::Slower,
        Standing::NoVerdict | Standing::TooFew | Standing::NotMeasured => State::NoVerdict,
    }
}

/// A task in the post's words, or its name.
pub(crate) fn title_of(workload: &WorkloadEntry) -> String {
    // The names of functions keep their letters.
    if workload.function.is_some() {
        return workload.name.clone();
    }
    let mut title = workload.answers_to.clone();
    if title.is_empty() {
        title.clone_from(&workload.name);
    }
    let mut characters = title.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => title,
    }
}

/// A speedup in few letters.
pub(crate) fn in_short(speedup: f64) -> String {
    match speedup {
        0.0..0.0995 => format!("1/{:.0}", 1.0 / speedup),
        0.0995..9.995 => format!("{speedup:.2}"),
        9.995..99.95 => format!("{speedup:.1}"),
        _ => format!("{speedup:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speedups_fit_into_a_cell() {
        let speedups = [0.000_2, 0.0144, 0.31, 1.0, 1.949, 23.64, 240.0].map(in_short);
        assert_eq!(speedups, ["1/5000", "1/69", "0.31", "1.00", "1.95", "23.6", "240"]);
    }
}
