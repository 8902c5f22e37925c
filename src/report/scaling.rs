//! Tables of speedups by core count.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::analysis::scaling::{Scaled, scale};
use crate::record::schema::Recording;
use crate::report::formats::bounds;
use crate::report::sheet::Table;
use crate::report::table;
use crate::stats::change::Change;
use crate::stats::ratio::Ratio;
use crate::stats::scaling_model::{FOR_AMDAHL, FitError, Parameter, ScalingModel, karp_flatt};
use crate::stats::units;

/// The tables of `recordings`, of one machine with several core counts.
pub fn terminal(recordings: &[Recording]) -> String {
    let mut text = machines(recordings);
    for scaled in scale(recordings) {
        let _ = write!(text, "\n{}", if scaled.computes() { computing(&scaled) } else { waiting(&scaled) });
    }
    text
}

/// Every cell at each core count as plain values.
pub fn sheet(recordings: &[Recording]) -> Table {
    let columns = [
        "workload",
        "cell",
        "cores",
        "speedup",
        "speedup_low",
        "speedup_high",
        "efficiency",
        "efficiency_low",
        "efficiency_high",
    ];
    let of_cell = |scaled: &Scaled, name: &str| {
        let efficiency = scaled.efficiency(name);
        let row = |(cores, speedup): (&u64, &Ratio)| {
            let [speedup, low, high] = bounds(Some(speedup));
            let [share, share_low, share_high] = bounds(efficiency.get(cores));
            let name = [scaled.name().into(), name.into(), (*cores).into()];
            let [workload, cell, cores] = name;
            [workload, cell, cores, speedup, low, high, share, share_low, share_high]
        };
        scaled.speedups(name).iter().map(row).collect::<Vec<_>>()
    };
    let scaled = scale(recordings);
    let rows =
        scaled.iter().flat_map(|scaled| scaled.cells().into_iter().flat_map(|name| of_cell(scaled, name)));
    Table::new(columns, rows.collect::<Vec<_>>())
}

/// The cores of each recording.
fn machines(recordings: &[Recording]) -> String {
    let line = |recording: &Recording| {
        let environment = &recording.environment;
        let cores = environment.cores;
        let plural = if cores == 1 { "" } else { "s" };
        let by = environment.limited_by.as_ref().map_or("all that there are".into(), |by| format!("by {by}"));
        let which = environment.affinity.as_ref().map_or(String::new(), |list| format!(", {list}"));
        let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
        format!("{cores} core{plural} of {cpu}, {by}{which}\n")
    };
    let by_cores: BTreeMap<u64, String> =
        recordings.iter().map(|recording| (recording.environment.cores, line(recording))).collect();
    by_cores.into_values().collect()
}

/// Speedup and efficiency at each core count, and the fitted model.
fn computing(scaled: &Scaled) -> String {
    let capacity = scaled.capacity();
    let row = |name: &str| {
        let (speedups, efficiency) = (scaled.speedups(name), scaled.efficiency(name));
        let entry = |cores: &u64| {
            let speedup = speedups.get(cores).map_or("-".into(), shown);
            let share =
                efficiency.get(cores).map_or(String::new(), |it| format!(", {:.0} %", 100.0 * it.ratio));
            speedup + &share
        };
        let most = speedups.last_key_value();
        let serial = most.and_then(|(&cores, speedup)| serial(speedup, cores)).unwrap_or("-".into());
        let entries = scaled.rows.keys().map(entry);
        std::iter::once(name.to_owned())
            .chain(entries)
            .chain([serial, follows(scaled.scaling_model(name))])
            .collect()
    };
    let given = scaled.rows.keys().map(|cores| capacity.get(cores).map_or("-".into(), shown));
    let given = std::iter::once("(all cores)".into()).chain(given).collect();
    let names = scaled.cells();
    let rows: Vec<Vec<String>> = names.iter().skip(1).map(|name| row(name)).chain([given]).collect();
    let header = header(scaled, &["Karp-Flatt", "law"]);
    let rows = [rows, changed_contenders(scaled, header.len())].concat();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    format!(
        "{}: speedup over sequential, and how much of what all cores gave\n{}",
        scaled.name(),
        table::plain(&header, &[], rows)
    )
}

/// The speedup at each core count, and whether it changes.
fn waiting(scaled: &Scaled) -> String {
    let row = |name: &str| {
        let speedups = scaled.speedups(name);
        let entry = |cores: &u64| speedups.get(cores).map_or("-".into(), shown);
        let entries = scaled.rows.keys().map(entry);
        std::iter::once(name.to_owned()).chain(entries).chain([over_cores(scaled.change(name))]).collect()
    };
    // Models with as many workers as cores do not wait for the same number of jobs at once.
    let names = scaled.cells();
    let rows: Vec<Vec<String>> =
        names.iter().skip(1).filter(|name| !name.ends_with("/cores")).map(|name| row(name)).collect();
    let header = header(scaled, &["over cores"]);
    let rows = [rows, changed_contenders(scaled, header.len())].concat();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    format!("{}: speedup over sequential\n{}", scaled.name(), table::plain(&header, &[], rows))
}

/// The rows of cells that are not compared, as they were measured in several revisions.
fn changed_contenders(scaled: &Scaled, columns: usize) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for name in scaled.changed_contenders() {
        let mut row = vec!["-".to_owned(); columns];
        row[0] = name.to_owned();
        row[columns - 1] = "contender changed".to_owned();
        rows.push(row);
    }
    rows
}

fn header(scaled: &Scaled, last: &[&str]) -> Vec<String> {
    let cores = scaled.rows.keys().map(|&cores| units::cores(cores));
    std::iter::once("model/width".into())
        .chain(cores)
        .chain(last.iter().map(|&name| name.to_owned()))
        .collect()
}

fn shown(ratio: &Ratio) -> String {
    let interval = ratio
        .interval
        .map_or(String::new(), |it| format!(" ({} .. {})", units::ratio(it.low), units::ratio(it.high)));
    units::ratio(ratio.ratio) + &interval
}

/// The serial share implied by a single speedup.
fn serial(speedup: &Ratio, cores: u64) -> Option<String> {
    let share = |speedup: f64| Some(format!("{:.1}", 100.0 * karp_flatt(speedup, cores)?));
    let middle = share(speedup.ratio)?;
    let bounds =
        speedup.interval.ok().and_then(|it| Some(format!(" ({} .. {})", share(it.high)?, share(it.low)?)));
    Some(format!("{middle}{} %", bounds.unwrap_or_default()))
}

fn follows(scaling_model: Result<ScalingModel, FitError>) -> String {
    let percent = |it: Parameter| {
        format!(
            "{:.2} % ({:.2} .. {:.2})",
            100.0 * it.value,
            100.0 * it.interval.low,
            100.0 * it.interval.high
        )
    };
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

fn over_cores(change: Change) -> String {
    let bounds = |ratio: Ratio| {
        ratio.interval.map_or(String::new(), |it| format!(" ({:.2} .. {:.2})", it.low, it.high))
    };
    match change {
        Change::Equal(ratio) => format!("flat{}", bounds(ratio)),
        Change::Faster(ratio) => format!("rises{}", bounds(ratio)),
        Change::Slower(ratio) => format!("falls{}", bounds(ratio)),
        Change::NotSeparated(ratio) => format!("not separated{}", bounds(ratio)),
        Change::TooFew(few) => format!("too few launches: {} of {}", few.have, few.need),
        Change::Unmeasured => "-".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::scaling::tests::on;

    #[test]
    fn two_core_counts_give_speedups_only() {
        insta::assert_snapshot!(terminal(&[on(1, 100), on(2, 51)]));
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
        assert!(terminal(&[waits(1, 50), waits(2, 50)]).contains("flat (1.00 .. 1.00)"));
        assert!(terminal(&[waits(1, 50), waits(2, 30)]).contains("rises (1.67 .. 1.67)"));
    }
}
