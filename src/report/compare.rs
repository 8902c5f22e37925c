//! Tables that compare recordings.

use crate::analysis::comparison::{Compared, Comparison, Unjudged, differences};
use crate::record::schema::Recording;
use crate::report::{block::Block, table::Table};
use crate::stats::{change::Change, ratio::Ratio, units};

/// The differences between `recordings`, whose files have `names`, and the changes of their cells.
pub fn blocks(names: &[String], recordings: &[Recording], comparison: &Comparison) -> Vec<Block> {
    let letters = letters(names.len());
    let mut files = Vec::new();
    for (letter, name) in letters.iter().zip(names) {
        files.push(format!("{letter}: {name}"));
    }
    vec![
        Block::Notes(files),
        differing(&letters, recordings),
        Block::table(cells(&letters, comparison)),
        Block::Notes(summary(&letters, comparison)),
    ]
}

/// A cell in one recording.
struct CellIn<'a> {
    cell: &'a Compared,
    recording: &'a str,
    speedup: Option<Ratio>,
    /// Its change since the first recording; the first has none.
    change: Option<&'static str>,
    ratio: Option<Ratio>,
}

/// Every cell in each recording, and its change since the first.
pub fn values(names: &[String], comparison: &Comparison) -> Table {
    let mut rows = Vec::new();
    for cell in &comparison.cells {
        for (at, name) in names.iter().enumerate() {
            let mut row =
                CellIn { cell, recording: name, speedup: cell.speedups[at], change: None, ratio: None };
            if let Some(other) = at.checked_sub(1) {
                let change = cell.changes[other];
                row.change = Some(name_of(change));
                row.ratio = change.ok().and_then(Change::ratio);
            }
            rows.push(row);
        }
    }
    Table::of(&rows)
        .left("cell", |it| it.cell.id.as_str())
        .left("recording", |it| it.recording)
        .ratio("speedup", |it| it.speedup)
        .left("change", |it| it.change)
        .ratio("ratio", |it| it.ratio)
        .build()
}

/// The change of a cell in one word.
fn name_of(change: Result<Change, Unjudged>) -> &'static str {
    match change {
        Err(Unjudged::ContenderChanged) => "contender changed",
        Err(Unjudged::OtherMachine) => "another machine",
        Err(Unjudged::NoVerdict) => "no verdict",
        Ok(Change::Faster(_)) => "faster",
        Ok(Change::Slower(_)) => "slower",
        Ok(Change::Equal(_)) => "equal",
        Ok(Change::Undecided(_)) => "undecided",
        Ok(Change::TooFew(_)) => "too few launches",
        Ok(Change::Unmeasured) => "not measured",
    }
}

/// A, B, C; numbers if there are more recordings than letters.
fn letters(count: usize) -> Vec<String> {
    let mut letters: Vec<String> = ('A'..='Z').take(count).map(String::from).collect();
    for number in letters.len() + 1..=count {
        letters.push(format!("no. {number}"));
    }
    letters
}

fn differing(letters: &[String], recordings: &[Recording]) -> Block {
    let differences = differences(recordings);
    if differences.is_empty() {
        return Block::Paragraph("Nothing that is recorded of machines and programs differs.".into());
    }
    let mut columns = Table::of(&differences).left("differs", |(fact, _)| *fact);
    for (at, letter) in letters.iter().enumerate() {
        columns = columns.left(letter, |(_, values)| values[at].as_str());
    }
    Block::table(columns.build())
}

fn cells(letters: &[String], comparison: &Comparison) -> Table {
    let mut columns = Table::of(&comparison.cells).left("speedup over sequential", |it| it.id.as_str());
    for (at, letter) in letters.iter().enumerate() {
        columns = columns.left(letter, |it| it.speedups[at].as_ref().map(shown));
    }
    for (at, letter) in letters.iter().skip(1).enumerate() {
        columns = columns.left(format!("{letter} over {}", letters[0]), |it| word(it.changes[at]));
    }
    columns.build()
}

/// A ratio and its interval, if it has one.
pub(crate) fn shown(ratio: &Ratio) -> String {
    let middle = units::ratio(ratio.ratio);
    match ratio.interval {
        Ok(it) => format!("{middle} ({} .. {})", units::ratio(it.low), units::ratio(it.high)),
        Err(_) => middle,
    }
}

fn word(change: Result<Change, Unjudged>) -> String {
    match change {
        Err(Unjudged::OtherMachine) => "-".into(),
        Err(Unjudged::ContenderChanged | Unjudged::NoVerdict) => name_of(change).into(),
        Ok(Change::Faster(ratio)) => format!("FASTER {}", exactly(&ratio)),
        Ok(Change::Slower(ratio)) => format!("SLOWER {}", exactly(&ratio)),
        Ok(Change::Equal(ratio)) => format!("equal {}", exactly(&ratio)),
        Ok(Change::Undecided(ratio)) => format!("undecided {}", exactly(&ratio)),
        Ok(Change::TooFew(few)) => format!("too few launches: {} of {}", few.have, few.need),
        Ok(Change::Unmeasured) => "not measured".into(),
    }
}

/// A ratio near 1 and its interval.
fn exactly(ratio: &Ratio) -> String {
    match ratio.interval {
        Ok(it) => format!("{:.3} ({:.3} .. {:.3})", ratio.ratio, it.low, it.high),
        Err(_) => format!("{:.3}", ratio.ratio),
    }
}

/// The number of cells with a change of this kind in a recording.
fn count(comparison: &Comparison, at: usize, is: fn(&Change) -> bool) -> usize {
    comparison.cells.iter().filter_map(|cell| cell.changes[at].ok()).filter(is).count()
}

fn summary(letters: &[String], comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, (letter, same)) in letters.iter().skip(1).zip(&comparison.same_machine).enumerate() {
        lines.push(if *same {
            format!(
                "{letter}: {} faster, {} slower, {} equal, {} undecided, of {} cells",
                count(comparison, at, |it| matches!(it, Change::Faster(_))),
                count(comparison, at, |it| matches!(it, Change::Slower(_))),
                count(comparison, at, |it| matches!(it, Change::Equal(_))),
                count(comparison, at, |it| matches!(it, Change::Undecided(_))),
                comparison.cells.len()
            )
        } else {
            format!("{letter}: another machine, or other cores: no cell is called faster or slower")
        });
    }
    lines.push(
        "Faster, slower: the whole interval of the ratio of speedups is more than 5 % from 1; sequential is judged by its own \
         time, beyond what the A/A arms show besides. Absolute times are not compared across machines."
            .into(),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::report::export::terminal;

    #[test]
    fn differences_precede_cell_results() {
        let mut after = recording(16, 55);
        after.environment.kernel = Some("7.0".into());
        let mut other = recording(16, 30);
        other.environment.cores = 4;
        let recordings = [recording(16, 50), after, other];
        let names = ["before.json", "after.json", "other.json"].map(str::to_owned);
        let blocks = blocks(&names, &recordings, &Comparison::of(&recordings));
        insta::assert_snapshot!(terminal::blocks(&blocks));
    }
}
