//! A story result: predicted and measured time, and a timeline.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::post::story::{Prediction, STORIES, Story, StoryResult};
use crate::record::schema::{Recording, StoryRun};
use crate::report::sheet::Table;
use crate::report::table;
use crate::report::timeline::timeline;
use crate::stats::median;
use crate::stats::units;

const HEADER: [&str; 7] =
    ["model", "arrangement", "took", "of the story", "by its numbers", "error", "error as traced"];
const RIGHT: [&str; 4] = ["took", "of the story", "error", "error as traced"];

/// Columns of a timeline.
const WIDTH: usize = 72;

/// The stories of `recording`; `None` where it has none.
pub fn terminal(recording: &Recording) -> Option<String> {
    let story_runs = recording.stories.as_ref()?;
    let of = |story: &&dyn Story| {
        let story_runs: Vec<&StoryRun> =
            story_runs.iter().filter(|story_run| story_run.story == story.name()).collect();
        (!story_runs.is_empty()).then(|| summary(*story, &story_runs))
    };
    Some(STORIES.iter().filter_map(of).collect::<Vec<_>>().join("\n"))
}

/// The stories of `recording` as plain values, times in nanoseconds and story seconds; `None` if it has none.
pub fn sheet(recording: &Recording) -> Option<Table> {
    let columns = ["story", "model", "arrangement", "wall_ns", "second_ns", "law_s", "unavailable"];
    let row = |story_run: &StoryRun| {
        let story = STORIES.iter().find(|story| story.name() == story_run.story);
        [
            story_run.story.clone().into(),
            story_run.model.clone().into(),
            story_run.arrangement.clone().into(),
            wall_ns(story_run).into(),
            story_run.second_ns.get().into(),
            story.and_then(|story| story.prediction(story_run)).map(|prediction| prediction.seconds).into(),
            story_run.unavailable.clone().into(),
        ]
    };
    Some(Table::new(columns, recording.stories.as_ref()?.iter().map(row)))
}

/// All results in `told`.
pub fn text(story: &dyn Story, results: &[StoryResult]) -> String {
    let story_runs: Vec<&StoryRun> = results.iter().map(|result| &result.story_run).collect();
    let mut text = summary(story, &story_runs);
    for result in worth_drawing(results) {
        let _ = write!(text, "\n{}\n{}", name(&result.story_run), timeline(&result.spans, WIDTH));
    }
    text
}

/// The description, times and remarks.
fn summary(story: &dyn Story, story_runs: &[&StoryRun]) -> String {
    format!(
        "{}: {}\n\n{}\n{}",
        story.name(),
        story.about(),
        rows(story, story_runs),
        remarks(story, story_runs)
    )
}

/// A row for each story run, and the length of a story second.
fn rows(story: &dyn Story, story_runs: &[&StoryRun]) -> String {
    let laws = story_runs.iter().any(|story_run| story.prediction(story_run).is_some());
    let traced = story_runs.iter().any(|story_run| story.prediction_as_traced(story_run).is_some());
    // Empty columns are omitted.
    let columns = if traced {
        7
    } else if laws {
        6
    } else {
        3
    };
    let row = |story_run: &&StoryRun| {
        let mut row = row(story, story_run);
        row.truncate(columns);
        row
    };
    let table = table::plain(&HEADER[..columns], &RIGHT, story_runs.iter().map(row));
    if laws { table + "\n" + &scales(story_runs) } else { table }
}

/// The real length of story seconds.
fn scales(story_runs: &[&StoryRun]) -> String {
    let scales: BTreeSet<u64> = story_runs.iter().map(|story_run| story_run.second_ns.get()).collect();
    let scales: Vec<String> = scales.into_iter().rev().map(|ns| units::nanoseconds(ns as f64)).collect();
    format!(
        "One second of the story is {} here.\n",
        scales.join(", and where only the order of events is looked at ")
    )
}

fn row(story: &dyn Story, story_run: &StoryRun) -> Vec<String> {
    let numbers = match (&story_run.unavailable, wall_ns(story_run)) {
        (Some(_), _) => vec!["not available".into()],
        (None, None) => vec!["-".into()],
        (None, Some(wall_ns)) => {
            let seconds = wall_ns / story_run.second_ns.get() as f64;
            let prediction = story.prediction(story_run);
            let by_law = |prediction: &Prediction| {
                format!("{} = {}", prediction.formula, in_seconds(prediction.seconds))
            };
            let by_law = prediction.as_ref().map_or("-".into(), by_law);
            let error = |prediction: Option<Prediction>| {
                prediction.map_or("-".into(), |prediction| error(seconds, &prediction))
            };
            let traced = error(story.prediction_as_traced(story_run));
            vec![units::nanoseconds(wall_ns), in_seconds(seconds), by_law, error(prediction), traced]
        }
    };
    [story_run.model.clone(), story_run.arrangement.clone()].into_iter().chain(numbers).collect()
}

fn name(story_run: &StoryRun) -> String {
    format!("{}, {}", story_run.model, story_run.arrangement)
}

/// The median time of its runs.
fn wall_ns(story_run: &StoryRun) -> Option<f64> {
    median(&story_run.acts.iter().map(|act| act.wall_ns as f64).collect::<Vec<_>>())
}

fn error(seconds: f64, prediction: &Prediction) -> String {
    if prediction.seconds > 0.0 {
        format!("{:+.1} %", 100.0 * (seconds / prediction.seconds - 1.0))
    } else {
        "-".into()
    }
}

/// Story seconds, with a comma between thousands.
fn in_seconds(seconds: f64) -> String {
    if seconds < 100.0 {
        return format!("{seconds:.2} s");
    }
    format!("{} s", units::grouped(&format!("{seconds:.0}")))
}

/// Remarks, and reasons for missing results.
fn remarks(story: &dyn Story, story_runs: &[&StoryRun]) -> String {
    let of = |story_run: &&StoryRun| {
        let why = story_run.unavailable.iter().map(|why| format!("not available: {why}"));
        let said =
            why.chain(story.remarks(story_run)).map(|remark| format!("{}: {remark}\n", name(story_run)));
        said.collect::<String>()
    };
    story_runs.iter().map(of).collect()
}

/// The first run of each model: more timelines would hide it.
fn worth_drawing(results: &[StoryResult]) -> Vec<&StoryResult> {
    let mut models = BTreeSet::new();
    results
        .iter()
        .filter(|result| !result.spans.is_empty() && models.insert(result.story_run.model.clone()))
        .collect()
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
        insta::assert_snapshot!(
            [
                rows(STORIES[0], &[&chess(24, 3_728), &chess(11, 1_850), &unavailable]),
                remarks(STORIES[0], &[&chess(24, 3_728)])
            ]
            .concat()
        );
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [43_200.0, 3_655.4, 780.0, 2.004].map(in_seconds),
            ["43,200 s", "3,655 s", "780 s", "2.00 s"]
        );
    }
}
