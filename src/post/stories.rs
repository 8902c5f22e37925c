//! A story result: predicted and measured time, and a timeline.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::analysis::analysed::Analysed;
use crate::analysis::stories;
use crate::post::story::{Prediction, STORIES, Story, StoryResult};
use crate::record::schema::StoryRun;
use crate::report::footnotes::about_warning;
use crate::report::style::TerminalStyle;
use crate::report::table::{Cell, Table, Unit};
use crate::report::{block::Block, export::terminal, section::Section, timeline::timeline};
use crate::stats::{spread::Spread, units};

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
        .left("plays", |it| it.run.acts.len() as u64)
        .left("wall_ns", |it| Some(it.wall_ns?.median))
        .left("wall_low_ns", |it| Some(it.wall_ns?.low))
        .left("wall_high_ns", |it| Some(it.wall_ns?.high))
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
pub fn text(story: &dyn Story, results: &[StoryResult], of: &Analysed<'_>, style: TerminalStyle) -> String {
    let runs: Vec<&StoryRun> = results.iter().map(|result| &result.story_run).collect();
    let mut blocks = blocks(story.name(), &runs);
    blocks.extend(warnings(of));
    let mut text = terminal::blocks(&blocks, style);
    let mut models = BTreeSet::new();
    for StoryResult { story_run, spans } in results {
        // The first run of each model: more timelines would hide it.
        if !spans.is_empty() && models.insert(&story_run.model) {
            let _ = write!(text, "\n{}\n{}\n", name(story_run), timeline(spans, WIDTH));
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
    if let Some(ns) = only_second_ns(runs)
        && rows.iter().any(|row| row.prediction.is_some())
    {
        let second = units::nanoseconds(ns as f64);
        blocks.push(Block::Paragraph(format!("One second of the story is {second} here.")));
    }
    blocks.push(Block::Notes(remarks(story, runs)));
    blocks
}

/// A run and what is computed of it.
struct RunRow<'a> {
    run: &'a StoryRun,
    /// The time of its plays.
    wall_ns: Option<Spread>,
    prediction: Option<Prediction>,
    /// How much longer it took than predicted, of 1: by the nominal numbers, and by those of the trace.
    error: Option<Spread>,
    error_as_traced: Option<Spread>,
}

impl<'a> RunRow<'a> {
    fn of(story: Option<&dyn Story>, run: &'a StoryRun) -> Self {
        let (mut walls, mut errors, mut as_traced) = (vec![], vec![], vec![]);
        for act in &run.acts {
            let play = StoryRun { acts: vec![act.clone()], ..run.clone() };
            walls.push(act.wall_ns as f64);
            if let Some(story) = story {
                errors.extend(error(&play, story.prediction(&play)));
                as_traced.extend(error(&play, story.prediction_as_traced(&play)));
            }
        }
        RunRow {
            run,
            wall_ns: Spread::of(&walls),
            prediction: story.and_then(|story| story.prediction(run)),
            error: Spread::of(&errors),
            error_as_traced: Spread::of(&as_traced),
        }
    }

    fn took(&self) -> Cell {
        match (&self.run.unavailable, self.wall_ns) {
            (Some(_), _) => "not available".into(),
            (None, wall_ns) => wall_ns.map(|it| it.median).into(),
        }
    }

    /// The fastest and the slowest play.
    fn range(&self) -> Option<String> {
        let Spread { low, high, .. } = self.wall_ns?;
        let is_range = self.run.acts.len() > 1;
        is_range.then(|| format!("{} .. {}", units::nanoseconds(low), units::nanoseconds(high)))
    }

    /// The median time in story seconds.
    fn seconds(&self) -> Option<f64> {
        Some(self.wall_ns?.median / self.run.second_ns.get() as f64)
    }
}

/// By how much the only play of `story_run` took longer than predicted.
fn error(story_run: &StoryRun, prediction: Option<Prediction>) -> Option<f64> {
    let predicted = prediction?.seconds;
    let seconds = stories::wall_ns(story_run)? / story_run.second_ns.get() as f64;
    if predicted > 0.0 { Some(seconds / predicted - 1.0) } else { None }
}

/// A row for each run; empty columns are omitted.
fn table(rows: &[RunRow<'_>]) -> Table {
    let is_traced = rows.iter().any(|row| row.error_as_traced.is_some());
    let is_predicted = is_traced || rows.iter().any(|row| row.prediction.is_some());
    let runs: Vec<&StoryRun> = rows.iter().map(|row| row.run).collect();
    let mut columns = Table::of(rows)
        .left("model", |it| it.run.model.as_str())
        .left("arrangement", |it| it.run.arrangement.as_str())
        .wraps()
        .right("plays", Unit::Plain, |it| it.run.acts.len() as u64)
        .leaves(1)
        .right("took", Unit::Nanoseconds, RunRow::took)
        .left("range", RunRow::range)
        .leaves(3);
    if is_predicted && only_second_ns(&runs).is_none() {
        columns =
            columns.right("a second", Unit::Nanoseconds, |it| Some(it.run.second_ns.get() as f64)).leaves(2);
    }
    if is_predicted {
        columns = columns
            .right("story time", Unit::Plain, |it| it.seconds().map(in_seconds))
            .left("predicted", |it| it.prediction.as_ref().filter(|_| it.wall_ns.is_some()).map(by_numbers))
            .wraps()
            .right("error", Unit::Plain, |it| it.error.map(percent));
    }
    if is_traced {
        columns = columns
            .right("error at the measured pace", Unit::Plain, |it| it.error_as_traced.map(percent))
            .leaves(4);
    }
    columns.build()
}

fn by_numbers(prediction: &Prediction) -> String {
    format!("{} = {}", prediction.formula, in_seconds(prediction.seconds))
}

fn percent(error: Spread) -> String {
    format!("{} %", (error * 100.0).with(|percent| format!("{percent:+.1}")))
}

/// The real length of a story second, if all have the same.
fn only_second_ns(runs: &[&StoryRun]) -> Option<u64> {
    let first = runs.first()?.second_ns;
    runs.iter().all(|run| run.second_ns == first).then_some(first.get())
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
    use std::collections::BTreeMap;

    use super::*;
    use crate::record::{figure::Figure, schema::TracedRun};

    fn play(wall_ms: u64, figures: BTreeMap<String, u64>) -> TracedRun {
        TracedRun { wall_ns: wall_ms * 1_000_000, figures }
    }

    fn chess(boards: u64, wall_ms: u64) -> StoryRun {
        let figures = [
            (Figure::ComputingNs, 3_600_000_000),
            (Figure::ExtentNs, 3_655_000_000),
            (Figure::ComputeNs, 3_672_000_000),
            (Figure::Computes, 720),
            (Figure::WaitNs, 39_600_000_000),
            (Figure::Waits, 720),
            (Figure::ComputesAtOnce, 1),
            (Figure::WaitsAtOnce, 23),
            (Figure::ThinksNs, 115_000_000),
        ];
        StoryRun {
            story: "chess".into(),
            arrangement: format!("boards={boards} exhibitors=1 order=ready think=fixed"),
            model: "threads".into(),
            second_ns: 1_000_000.try_into().unwrap(),
            acts: [0, 15, 5].map(|ms| play(wall_ms + ms, Figure::recorded(figures))).into(),
            unavailable: None,
        }
    }

    #[test]
    fn story_time_shows_prediction_and_error() {
        let unavailable =
            StoryRun { unavailable: Some("no more threads".into()), acts: vec![], ..chess(48, 1) };
        let runs = [&chess(24, 3_728), &chess(11, 1_850), &unavailable];
        insta::assert_snapshot!(terminal::blocks(&blocks("chess", &runs), TerminalStyle::UNLIMITED));
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [43_200.0, 3_655.4, 780.0, 2.004].map(in_seconds),
            ["43,200 s", "3,655 s", "780 s", "2.00 s"]
        );
    }
}
