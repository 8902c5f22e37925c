//! Tables of speedups by core count.

use std::collections::BTreeMap;

use crate::analysis::analysed::Analysed;
use crate::analysis::scaling::{Scaled, scale};
use crate::record::schema::{Environment, Recording, Width};
use crate::report::style::TerminalStyle;
use crate::report::table::{Cell, Table, Unit};
use crate::report::{block::Block, compare::shown_apart, export, footnotes::about_warnings};
use crate::stats::scaling_model::{FOR_AMDAHL, FitError, Parameter, ScalingModel, karp_flatt};
use crate::stats::{change::Change, ratio::Ratio, units};

/// The text for a terminal of `recordings`, of one machine with several core counts.
pub fn terminal(recordings: &[Recording], style: TerminalStyle) -> String {
    export::terminal::blocks(&blocks(&Analysed::all(recordings)), style)
}

/// The cores of each recording, and a table for each workload.
pub fn blocks(recordings: &[Analysed<'_>]) -> Vec<Block> {
    let mut blocks = vec![Block::Notes(machines(recordings))];
    for scaled in scale(recordings) {
        blocks.push(if scaled.computes() { computing(&scaled) } else { waiting(&scaled) });
    }
    let warnings = warnings(recordings);
    if !warnings.is_empty() {
        blocks.push(Block::Notes(warnings));
    }
    blocks
}

/// The warnings of each recording.
fn warnings(recordings: &[Analysed<'_>]) -> Vec<String> {
    let mut warnings = Vec::new();
    for Analysed { recording, summary } in recordings {
        let cores = units::cores(recording.environment.cores);
        for warning in about_warnings(&summary.warnings) {
            warnings.push(format!("On {cores}: {warning}"));
        }
    }
    warnings
}

/// A cell at a core count.
struct CellOn<'a> {
    workload: &'a str,
    cell: &'a str,
    cores: u64,
    speedup: Ratio,
    efficiency: Option<Ratio>,
    /// The warnings of the recording that block its verdicts.
    no_verdict: String,
}

/// Every cell at each core count.
pub fn values(recordings: &[Analysed<'_>]) -> Table {
    let all = scale(recordings);
    let blocked = blocked(recordings);
    let mut rows = Vec::new();
    for scaled in &all {
        for cell in scaled.cells() {
            let efficiency = scaled.efficiency(cell);
            for (cores, speedup) in scaled.speedups(cell) {
                let efficiency = efficiency.get(&cores).copied();
                let no_verdict = blocked.get(&cores).cloned().unwrap_or_default();
                rows.push(CellOn { workload: scaled.name(), cell, cores, speedup, efficiency, no_verdict });
            }
        }
    }
    Table::of(&rows)
        .left("workload", |it| it.workload)
        .left("cell", |it| it.cell)
        .left("cores", |it| it.cores)
        .ratio("speedup", |it| Some(it.speedup))
        .ratio("efficiency", |it| it.efficiency)
        .left("no verdict", |it| it.no_verdict.as_str())
        .build()
}

/// Why recordings have no verdicts, by their cores.
fn blocked(recordings: &[Analysed<'_>]) -> BTreeMap<u64, String> {
    let mut blocked = BTreeMap::new();
    for Analysed { recording, summary } in recordings {
        let warnings = summary.warnings.iter().filter(|warning| warning.blocks_verdicts());
        let why = about_warnings(warnings);
        if !why.is_empty() {
            blocked.insert(recording.environment.cores, why.join("; "));
        }
    }
    blocked
}

/// The cores of each recording.
fn machines(recordings: &[Analysed<'_>]) -> Vec<String> {
    let mut by_cores = BTreeMap::new();
    for Analysed { recording: Recording { environment, .. }, .. } in recordings {
        by_cores.insert(environment.cores, machine(environment));
    }
    by_cores.into_values().collect()
}

fn machine(environment: &Environment) -> String {
    let cores = units::cores(environment.cores);
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let mut text = match &environment.limited_by {
        Some(by) => format!("{cores} of {cpu}, by {by}"),
        None => format!("{cores} of {cpu}, all that there are"),
    };
    if let Some(which) = &environment.affinity {
        text += &format!(", {which}");
    }
    text
}

/// A cell of a workload on several core counts, or the machine itself.
#[derive(Clone, Copy)]
enum Line<'a> {
    Cell(&'a str),
    AllCores,
    /// A cell that was measured in several revisions, which are not compared.
    Changed(&'a str),
}

impl Line<'_> {
    fn name(&self) -> &str {
        match self {
            Line::Cell(name) | Line::Changed(name) => name,
            Line::AllCores => "(all cores)",
        }
    }
}

const CHANGED: &str = "contender changed";

/// Speedup and efficiency at each core count, and the fitted model.
fn computing(scaled: &Scaled) -> Block {
    let mut lines: Vec<Line<'_>> = scaled.cells().into_iter().skip(1).map(Line::Cell).collect();
    lines.push(Line::AllCores);
    lines.extend(scaled.changed_contenders().into_iter().map(Line::Changed));
    let capacity = scaled.capacity();
    let mut columns = Table::of(&lines).left("model/concurrency", Line::name);
    for &cores in scaled.rows.keys() {
        columns = columns
            .with_interval(units::cores(cores), 2, |line| match line {
                Line::Cell(name) => scaled.speedups(name).get(&cores).map(shown_apart),
                Line::AllCores => capacity.get(&cores).map(shown_apart),
                Line::Changed(_) => None,
            })
            .right("of all", Unit::Plain, |line| match line {
                Line::Cell(name) => efficiency(scaled, name, cores).into(),
                _ => Cell::Blank,
            });
    }
    let table = columns
        .left("Karp-Flatt", |line| match line {
            Line::Cell(name) => serial(&scaled.speedups(name)).into(),
            Line::AllCores => Cell::Blank,
            Line::Changed(_) => Cell::Missing,
        })
        .leaves(3)
        .left("law", |line| match line {
            Line::Cell(name) => follows(scaled.scaling_model(name)).into(),
            Line::AllCores => Cell::Blank,
            Line::Changed(_) => CHANGED.into(),
        })
        .wraps()
        .leaves(1)
        .build();
    Block::titled(
        format!("{}: speedup over sequential, and its share of what all cores gave", scaled.name()),
        table,
        vec![],
    )
}

/// The share of what all cores gave, in percent.
fn efficiency(scaled: &Scaled, name: &str, cores: u64) -> Option<String> {
    Some(format!("{:.0} %", 100.0 * scaled.efficiency(name).get(&cores)?.ratio))
}

/// The speedup at each core count, and whether it changes.
fn waiting(scaled: &Scaled) -> Block {
    let mut lines = Vec::new();
    for name in scaled.cells().into_iter().skip(1) {
        // Models with as many workers as cores do not wait for the same number of jobs at once.
        if Width::of(name) != Some(Width::Cores) {
            lines.push(Line::Cell(name));
        }
    }
    lines.extend(scaled.changed_contenders().into_iter().map(Line::Changed));
    let mut columns = Table::of(&lines).left("model/concurrency", Line::name);
    for cores in scaled.rows.keys() {
        columns = columns.with_interval(units::cores(*cores), 1, |line| match line {
            Line::Changed(_) => None,
            line => scaled.speedups(line.name()).get(cores).map(shown_apart),
        });
    }
    let table = columns
        .left("over cores", |line| match line {
            Line::Changed(_) => Some(CHANGED.into()),
            line => over_cores(scaled.change(line.name())),
        })
        .build();
    Block::titled(format!("{}: speedup over sequential", scaled.name()), table, vec![])
}

/// The serial share implied by the speedup on the most cores alone.
fn serial(speedups: &BTreeMap<u64, Ratio>) -> Option<String> {
    let (&cores, speedup) = speedups.last_key_value()?;
    let share = 100.0 * karp_flatt(speedup.ratio, cores)?;
    if let Ok(it) = speedup.interval
        && let (Some(low), Some(high)) = (karp_flatt(it.high, cores), karp_flatt(it.low, cores))
    {
        return Some(format!("{share:.1} ({:.1} .. {:.1}) %", 100.0 * low, 100.0 * high));
    }
    Some(format!("{share:.1} %"))
}

fn follows(scaling_model: Option<Result<ScalingModel, FitError>>) -> String {
    let Some(scaling_model) = scaling_model else { return "no verdict".into() };
    match scaling_model {
        Ok(ScalingModel::Amdahl(serial)) => format!("Amdahl: {} serial", percent(serial)),
        Ok(ScalingModel::Universal(contention, coherence)) if coherence.is_significant => {
            format!("USL: contention {}, coherence {}", percent(contention), percent(coherence))
        }
        Ok(ScalingModel::Universal(contention, _)) => {
            format!("USL: contention {}, no coherence seen", percent(contention))
        }
        Err(FitError::Cores(cores)) => format!("none: {cores} numbers of cores, a law takes {FOR_AMDAHL}"),
        Err(FitError::NoSingle) => "none: not measured on one core".into(),
        Err(FitError::Launches(few)) => {
            format!("none: {} launches, an interval takes {}", few.have, few.need)
        }
    }
}

fn percent(it: Parameter) -> String {
    format!("{:.2} % ({:.2} .. {:.2})", 100.0 * it.value, 100.0 * it.interval.low, 100.0 * it.interval.high)
}

fn over_cores(change: Option<Change>) -> Option<String> {
    let Some(change) = change else { return Some("no verdict".into()) };
    let (word, ratio) = match change {
        Change::Equal(ratio) => ("flat", ratio),
        Change::Faster(ratio) => ("rises", ratio),
        Change::Slower(ratio) => ("falls", ratio),
        Change::Undecided(ratio) => ("undecided", ratio),
        Change::TooFew(few) => return Some(format!("too few launches: {} of {}", few.have, few.need)),
        Change::Unmeasured => return None,
    };
    Some(match ratio.interval {
        Ok(it) => format!("{word} ({:.2} .. {:.2})", it.low, it.high),
        Err(_) => word.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::scaling::tests::on;

    #[test]
    fn two_core_counts_give_speedups_only() {
        insta::assert_snapshot!(terminal(&[on(1, 100), on(2, 51)], TerminalStyle::UNLIMITED));
    }

    #[test]
    fn flat_scaling_of_waiting_is_checked() {
        let waits = |cores, percent| {
            let mut recording = on(cores, percent);
            let study = recording.study.as_mut().unwrap();
            study.workloads[0].kind = crate::record::schema::Kind::Waits;
            study.arms[1].id = "hash/threads/jobs".into();
            recording
        };
        assert!(
            terminal(&[waits(1, 50), waits(2, 50)], TerminalStyle::UNLIMITED).contains("flat (1.00 .. 1.00)")
        );
        assert!(
            terminal(&[waits(1, 50), waits(2, 30)], TerminalStyle::UNLIMITED)
                .contains("rises (1.67 .. 1.67)")
        );
        let mut busy = waits(2, 30);
        busy.environment.quota_millicores = Some(1_500);
        let text = terminal(&[waits(1, 50), busy], TerminalStyle::UNLIMITED);
        assert!(text.contains("no verdict") && !text.contains("rises"), "{text}");
        assert!(text.contains("On 2 cores: NO VERDICT: a CPU quota"), "{text}");
    }

    #[test]
    fn law_needs_quiet_studies() {
        let mut busy = on(4, 33);
        assert!(
            terminal(&[on(1, 100), on(2, 55), busy.clone()], TerminalStyle::UNLIMITED).contains("Amdahl")
        );
        busy.environment.quota_millicores = Some(1_500);
        assert!(!terminal(&[on(1, 100), on(2, 55), busy], TerminalStyle::UNLIMITED).contains("Amdahl"));
    }
}
