//! A story result: predicted and measured time, and a timeline.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::analysis::analysed::Analysed;
use crate::post::story::{STORIES, Story, StoryResult};
use crate::post::story_table::{RunRow, Settings, only_second_ns, table};
use crate::record::schema::StoryRun;
use crate::report::footnotes::about_warnings;
use crate::report::style::TerminalStyle;
use crate::report::table::Table;
use crate::report::{
    block::Block,
    export::terminal,
    section::Section,
    timeline::{Words, timeline},
};
use crate::stats::units;

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

/// The warnings of evidence and stories, if there are any.
fn warnings(of: &Analysed<'_>) -> Option<Block> {
    let warnings: Vec<String> = about_warnings(&of.summary.of_traces);
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
            let title = style.bold(&style.text(&story.heading(story_run)));
            let words = Words {
                job: &|job| story.job_name(job),
                phases: story.phases(),
                second_ns: story_run.second_ns.get(),
            };
            let _ = write!(text, "\n{title}\n{}", timeline(spans, words, style));
        }
    }
    text
}

/// The result of a story, its description, times and remarks.
fn blocks(name: &str, runs: &[&StoryRun]) -> Vec<Block> {
    let story = named(name);
    let rows: Vec<RunRow<'_>> = runs.iter().map(|run| RunRow::of(story, run)).collect();
    let settings = Settings::of_all(runs);
    let mut blocks = vec![];
    if let Some(lead) = story.and_then(|story| story.lead(runs)) {
        blocks.push(Block::Paragraph(lead));
    }
    let title = match story {
        Some(story) => format!("{name}: {}", story.about()),
        None => name.to_owned(),
    };
    let mut notes = vec![];
    if let Some(ns) = only_second_ns(runs)
        && rows.iter().any(|row| row.prediction.is_some())
    {
        notes.push(format!("One second of the story is {} here.", units::nanoseconds(ns as f64)));
    }
    if !settings.common.is_empty() {
        let otherwise = if settings.vary() { ", unless a row says otherwise" } else { "" };
        notes.push(format!("Arrangement: {}{otherwise}.", settings.common.join(", ")));
    }
    blocks.push(Block::titled(title, table(&rows, &settings), notes));
    blocks.push(Block::Notes(remarks(story, runs, &settings)));
    blocks
}

/// Remarks, and reasons for missing results.
fn remarks(story: Option<&dyn Story>, runs: &[&StoryRun], settings: &Settings<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    let mut unavailable: Vec<(&str, Vec<String>)> = Vec::new();
    for run in runs {
        if let Some(why) = &run.unavailable {
            let name = settings.name(run);
            match unavailable.iter_mut().find(|(reason, _)| reason == why) {
                Some((_, names)) => names.push(name),
                None => unavailable.push((why, vec![name])),
            }
        }
        let of_run = story.map_or(vec![], |story| story.remarks(run));
        if !of_run.is_empty() {
            remarks.push(format!("{}: {}", settings.name(run), of_run.join("; ")));
        }
    }
    for (why, names) in unavailable {
        remarks.push(format!("not available: {why}: {}", names.join("; ")));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::post::story_table::in_seconds;
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
            failed: false,
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
