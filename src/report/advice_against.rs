//! Advice on the tasks of a study, beside what was measured.

use crate::analysis::advice::{Advice, Advisor};
use crate::analysis::map::{PlatformMap, loss, place};
use crate::analysis::summary::Row;
use crate::record::schema::Kind;
use crate::report::advice::named;
use crate::report::block::Block;
use crate::report::table::{Table, Unit};
use crate::stats::{units, verdict::MARGIN};
use crate::study::map::points::Asked;

/// A task of a study, and what a map says of it.
pub(crate) struct Against<'a> {
    row: &'a Row,
    asked: Asked,
    advice: Advice<'a>,
}

impl<'a> Against<'a> {
    /// What `map` says of the task of `row`; `None` if the row has no baseline.
    pub(crate) fn of(map: &'a PlatformMap, row: &'a Row) -> Option<Self> {
        let asked = place(row)?;
        Some(Against { row, asked, advice: Advisor::of(map).advise(asked) })
    }

    /// How many times as long as the fastest the advised tool took.
    fn loss(&self) -> Option<f64> {
        match &self.advice {
            Advice::Given(given) => loss(self.row, given.tool.model),
            _ => None,
        }
    }

    fn verdict(&self) -> &'static str {
        match (&self.advice, self.loss()) {
            (Advice::Given(_), Some(loss)) if loss <= 1.0 + MARGIN => "right",
            (Advice::Given(_), _) => "wrong",
            _ => "no advice",
        }
    }

    /// Why advice may be wrong here: maps have timers and computing alone.
    fn note(&self) -> &'static str {
        match self.row.workload.kind {
            Kind::Nothing => "does nothing",
            _ if NO_TIMER.contains(&self.row.workload.name.as_str()) => "waits for files or sockets",
            _ => "",
        }
    }
}

/// Tasks of bakeoff that wait for something else than timers.
const NO_TIMER: [&str; 4] = ["http", "warm-file", "cold-file", "save"];

/// Advice on each task of a study, beside what was measured.
pub(crate) fn against(tasks: &[Against<'_>]) -> Block {
    let table = Table::of(tasks)
        .left("task", |it| it.row.workload.called())
        .left("on the map", |it| it.asked.to_string())
        .wraps()
        .left("advice", |it| named(&it.advice))
        .left("fastest", |it| it.row.fastest().map(|cell| cell.model().to_owned()))
        .right("it takes", Unit::Plain, |it| it.loss().map(units::ratio))
        .left("verdict", Against::verdict)
        .left("note", Against::note)
        .wraps()
        .build();
    let notes = vec![
        "on the map: how long a job takes under one job at a time, and how much of that no core is busy. it takes: the advised tool's time over the \
         fastest one's. Maps have timers and computing alone: of other tasks, advice says what is true of timers."
            .into(),
    ];
    Block::titled("Advice on the tasks of a study, and what was measured", table, notes)
}

/// The same for programs.
pub(crate) fn against_values(tasks: &[Against<'_>]) -> Table {
    Table::of(tasks)
        .left("workload", |it| it.row.workload.name.as_str())
        .left("platform", |it| it.row.workload.platform.clone())
        .left("jobs", |it| it.asked.jobs as u64)
        .left("job_ns", |it| it.asked.job_ns)
        .left("wait_percent", |it| it.asked.wait_percent)
        .left("advice", |it| named(&it.advice))
        .left("fastest", |it| it.row.fastest().map(|cell| cell.model().to_owned()))
        .left("loss", Against::loss)
        .left("verdict", Against::verdict)
        .build()
}
