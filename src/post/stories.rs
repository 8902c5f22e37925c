//! A story that was told: what it takes by its own numbers, what it took, and who ran when.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::post::story::{Law, STORIES, Story, Told};
use crate::record::schema::{Play, Recording};
use crate::report::sheet::Sheet;
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
    let plays = recording.stories.as_ref()?;
    let of = |story: &&dyn Story| {
        let plays: Vec<&Play> = plays.iter().filter(|play| play.story == story.name()).collect();
        (!plays.is_empty()).then(|| summary(*story, &plays))
    };
    Some(STORIES.iter().filter_map(of).collect::<Vec<_>>().join("\n"))
}

/// The stories of `recording` as plain values, times in nanoseconds and seconds of the story; `None` where it has none.
pub fn sheet(recording: &Recording) -> Option<Sheet> {
    let columns = ["story", "model", "arrangement", "wall_ns", "second_ns", "law_s", "unavailable"];
    let row = |play: &Play| {
        let story = STORIES.iter().find(|story| story.name() == play.story);
        [
            play.story.clone().into(),
            play.model.clone().into(),
            play.arrangement.clone().into(),
            wall_ns(play).into(),
            play.second_ns.get().into(),
            story.and_then(|story| story.law(play)).map(|law| law.seconds).into(),
            play.unavailable.clone().into(),
        ]
    };
    Some(Sheet::new(columns, recording.stories.as_ref()?.iter().map(row)))
}

/// All that `told` came to.
pub fn text(story: &dyn Story, told: &[Told]) -> String {
    let plays: Vec<&Play> = told.iter().map(|told| &told.play).collect();
    let mut text = summary(story, &plays);
    for told in worth_drawing(told) {
        let _ = write!(text, "\n{}\n{}", name(&told.play), timeline(&told.spans, WIDTH));
    }
    text
}

/// What happens, what it took and what else there is to say.
fn summary(story: &dyn Story, plays: &[&Play]) -> String {
    format!("{}: {}\n\n{}\n{}", story.name(), story.about(), rows(story, plays), remarks(story, plays))
}

/// A row for each play, and what a second was.
fn rows(story: &dyn Story, plays: &[&Play]) -> String {
    let laws = plays.iter().any(|play| story.law(play).is_some());
    let traced = plays.iter().any(|play| story.law_as_traced(play).is_some());
    // Columns that would be empty are left out.
    let columns = if traced {
        7
    } else if laws {
        6
    } else {
        3
    };
    let row = |play: &&Play| {
        let mut row = row(story, play);
        row.truncate(columns);
        row
    };
    let table = table::plain(&HEADER[..columns], &RIGHT, plays.iter().map(row));
    if laws { table + "\n" + &scales(plays) } else { table }
}

/// How long seconds of the story are here.
fn scales(plays: &[&Play]) -> String {
    let scales: BTreeSet<u64> = plays.iter().map(|play| play.second_ns.get()).collect();
    let scales: Vec<String> = scales.into_iter().rev().map(|ns| units::nanoseconds(ns as f64)).collect();
    format!(
        "One second of the story is {} here.\n",
        scales.join(", and where only the order of events is looked at ")
    )
}

fn row(story: &dyn Story, play: &Play) -> Vec<String> {
    let numbers = match (&play.unavailable, wall_ns(play)) {
        (Some(_), _) => vec!["not available".into()],
        (None, None) => vec!["-".into()],
        (None, Some(wall_ns)) => {
            let seconds = wall_ns / play.second_ns.get() as f64;
            let law = story.law(play);
            let by_law = |law: &Law| format!("{} = {}", law.formula, in_seconds(law.seconds));
            let by_law = law.as_ref().map_or("-".into(), by_law);
            let error = |law: Option<Law>| law.map_or("-".into(), |law| error(seconds, &law));
            let traced = error(story.law_as_traced(play));
            vec![units::nanoseconds(wall_ns), in_seconds(seconds), by_law, error(law), traced]
        }
    };
    [play.model.clone(), play.arrangement.clone()].into_iter().chain(numbers).collect()
}

fn name(play: &Play) -> String {
    format!("{}, {}", play.model, play.arrangement)
}

/// The median time of its runs.
fn wall_ns(play: &Play) -> Option<f64> {
    median(&play.acts.iter().map(|act| act.wall_ns as f64).collect::<Vec<_>>())
}

fn error(seconds: f64, law: &Law) -> String {
    if law.seconds > 0.0 { format!("{:+.1} %", 100.0 * (seconds / law.seconds - 1.0)) } else { "-".into() }
}

/// Seconds of a story, with a comma between thousands.
fn in_seconds(seconds: f64) -> String {
    if seconds < 100.0 {
        return format!("{seconds:.2} s");
    }
    format!("{} s", units::grouped(&format!("{seconds:.0}")))
}

/// What else there is to say, and why what is not available isn't.
fn remarks(story: &dyn Story, plays: &[&Play]) -> String {
    let of = |play: &&Play| {
        let why = play.unavailable.iter().map(|why| format!("not available: {why}"));
        let said = why.chain(story.remarks(play)).map(|remark| format!("{}: {remark}\n", name(play)));
        said.collect::<String>()
    };
    plays.iter().map(of).collect()
}

/// The first play of each model: more would bury it.
fn worth_drawing(told: &[Told]) -> Vec<&Told> {
    let mut models = BTreeSet::new();
    told.iter().filter(|told| !told.spans.is_empty() && models.insert(told.play.model.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::schema::Act;

    fn chess(boards: u64, wall_ms: u64) -> Play {
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
        Play {
            story: "chess".into(),
            arrangement: format!("boards={boards} exhibitors=1 order=ready think=fixed"),
            model: "threads".into(),
            second_ns: 1_000_000.try_into().unwrap(),
            acts: vec![Act {
                wall_ns: wall_ms * 1_000_000,
                figures: figures.map(|(name, value)| (name.to_owned(), value)).into(),
            }],
            unavailable: None,
        }
    }

    #[test]
    fn a_play_stands_beside_its_law_with_the_error_of_both() {
        let unavailable = Play { unavailable: Some("no more threads".into()), acts: vec![], ..chess(48, 1) };
        insta::assert_snapshot!(
            [
                rows(STORIES[0], &[&chess(24, 3_728), &chess(11, 1_850), &unavailable]),
                remarks(STORIES[0], &[&chess(24, 3_728)])
            ]
            .concat()
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            [43_200.0, 3_655.4, 780.0, 2.004].map(in_seconds),
            ["43,200 s", "3,655 s", "780 s", "2.00 s"]
        );
    }
}
