//! Tables that compare recordings.

use crate::analysis::comparison::{CellChange, Compared, Comparison, Word};
use crate::analysis::{differences::differences, same::Machine};
use crate::record::schema::Recording;
use crate::report::{block::Block, table::Table};
use crate::stats::{ratio::Ratio, units};

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
    change: Option<CellChange>,
}

/// Every cell in each recording, and its change since the first.
pub fn values(names: &[String], comparison: &Comparison) -> Table {
    let mut rows = Vec::new();
    for cell in &comparison.cells {
        for (at, name) in names.iter().enumerate() {
            let change = at.checked_sub(1).map(|other| cell.changes[other]);
            rows.push(CellIn { cell, recording: name, speedup: cell.speedups[at], change });
        }
    }
    Table::of(&rows)
        .left("cell", |it| it.cell.id.as_str())
        .left("recording", |it| it.recording)
        .ratio("speedup", |it| it.speedup)
        .left("change", |it| Some(name_of(it.change?.word)))
        .ratio("ratio", |it| it.change?.speedup)
        .ratio("time", |it| it.change?.time)
        .build()
}

/// What became of a cell, in words.
fn name_of(word: Word) -> &'static str {
    match word {
        Word::Faster => "faster",
        Word::Slower => "slower",
        Word::Equal => "equal",
        Word::Undecided => "undecided",
        Word::TooFew => "too few launches",
        Word::Baseline => "baseline",
        Word::NoVerdict => "no verdict",
        Word::ContenderChanged => "contender changed",
        Word::NotMeasured => "not measured",
        Word::Failed => "failed",
        Word::Gone => "not measured any more",
        Word::OtherMachine => "another machine",
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
        columns = columns.left(letter, |(_, values)| values[at].as_str()).wraps();
    }
    Block::table(columns.build())
}

fn cells(letters: &[String], comparison: &Comparison) -> Table {
    let mut columns = Table::of(&comparison.cells).left("speedup over sequential", |it| it.id.as_str());
    for (at, letter) in letters.iter().enumerate() {
        columns = columns.with_interval(letter, 1, |it| it.speedups[at].as_ref().map(shown_apart)).leaves(1);
    }
    for (at, letter) in letters.iter().skip(1).enumerate() {
        if comparison.machines[at] != Machine::Same {
            continue;
        }
        columns = columns.left(format!("{letter} over {}", letters[0]), |it| word(it.changes[at])).wraps();
    }
    columns.build()
}

/// A ratio and its interval, if it has one.
pub(crate) fn shown_apart(ratio: &Ratio) -> (String, Option<String>) {
    let interval =
        ratio.interval.ok().map(|it| format!("{} .. {}", units::ratio(it.low), units::ratio(it.high)));
    (units::ratio(ratio.ratio), interval)
}

fn word(change: CellChange) -> String {
    let name = match change.word {
        Word::OtherMachine => return "-".into(),
        Word::Baseline => return told(change.time),
        Word::Faster | Word::Slower | Word::Failed | Word::Gone => name_of(change.word).to_uppercase(),
        word => name_of(word).to_owned(),
    };
    match (change.speedup, change.few) {
        (Some(speedup), _) => format!("{name} {}, {}", exactly(&speedup), told_in_short(change.time)),
        (None, Some(few)) => format!("{name}: {} of {}", few.have, few.need),
        (None, None) => name,
    }
}

/// The time of the baseline over that in the first recording.
fn told(time: Option<Ratio>) -> String {
    time.map_or("-".into(), |time| format!("time {}", exactly(&time)))
}

/// The time of a cell over that in the first recording.
fn told_in_short(time: Option<Ratio>) -> String {
    time.map_or("time unknown".into(), |time| format!("time {:.2}", time.ratio))
}

/// A ratio near 1 and its interval.
fn exactly(ratio: &Ratio) -> String {
    match ratio.interval {
        Ok(it) => format!("{:.3} ({:.3} .. {:.3})", ratio.ratio, it.low, it.high),
        Err(_) => format!("{:.3}", ratio.ratio),
    }
}

/// The words that are counted where there are none, too.
const ALWAYS: [Word; 4] = [Word::Faster, Word::Slower, Word::Equal, Word::Undecided];

/// A line for each of the others, whose numbers add up to all cells, and how words come about.
fn summary(letters: &[String], comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, (letter, machine)) in letters.iter().skip(1).zip(&comparison.machines).enumerate() {
        if *machine != Machine::Same {
            lines.push(format!("{letter}: {machine}; no cell is called faster or slower"));
            continue;
        }
        let mut counts = Vec::new();
        for word in Word::ALL {
            let count = comparison.count(at, word);
            if count > 0 || ALWAYS.contains(&word) {
                counts.push(format!("{count} {}", name_of(word)));
            }
        }
        lines.push(format!("{letter}: {}, of {} cells", counts.join(", "), comparison.cells.len()));
    }
    lines.push(
        "Faster, slower: the speedup over the sequential of its own rounds and the time of the cell itself changed by more than \
         5 %, both; equal: the speedup did not. Any wrong word among all cells of a recording has a probability of at most 5 %. \
         Times are shown and decide nothing, as the clock of a machine differs between studies; sequential has only a time."
            .into(),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::comparison::tests::recording;
    use crate::report::export::terminal;
    use crate::report::style::TerminalStyle;

    #[test]
    fn differences_precede_cell_results() {
        let mut after = recording(16, 55);
        after.environment.kernel = Some("7.0".into());
        let mut other = recording(16, 30);
        other.environment.cores = 4;
        let recordings = [recording(16, 50), after, other];
        let names = ["before.json", "after.json", "other.json"].map(str::to_owned);
        let blocks = blocks(&names, &recordings, &Comparison::of(&recordings));
        insta::assert_snapshot!(terminal::blocks(&blocks, TerminalStyle::UNLIMITED));
    }
}
