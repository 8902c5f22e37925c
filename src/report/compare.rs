//! Tables that compare recordings.

use std::fmt::Write as _;

use crate::analysis::comparison::{Compared, Comparison, Unjudged, differences};
use crate::record::schema::Recording;
use crate::report::formats::bounds;
use crate::report::sheet::Table;
use crate::report::table;
use crate::stats::change::Change;
use crate::stats::ratio::Ratio;
use crate::stats::units;

/// The differences between `recordings`, whose files have `names`, and the changes of their cells.
pub fn terminal(names: &[String], recordings: &[Recording], comparison: &Comparison) -> String {
    let letters = letters(names.len());
    let mut text: String =
        letters.iter().zip(names).map(|(letter, name)| format!("{letter}: {name}\n")).collect();
    let _ = write!(
        text,
        "\n{}\n{}\n{}",
        differing(&letters, recordings),
        cells(&letters, comparison),
        summary(&letters, comparison)
    );
    text
}

/// Every cell in each recording as plain values, and its change since the first.
pub fn sheet(names: &[String], comparison: &Comparison) -> Table {
    let columns = [
        "cell",
        "recording",
        "speedup",
        "speedup_low",
        "speedup_high",
        "change",
        "ratio",
        "ratio_low",
        "ratio_high",
    ];
    let of_cell = |cell: &Compared| {
        let row = |(at, name): (usize, &String)| {
            let [speedup, low, high] = bounds(cell.speedups[at].as_ref());
            let change = at.checked_sub(1).map(|at| cell.changes[at]);
            let ratio = change.and_then(|change| change.ok()?.ratio());
            let [ratio, ratio_low, ratio_high] = bounds(ratio.as_ref());
            let word = change.map(name_of);
            [
                cell.id.clone().into(),
                name.clone().into(),
                speedup,
                low,
                high,
                word.into(),
                ratio,
                ratio_low,
                ratio_high,
            ]
        };
        names.iter().enumerate().map(row).collect::<Vec<_>>()
    };
    Table::new(columns, comparison.cells.iter().flat_map(of_cell))
}

/// The change of a cell in one word.
fn name_of(change: Result<Change, Unjudged>) -> &'static str {
    match change {
        Err(Unjudged::ContenderChanged) => "contender changed",
        Err(Unjudged::OtherMachine) => "another machine",
        Err(Unjudged::Withheld) => "withheld",
        Ok(Change::Faster(_)) => "faster",
        Ok(Change::Slower(_)) => "slower",
        Ok(Change::Equal(_)) => "equal",
        Ok(Change::NotSeparated(_)) => "not separated",
        Ok(Change::TooFew(_)) => "too few launches",
        Ok(Change::Unmeasured) => "not measured",
    }
}

/// A, B, C; numbers if there are more recordings than letters.
fn letters(count: usize) -> Vec<String> {
    let letter =
        |at: usize| u8::try_from(at).ok().filter(|&at| at < 26).map(|at| char::from(b'A' + at).to_string());
    (0..count).map(|at| letter(at).unwrap_or_else(|| format!("no. {}", at + 1))).collect()
}

fn differing(letters: &[String], recordings: &[Recording]) -> String {
    let differences = differences(recordings);
    if differences.is_empty() {
        return "Nothing that is recorded of machines and programs differs.\n".into();
    }
    let header: Vec<&str> = std::iter::once("differs").chain(letters.iter().map(String::as_str)).collect();
    let rows = differences
        .into_iter()
        .map(|(fact, values)| std::iter::once(fact.to_owned()).chain(values).collect());
    table::plain(&header, &[], rows)
}

fn cells(letters: &[String], comparison: &Comparison) -> String {
    let became: Vec<String> =
        letters.iter().skip(1).map(|letter| format!("{letter} over {}", letters[0])).collect();
    let header: Vec<&str> = std::iter::once("speedup over sequential")
        .chain(letters.iter().map(String::as_str))
        .chain(became.iter().map(String::as_str))
        .collect();
    let row = |cell: &Compared| {
        let speedups = cell.speedups.iter().map(|speedup| speedup.as_ref().map_or("-".into(), shown));
        let words = cell.changes.iter().map(|&change| word(change));
        std::iter::once(cell.id.clone()).chain(speedups).chain(words).collect()
    };
    table::plain(&header, &[], comparison.cells.iter().map(row))
}

fn shown(ratio: &Ratio) -> String {
    let bounds = |low: f64, high: f64| {
        format!("{} ({} .. {})", units::ratio(ratio.ratio), units::ratio(low), units::ratio(high))
    };
    ratio.interval.map_or_else(|_| units::ratio(ratio.ratio), |it| bounds(it.low, it.high))
}

fn word(change: Result<Change, Unjudged>) -> String {
    let of = |word: &str, ratio: Ratio| {
        let bounds = ratio.interval.map_or(String::new(), |it| format!(" ({:.3} .. {:.3})", it.low, it.high));
        format!("{word} {:.3}{bounds}", ratio.ratio)
    };
    match change {
        Err(Unjudged::OtherMachine) => "-".into(),
        Err(Unjudged::ContenderChanged | Unjudged::Withheld) => name_of(change).into(),
        Ok(Change::Faster(ratio)) => of("FASTER", ratio),
        Ok(Change::Slower(ratio)) => of("SLOWER", ratio),
        Ok(Change::Equal(ratio)) => of("equal", ratio),
        Ok(Change::NotSeparated(ratio)) => of("not separated", ratio),
        Ok(Change::TooFew(few)) => format!("too few launches: {} of {}", few.have, few.need),
        Ok(Change::Unmeasured) => "not measured".into(),
    }
}

fn summary(letters: &[String], comparison: &Comparison) -> String {
    let mut text = String::new();
    for (at, (letter, same)) in letters.iter().skip(1).zip(&comparison.same_machine).enumerate() {
        let changes = || comparison.cells.iter().filter_map(|cell| cell.changes[at].ok());
        let count = |is: fn(&Change) -> bool| changes().filter(is).count();
        let _ = if *same {
            writeln!(
                text,
                "{letter}: {} faster, {} slower, {} equal, {} not separated, of {} cells",
                count(|it| matches!(it, Change::Faster(_))),
                count(|it| matches!(it, Change::Slower(_))),
                count(|it| matches!(it, Change::Equal(_))),
                count(|it| matches!(it, Change::NotSeparated(_))),
                comparison.cells.len()
            )
        } else {
            writeln!(text, "{letter}: another machine, or other cores: no cell is called faster or slower")
        };
    }
    text + "Faster, slower: the whole interval of the ratio of speedups is more than 5 % from 1; sequential is judged by its own \
            time, beyond what the A/A arms show besides. Absolute times are not compared across machines.\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn differences_precede_cell_results() {
        let mut after = recording(16, 55);
        after.environment.kernel = Some("7.0".into());
        let mut other = recording(16, 30);
        other.environment.cores = 4;
        let recordings = [recording(16, 50), after, other];
        let names = ["before.json", "after.json", "other.json"].map(str::to_owned);
        insta::assert_snapshot!(terminal(&names, &recordings, &Comparison::of(&recordings)));
    }
}
