//! The runs of a story as a table: predicted and measured times.

use crate::analysis::stories;
use crate::post::story::{Prediction, Story};
use crate::record::schema::StoryRun;
use crate::report::table::{Cell, Table, Unit};
use crate::stats::{spread::Spread, units};

/// A run and what is computed of it.
pub(super) struct RunRow<'a> {
    pub(super) run: &'a StoryRun,
    /// The time of its plays.
    pub(super) wall_ns: Option<Spread>,
    pub(super) prediction: Option<Prediction>,
    /// How much longer it took than predicted, of 1: by the nominal numbers, and by those of the trace.
    error: Option<Spread>,
    error_as_traced: Option<Spread>,
}

impl<'a> RunRow<'a> {
    pub(super) fn of(story: Option<&dyn Story>, run: &'a StoryRun) -> Self {
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

    /// What was predicted, if it ran.
    fn predicted(&self) -> Option<&Prediction> {
        self.wall_ns?;
        self.prediction.as_ref()
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
pub(super) fn table(rows: &[RunRow<'_>], settings: &Settings<'_>) -> Table {
    let is_traced = rows.iter().any(|row| row.error_as_traced.is_some());
    let is_predicted = is_traced || rows.iter().any(|row| row.prediction.is_some());
    let runs: Vec<&StoryRun> = rows.iter().map(|row| row.run).collect();
    let mut columns = Table::of(rows).left("model", |it| it.run.model.as_str());
    if settings.vary() {
        columns = columns.left("arrangement", |it| settings.of(it.run)).wraps();
    }
    let mut columns = columns
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
            .right("predicted", Unit::Plain, |it| Some(in_seconds(it.predicted()?.seconds)))
            .left("by", |it| it.predicted().map_or(Cell::Blank, |it| it.formula.clone().into()))
            .wraps()
            .leaves(3)
            .right("error", Unit::Plain, |it| Some(percent(it.error?.median)))
            .left("its range", |it| it.error.map_or(Cell::Blank, |it| range_of(it).into()))
            .leaves(4);
    }
    if is_traced {
        columns = columns
            .right("error at the measured pace", Unit::Plain, |it| Some(percent(it.error_as_traced?.median)))
            .leaves(5);
    }
    columns.build()
}

fn percent(error: f64) -> String {
    format!("{:+.1} %", error * 100.0)
}

fn range_of(error: Spread) -> String {
    format!("{:+.1} .. {:+.1} %", error.low * 100.0, error.high * 100.0)
}

/// The real length of a story second, if all have the same.
pub(super) fn only_second_ns(runs: &[&StoryRun]) -> Option<u64> {
    let first = runs.first()?.second_ns;
    runs.iter().all(|run| run.second_ns == first).then_some(first.get())
}

/// The settings of arrangements: those of most runs are said once.
pub(super) struct Settings<'a> {
    /// Those of more than half of the runs.
    pub(super) common: Vec<&'a str>,
    vary: bool,
}

impl<'a> Settings<'a> {
    /// The settings of `runs`.
    pub(super) fn of_all(runs: &[&'a StoryRun]) -> Self {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for setting in runs.iter().flat_map(|run| run.arrangement.split(' ')) {
            match counts.iter_mut().find(|(other, _)| *other == setting) {
                Some((_, count)) => *count += 1,
                None => counts.push((setting, 1)),
            }
        }
        let vary = counts.iter().any(|(_, count)| *count < runs.len());
        counts.retain(|(_, count)| 2 * count > runs.len());
        Settings { common: counts.into_iter().map(|(setting, _)| setting).collect(), vary }
    }

    /// Whether some differ.
    pub(super) fn vary(&self) -> bool {
        self.vary
    }

    /// The settings of `run` that are not those of most.
    pub(super) fn of(&self, run: &StoryRun) -> String {
        let mut settings: Vec<&str> = run.arrangement.split(' ').collect();
        settings.retain(|setting| !self.common.contains(setting));
        settings.join(" ")
    }

    /// The name of `run` among the others.
    pub(super) fn name(&self, run: &StoryRun) -> String {
        let of_run = self.of(run);
        if of_run.is_empty() { run.model.clone() } else { format!("{}, {of_run}", run.model) }
    }
}

/// Story seconds, with a comma between thousands.
pub(super) fn in_seconds(seconds: f64) -> String {
    if seconds < 100.0 {
        return format!("{seconds:.2} s");
    }
    format!("{} s", units::grouped(&format!("{seconds:.0}")))
}
