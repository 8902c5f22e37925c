//! The map: which tools are the best for tasks of any length, of which any share waits.

use crate::analysis::analysed::Analysed;
use crate::analysis::answer::Outcome;
use crate::analysis::map::{PlatformMap, Point, maps};
use crate::analysis::warning::Warning;
use crate::model::plain_name;
use crate::record::schema::{Purpose, Recording};
use crate::report::block::Block;
use crate::report::footnotes::about_warnings;
use crate::report::section::Section;
use crate::report::table::{Table, Unit};
use crate::stats::units;

/// The map.
pub static SECTION: Section = Section {
    name: "map",
    key: "map",
    heading: "The map of tasks",
    is_in: |recording| recording.map.is_some(),
    in_full,
    in_short,
    panels: None,
    values,
    commands,
};

fn commands(recording: &Recording) -> Vec<&[String]> {
    recording.map.iter().map(|map| &map.command[..]).collect()
}

fn in_short(of: &Analysed<'_>) -> Option<Vec<Block>> {
    of.recording.map.as_ref()?;
    let mut blocks = Vec::new();
    for map in maps(std::slice::from_ref(of.recording)) {
        let mut warnings = map.warnings.clone();
        warnings.retain(Warning::blocks_verdicts);
        if !warnings.is_empty() {
            blocks.push(Block::Notes(about_warnings(&warnings)));
        }
        blocks.push(Block::Notes(sentences(&map)));
        blocks.push(points(&map));
    }
    Some(blocks)
}

fn in_full(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let mut blocks = in_short(of)?;
    for map in maps(std::slice::from_ref(of.recording)) {
        let mut warnings = map.warnings.clone();
        warnings.retain(|warning| !warning.blocks_verdicts());
        blocks.push(Block::Notes(about_warnings(&warnings)));
    }
    Some(blocks)
}

/// The sentences alone.
pub(crate) fn in_words(of: &Analysed<'_>) -> Option<Vec<Block>> {
    of.recording.map.as_ref()?;
    let maps = maps(std::slice::from_ref(of.recording));
    Some(maps.iter().map(|map| Block::Notes(sentences(map))).collect())
}

/// What a map says, in sentences.
pub(crate) fn sentences(map: &PlatformMap) -> Vec<String> {
    let mut sentences = Vec::new();
    let points = map.of(Purpose::Advice).count();
    if let Some(default) = map.default_tool().filter(|_| points > 1) {
        let mut losses = Vec::new();
        for point in map.of(Purpose::Advice) {
            losses.extend(point.loss(default).map(|loss| (loss, point.asked)));
        }
        let within = losses.iter().filter(|(loss, _)| *loss <= 1.05).count();
        if let Some((most, at)) = losses.iter().max_by(|a, b| a.0.total_cmp(&b.0)) {
            sentences.push(format!(
                "{}One tool for all of these tasks: {} is within 5 % of the fastest at {within} of {} points, and takes at most {} as long, \
                 with {}.",
                map.platform.as_ref().map_or(String::new(), |tag| format!("CPython {tag}: ")),
                plain_name(default),
                losses.len(),
                units::times(*most),
                at
            ));
        }
    }
    sentences
}

/// A row for each point that is drawn.
fn points(map: &PlatformMap) -> Block {
    let mut points: Vec<&Point> = map.of(Purpose::Advice).collect();
    points.sort_by_key(|point| (point.asked.jobs, point.asked.wait_percent, point.asked.job_ns));
    let default = map.default_tool().map(str::to_owned);
    let mut columns = Table::of(&points)
        .right("jobs", Unit::Count, |it| it.asked.jobs as u64)
        .left("a job", |it| units::nanoseconds(it.asked.job_ns as f64))
        .left("waits", |it| format!("{} %", it.asked.wait_percent))
        .left("best", |it| best(it))
        .wraps()
        .left("fastest", |it| fastest(it).map(|(model, _)| model.to_owned()))
        .right("its time", Unit::Plain, |it| fastest(it).map(|(_, ns)| units::nanoseconds(ns)))
        .right("speedup", Unit::Speedup, |it| Some(it.row.fastest()?.speedup?.ratio));
    if let Some(default) = default.filter(|_| points.len() > 1) {
        let name = format!("{} takes", plain_name(&default));
        columns = columns.right(name, Unit::Plain, move |it| it.loss(&default).map(units::times));
    }
    let platform = map.platform.as_ref().map_or(String::new(), |tag| format!(", Python {tag}"));
    let title = format!(
        "Tasks{platform}: how long a job takes alone, how much of that it waits for a timer, and the best tools"
    );
    let notes = vec![
        "best: within 5 % of the fastest; in brackets: may be. Each tool at the better of its numbers of jobs at once. speedup: over one job at a time."
            .into(),
    ];
    Block::titled(title, columns.build(), notes)
}

/// The best tools, those that may be in brackets.
fn best(point: &Point) -> String {
    let answer = point.answer();
    let names = |cells: Vec<&crate::analysis::summary::CellResult>| {
        cells.iter().map(|cell| cell.plain_model().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let undecided = names(answer.undecided());
    match answer.outcome {
        Outcome::Best if point.may_have_more() => "too few launches".into(),
        Outcome::Best if undecided.is_empty() => names(answer.best()),
        Outcome::Best => format!("{} ({undecided})", names(answer.best())),
        Outcome::NoWinner { within } => format!("no winner within {}: ({undecided})", units::times(within)),
        Outcome::NoVerdict => "no verdict".into(),
        Outcome::TooFew => "too few launches".into(),
        Outcome::NotMeasured(why) => why,
    }
}

fn fastest(point: &Point) -> Option<(&str, f64)> {
    let fastest = point.row.fastest()?;
    Some((fastest.plain_model(), fastest.wall_ns?))
}

fn values(of: &Analysed<'_>) -> Option<Table> {
    of.recording.map.as_ref()?;
    let maps = maps(std::slice::from_ref(of.recording));
    let mut rows = Vec::new();
    for map in &maps {
        for point in &map.points {
            for cell in &point.row.cells {
                rows.push((map, point, cell));
            }
        }
    }
    let table = Table::of(&rows)
        .left("platform", |it| it.0.platform.clone())
        .left("purpose", |it| purpose(it.1.purpose))
        .left("jobs", |it| it.1.asked.jobs as u64)
        .left("job_ns", |it| it.1.asked.job_ns)
        .left("wait_percent", |it| it.1.asked.wait_percent)
        .left("cell", |it| it.2.name.as_str())
        .left("launches", |it| it.2.logs.iter().flatten().count() as u64)
        .left("wall_ns", |it| it.2.wall_ns)
        .ratio("speedup", |it| it.2.speedup)
        .left("verdict", |it| crate::report::best::verdict(it.2));
    Some(table.build())
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Advice => "advice",
        Purpose::Check => "check",
        Purpose::Term => "term",
    }
}
