//! The table at the end of `cargo bench`.

use std::fmt::Write as _;
use std::time::Duration;

use super::{table, units};
use crate::cell::{Cell, Width};
use crate::model::models;
use crate::workload::Workload;

/// What became of a cell.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The median of its runs, and how many there were.
    Measured {
        /// The median wall time of a run.
        median: Duration,
        /// How many runs were measured and verified.
        runs: usize,
    },
    /// It can't be measured on this machine, and why.
    Unavailable(String),
    /// It failed, and why.
    Failed(String),
}

/// A cell and what became of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The cell.
    pub cell: Cell,
    /// How many jobs it has in flight.
    pub in_flight: usize,
    /// What became of it.
    pub outcome: Outcome,
}

impl Row {
    /// The median time of a run, where there is one.
    pub fn median(&self) -> Option<Duration> {
        match self.outcome {
            Outcome::Measured { median, .. } => Some(median),
            _ => None,
        }
    }

    /// Over the baseline among `rows` of the same workload, where both have a time.
    fn speedup(&self, rows: &[Row]) -> Option<f64> {
        let baseline = rows.iter().find(|row| row.cell.width == Width::One)?.median()?;
        Some(baseline.as_secs_f64() / self.median()?.as_secs_f64())
    }
}

/// All rows, workload by workload in the post's words, the fastest first, and how to read them.
pub fn render(rows: &[Row], machine: &str) -> String {
    let mut text = String::new();
    for of_one_workload in by_workload(rows) {
        text += &section(of_one_workload);
    }
    text + &summary(rows) + &footer(rows, machine)
}

/// Speedups by workload and model, a pool's at the better of its widths; nothing where no baseline was measured.
fn summary(rows: &[Row]) -> String {
    if !by_workload(rows).any(|rows| rows.iter().any(|row| row.speedup(rows).is_some())) {
        return String::new();
    }
    let is_there = |name: &&str| rows.iter().any(|row| row.cell.model.name == *name);
    let models: Vec<&str> = models().iter().map(|model| model.name).filter(is_there).collect();
    let lines = by_workload(rows).map(|rows| {
        let best = |model: &&str| {
            let of_model = rows.iter().filter(|row| row.cell.model.name == *model);
            of_model.filter_map(|row| row.speedup(rows)).max_by(f64::total_cmp)
        };
        let speedups = models.iter().map(|model| best(model).map_or("-".into(), units::ratio));
        std::iter::once(rows[0].cell.workload.name.to_owned()).chain(speedups).collect()
    });
    let header: Vec<&str> = std::iter::once("speedup").chain(models.iter().copied()).collect();
    format!("\n{}", table::plain(&header, &header[1..], lines))
}

fn by_workload(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(|a, b| a.cell.workload.name == b.cell.workload.name)
}

fn section(rows: &[Row]) -> String {
    let workload = rows[0].cell.workload;
    let mut sorted: Vec<&Row> = rows.iter().collect();
    // What has no time comes last.
    sorted.sort_by_key(|row| row.median().unwrap_or(Duration::MAX));
    let lines = sorted.into_iter().map(|row| line(row, row.speedup(rows)));
    format!("\n{}\n{}", title(workload), table::plain(HEADER, RIGHT, lines))
}

const HEADER: &[&str] = &["model", "width", "in flight", "median", "speedup", ""];
const RIGHT: &[&str] = &["in flight", "median", "speedup"];

fn title(workload: &Workload) -> String {
    let Workload { name, about, answers_to, size, .. } = workload;
    let post = if answers_to.is_empty() { String::new() } else { format!(" ({answers_to})") };
    format!("{name}{post}: {} jobs, each {about}", size.jobs)
}

fn line(row: &Row, speedup: Option<f64>) -> Vec<String> {
    let Row { cell, in_flight, outcome } = row;
    let mut line = vec![cell.model.name.to_owned(), cell.width.to_string(), in_flight.to_string()];
    line.extend(match outcome {
        Outcome::Measured { median, .. } => [
            units::duration(*median),
            speedup.map_or("-".into(), units::ratio),
            speedup.map_or(String::new(), bar),
        ],
        Outcome::Unavailable(why) => ["-".into(), "-".into(), format!("not available: {why}")],
        Outcome::Failed(why) => ["-".into(), "-".into(), format!("FAILED: {why}")],
    });
    line
}

/// A bar whose length grows by [`PER_DOUBLING`] with each doubling; slower than the baseline looks different.
fn bar(speedup: f64) -> String {
    let length = speedup.log2().abs() * PER_DOUBLING;
    let sign = if speedup < 1.0 { '-' } else { '#' };
    let signs = (0..LONGEST_BAR).take_while(|&at| f64::from(at) + 0.5 < length).map(|_| sign);
    format!("|{}", signs.collect::<String>())
}

const PER_DOUBLING: f64 = 5.0;
const LONGEST_BAR: u16 = 40;

fn footer(rows: &[Row], machine: &str) -> String {
    let (mut measured, mut runs, mut unavailable, mut failed) = (0, 0, 0, 0);
    for row in rows {
        match row.outcome {
            Outcome::Measured { runs: of_this, .. } => {
                measured += 1;
                runs += of_this;
            }
            Outcome::Unavailable(_) => unavailable += 1,
            Outcome::Failed(_) => failed += 1,
        }
    }
    let mut text = String::new();
    let _ = writeln!(text, "\n{machine}");
    let _ = writeln!(
        text,
        "{measured} cells measured in {runs} runs, each verified job by job; {unavailable} not available, {failed} failed."
    );
    text + CAUTION
}

/// What the reader of the table has to know before quoting it.
const CAUTION: &str = "\
Speedup is the median of `sequential` over the model's, for one batch: # is faster, - slower, 5 to a doubling.
These cells were measured one after the other, so small differences may be the machine's and not the model's:
do not rank models that are within some percent of each other. In flight says how many jobs a model can overlap;
a pool of 2 is not slower at waiting than 24 tasks, it is narrower. BIAS.md says what else this can't tell.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, outcome: Outcome) -> Row {
        let cell = Cell::all(2).into_iter().find(|cell| cell.id() == id).unwrap();
        Row { in_flight: cell.in_flight(2), cell, outcome }
    }

    fn measured(us: u64) -> Outcome {
        Outcome::Measured { median: Duration::from_micros(us), runs: 10 }
    }

    #[test]
    fn rows_stand_by_workload_fastest_first_and_a_cell_without_a_time_is_a_row_with_its_reason() {
        let rows = [
            row("hash/sequential/one", measured(120_000)),
            row("hash/rayon/cores", measured(61_200)),
            row("hash/processes/jobs", measured(150_000)),
            row(
                "hash/prefork/cores",
                Outcome::Failed("prefork worker 1 (process 7) ended (signal: 9)".into()),
            ),
            row(
                "cold-file/sequential/one",
                Outcome::Unavailable("the stage is on a memory file system".into()),
            ),
            row("cold-file/rayon/jobs", Outcome::Unavailable("the stage is on a memory file system".into())),
        ];
        insta::assert_snapshot!(render(&rows, "a made-up machine, 2 cores"));
    }

    #[test]
    fn a_filter_that_leaves_the_baseline_out_leaves_the_speedup_open() {
        let text = render(&[row("hash/rayon/cores", measured(61_200))], "");
        assert!(text.contains("61.2 ms        -"), "{text}");
    }
}
