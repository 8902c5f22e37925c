//! A story result: predicted and measured time, and a timeline.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::analysis::analysed::Analysed;
use crate::post::story::{Prediction, STORIES, Story, StoryResult};
use crate::record::schema::StoryRun;
use crate::report::footnotes::about_warning;
use crate::report::table::{Cell, Table, Unit};
use crate::report::{block::Block, export::terminal, section::Section, timeline::timeline};
use crate::stats::{median, units};

/// Columns of a timeline.
const WIDTH: usize = 72;

/// The stories of a recording.
pub static SECTION: Section = Section {
    name: "stories",
    key: "stories",
    heading: "The worked examples",
    is_in: |recording| recording.stories.is_some(),
    in_full,
    in_short,
    panels: None,
    values,
    commands: |_| vec![],
};

fn in_short(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let mut blocks = vec![Block::table(values(of)?)];
    blocks.extend(warnings(of));
    Some(blocks)
}

fn in_full(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let mut stories: Vec<(&str, Vec<&StoryRun>)> = Vec::new();
    for run in of.recording.stories.as_ref()? {
        match stories.iter_mut().find(|(name, _)| *name == run.story) {
            Some((_, runs)) => runs.push(run),
            None => stories.push((&run.story, vec![run])),
        }
    }
    let mut all = Vec::new();
    for (name, runs) in &stories {
        all.extend(blocks(name, runs));
    }
    all.extend(warnings(of));
    Some(all)
}

/// The warnings of what was traced, if there are any.
fn warnings(of: &Analysed<'_>) -> Option<Block> {
    let warnings: Vec<String> = of.summary.of_traces.iter().map(about_warning).collect();
    if warnings.is_empty() { None } else { Some(Block::Notes(warnings)) }
}

/// Times in nanoseconds and story seconds.
fn values(of: &Analysed<'_>) -> Option<Table> {
    let mut rows = Vec::new();
    for run in of.recording.stories.as_ref()? {
        rows.push(RunRow::of(named(&run.story), run));
    }
    let table = Table::of(&rows)
        .left("story", |it| it.run.story.as_str())
        .left("model", |it| it.run.model.as_str())
        .left("arrangement", |it| it.run.arrangement.as_str())
        .left("wall_ns", |it| it.wall_ns)
        .left("second_ns", |it| it.run.second_ns)
        .left("law_s", |it| Some(it.prediction.as_ref()?.seconds))
        .left("unavailable", |it| it.run.unavailable.as_deref());
    Some(table.build())
}

/// The story of this name; `None` if another version of the program has it.
fn named(name: &str) -> Option<&'static dyn Story> {
    STORIES.iter().copied().find(|story| story.name() == name)
}

/// All of `results` of a story, which the recording `of` has, with timelines.
pub fn text(story: &dyn Story, results: &[StoryResult], of: &Analysed<'_>) -> String {
    let runs: Vec<&StoryRun> = results.iter().map(|result| &result.story_run).collect();
    let mut blocks = blocks(story.name(), &runs);
    blocks.extend(warnings(of));
    let mut text = terminal::blocks(&blocks);
    let mut models = BTreeSet::new();
    for StoryResult { story_run, spans } in results {
        // The first run of each model: more timelines would hide it.
        if !spans.is_empty() && models.insert(&story_run.model) {
            let _ = write!(text, "\n{}\n{}", name(story_run), timeline(spans, WIDTH));
        }
    }
    text
}

/// The description, times and remarks of the runs of a story.
fn blocks(name: &str, runs: &[&StoryRun]) -> Vec<Block> {
    let story = named(name);
    let rows: Vec<RunRow<'_>> = runs.iter().map(|run| RunRow::of(story, run)).collect();
    let title = match story {
        Some(story) => format!("{name}: {}", story.about()),
        None => name.to_owned(),
    };
    let mut blocks = vec![Block::Paragraph(title), Block::table(table(&rows))];
    if rows.iter().any(|row| row.prediction.is_some()) {
        blocks.push(Block::Paragraph(scales(runs)));
    }
    blocks.push(Block::Notes(remarks(story, runs)));
    blocks
}

/// A run and what is computed of it.
struct RunRow<'a> {
    run: &'a StoryRun,
    /// The median time of its runs.
    wall_ns: Option<f64>,
    prediction: Option<Prediction>,
    as_traced: Option<Prediction>,
}

impl<'a> RunRow<'a> {
    fn of(story: Option<&dyn Story>, run: &'a StoryRun) -> Self {
        let times: Vec<f64> = run.acts.iter().map(|act| act.wall_ns as f64).collect();
        RunRow {
            run,
            wall_ns: median(&times),
            prediction: story.and_then(|story| story.prediction(run)),
            as_traced: story.and_then(|story| story.prediction_as_traced(run)),
        }
    }

    fn took(&self) -> Cell {
        match self.run.unavailable {
            Some(_) => "not available".into(),
            None => self.wall_ns.into(),
        }
    }

    /// A cell about the measured time, in story seconds; blank if there is none.
    fn measured<C: Into<Cell>>(&self, cell: impl Fn(f64) -> C) -> Cell {
        match self.wall_ns {
            Some(wall_ns) if self.run.unavailable.is_none() => {
                cell(wall_ns / self.run.second_ns.get() as f64).into()
            }
            _ => Cell::Blank,
        }
    }
}

/// A row for each run; empty columns are omitted.
fn table(rows: &[RunRow<'_>]) -> Table {
    let is_traced = rows.iter().any(|row| row.as_traced.is_some());
    let is_predicted = is_traced || rows.iter().any(|row| row.prediction.is_some());
    let mut columns = Table::of(rows)
        .left("model", |it| it.run.model.as_str())
        .left("arrangement", |it| it.run.arrangement.as_str())
        .right("took", Unit::Nanoseconds, RunRow::took);
    if is_predicted {
        columns = columns
            .right("of the story", Unit::Plain, |it| it.measured(in_seconds))
            .left("by its numbers", |it| it.measured(|_| Some(by_numbers(it.prediction.as_ref()?))))
            .right("error", Unit::Plain, |it| it.measured(|seconds| error(seconds, it.prediction.as_ref())));
    }
    if is_traced {
        columns = columns.right("error as traced", Unit::Plain, |it| {
            it.measured(|seconds| error(seconds, it.as_traced.as_ref()))
        });
    }
    columns.build()
}

fn by_numbers(prediction: &Prediction) -> String {
    format!("{} = {}", prediction.formula, in_seconds(prediction.seconds))
}

fn error(seconds: f64, prediction: Option<&Prediction>) -> Option<String> {
    let predicted = prediction?.seconds;
    if predicted > 0.0 { Some(format!("{:+.1} %", 100.0 * (seconds / predicted - 1.0))) } else { None }
}

/// The real length of story seconds.
fn scales(runs: &[&StoryRun]) -> String {
    let mut lengths: Vec<u64> = runs.iter().map(|run| run.second_ns.get()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut scales = Vec::new();
    for ns in lengths.into_iter().rev() {
        scales.push(units::nanoseconds(ns as f64));
    }
    format!(
        "One second of the story is {} here.",
        scales.join(", and where only the order of events is looked at ")
    )
}

fn name(run: &StoryRun) -> String {
    format!("{}, {}", run.model, run.arrangement)
}

/// Story seconds, with a comma between thousands.
fn in_seconds(seconds: f64) -> String {
    if seconds < 100.0 {
        return format!("{seconds:.2} s");
    }
    format!("{} s", units::grouped(&format!("{seconds:.0}")))
}

/// Remarks, and reasons for missing results.
fn remarks(story: Option<&dyn Story>, runs: &[&StoryRun]) -> Vec<String> {
    let mut remarks = Vec::new();
    for run in runs {
        if let Some(why) = &run.unavailable {
            remarks.push(format!("{}: not available: {why}", name(run)));
        }
        let Some(story) = story else { continue };
        for remark in story.remarks(run) {
            remarks.push(format!("{}: {remark}", name(run)));
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::schema::TracedRun;

    fn chess(boards: u64, wall_ms: u64) -> StoryRun {
        let figures = [
            ("computing_ns", 3_600_000_000),
            ("extent_ns", 3_655_000_000),
            ("compute_ns", 3_672_000_000),
            ("computes", 720),
            ("wait_ns", 39_600_000_000),
            ("waits", 720),
            ("computes_at_once", 1),
            ("waits_at_once", 23),
            ("thinks_ns", 115_000_000),
        ];
        StoryRun {
            story: "chess".into(),
            arrangement: format!("boards={boards} exhibitors=1 order=ready think=fixed"),
            model: "threads".into(),
            second_ns: 1_000_000.try_into().unwrap(),
            acts: vec![TracedRun {
                wall_ns: wall_ms * 1_000_000,
                figures: figures.map(|(name, value)| (name.to_owned(), value)).into(),
            }],
            unavailable: None,
        }
    }

    #[test]
    fn story_time_shows_prediction_and_error() {
        let unavailable =
            StoryRun { unavailable: Some("no more threads".into()), acts: vec![], ..chess(48, 1) };
        insta::assert_snapshot!(terminal::blocks(&blocks(
            "chess",
            &[&chess(24, 3_728), &chess(11, 1_850), &unavailable]
        )));
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [43_200.0, 3_655.4, 780.0, 2.004].map(in_seconds),
            ["43,200 s", "3,655 s", "780 s", "2.00 s"]
        );
    }
}
