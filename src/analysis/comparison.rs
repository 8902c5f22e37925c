//! Compares recordings: their differences, and the changes of their cells.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::{Environment, InterpreterEntry, Recording, Study, Width, WorkloadEntry};
use crate::stats::change::{Change, change};
use crate::stats::ratio::Ratio;

/// All recordings against the first.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Whether each of the others has the same machine and cores, so that its cells became faster or slower.
    pub same_machine: Vec<bool>,
    /// The cells of the first recording.
    pub cells: Vec<Compared>,
}

/// A cell in all recordings.
#[derive(Clone, Debug)]
pub struct Compared {
    /// `workload/model/width`.
    pub id: String,
    /// Its speedup over `sequential` in each recording.
    pub speedups: Vec<Option<Ratio>>,
    /// The change from the first recording to each of the others of the same machine. A cell of the baseline
    /// is judged
    /// by its time, all others by their speedup over it. `None` if a warning blocks verdicts or the machine
    /// differs.
    pub changes: Vec<Option<Change>>,
}

impl Comparison {
    /// Compares `recordings`, of which there is at least one.
    pub fn of(recordings: &[Recording]) -> Self {
        let findings: Vec<Summary> = recordings.iter().map(Summary::of).collect();
        let same_machine: Vec<bool> =
            recordings.iter().skip(1).map(|other| is_same_machine(&recordings[0], other)).collect();
        let of_row = |row: &Row| {
            let cells = row.cells.iter();
            cells.map(|cell| compared(row, cell, &findings, &same_machine)).collect::<Vec<_>>()
        };
        let cells = findings[0].all_rows().flat_map(of_row).collect();
        Comparison { same_machine, cells }
    }

    /// The changes of every cell in every recording of the same machine.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        self.cells.iter().flat_map(|cell| cell.changes.iter().copied().flatten())
    }
}

fn compared(row: &Row, cell: &CellResult, findings: &[Summary], same_machine: &[bool]) -> Compared {
    let in_each: Vec<Option<(&Row, &CellResult)>> =
        findings.iter().map(|findings| find(findings, row, cell)).collect();
    let became = |(other, same): (&Option<(&Row, &CellResult)>, &bool)| {
        let (other_row, other_cell) = (*other)?;
        (*same && !row.withheld && !other_row.withheld).then(|| judge((row, cell), (other_row, other_cell)))
    };
    Compared {
        id: format!("{}/{}", row.workload.name, cell.name),
        speedups: in_each.iter().map(|found| found.and_then(|(_, cell)| cell.speedup)).collect(),
        changes: in_each.iter().skip(1).zip(same_machine).map(became).collect(),
    }
}

fn find<'a>(findings: &'a Summary, row: &Row, cell: &CellResult) -> Option<(&'a Row, &'a CellResult)> {
    let row = findings.all_rows().find(|other| {
        other.workload.name == row.workload.name && other.workload.platform == row.workload.platform
    })?;
    Some((row, row.cells.iter().find(|other| other.name == cell.name)?))
}

fn judge((row, cell): (&Row, &CellResult), (other_row, other_cell): (&Row, &CellResult)) -> Change {
    if Width::of(&cell.name) != Some(Width::One) {
        return change(&cell.logs, &other_cell.logs, 0.0);
    }
    // An absolute time has no paired measurement in the same rounds: it may drift as far as the A/A arms
    // show.
    let speed = |row: &Row| row.baseline_ns.iter().map(|ns| Some(-(*ns)?.ln())).collect::<Vec<_>>();
    let drift = [row, other_row].into_iter().filter_map(Row::noise_floor).fold(0.0, f64::max);
    change(&speed(row), &speed(other_row), drift)
}

/// Whether both have the same machine, cores and worker count.
fn is_same_machine(one: &Recording, other: &Recording) -> bool {
    let machine = |recording: &Recording| {
        let Environment { cpu_model, cores, physical_cores, memory_bytes, os, arch, .. } =
            recording.environment.clone();
        (cpu_model, cores, physical_cores, memory_bytes, os, arch, workers(recording))
    };
    machine(one) == machine(other)
}

/// The workers that models were given.
fn workers(recording: &Recording) -> u64 {
    let asked = recording.study.as_ref().and_then(|study| study.workers);
    asked.map_or(recording.environment.cores, std::num::NonZeroU64::get)
}

/// The first shared workload name with different definitions.
pub fn differing_workload<'a>(one: &'a Recording, other: &Recording) -> Option<&'a str> {
    let others = || other.study.iter().flat_map(|study| &study.workloads);
    let differs = |workload: &&WorkloadEntry| {
        let same = |other: &WorkloadEntry| other.name == workload.name && other.platform == workload.platform;
        others().any(|other| same(other) && other.definition != workload.definition)
    };
    one.study.iter().flat_map(|study| &study.workloads).find(differs).map(|workload| workload.name.as_str())
}

/// The number of shared workloads.
pub fn shared_workloads(one: &Recording, other: &Recording) -> usize {
    let names = |recording: &Recording| {
        let study = recording.study.iter();
        study.flat_map(|study| &study.workloads).map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    let others = names(other);
    names(one).iter().filter(|name| others.contains(name)).count()
}

/// The differences between recordings: what differs, and its value in each.
pub fn differences(recordings: &[Recording]) -> Vec<(&'static str, Vec<String>)> {
    let facts: Vec<Vec<(&'static str, String)>> = recordings.iter().map(facts).collect();
    let by_fact = (0..facts[0].len())
        .map(|at| (facts[0][at].0, facts.iter().map(|facts| facts[at].1.clone()).collect()));
    by_fact.filter(|(_, values): &(_, Vec<String>)| values.iter().any(|value| *value != values[0])).collect()
}

/// Everything that may differ, in display order.
fn facts(recording: &Recording) -> Vec<(&'static str, String)> {
    let environment = &recording.environment;
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".into());
    let number = |number: Option<u64>| number.map_or("unknown".into(), |number| number.to_string());
    let flag = |flag: Option<bool>| match flag {
        None => "unknown".to_owned(),
        Some(true) => "yes".into(),
        Some(false) => "no".into(),
    };
    let of_study = |of: &dyn Fn(&Study) -> String| recording.study.as_ref().map_or("none".into(), of);
    vec![
        ("processor", said(&environment.cpu_model)),
        ("cores", environment.cores.to_string()),
        ("limited by", environment.limited_by.clone().unwrap_or_else(|| "nothing".into())),
        ("workers", workers(recording).to_string()),
        ("physical cores", number(environment.physical_cores)),
        ("SMT", flag(environment.smt)),
        ("classes of cores", format!("{:?}", environment.core_classes)),
        ("memory in bytes", number(environment.memory_bytes)),
        ("system", format!("{} on {}", environment.os, environment.arch)),
        ("kernel", said(&environment.kernel)),
        ("governor", said(&environment.governor)),
        ("turbo", flag(environment.turbo)),
        ("on a battery", flag(environment.on_battery)),
        ("quota in millicores", number(environment.quota_millicores)),
        ("SHA-256", environment.sha256.clone()),
        ("bakeoff", environment.bakeoff.clone()),
        ("commit", said(&environment.commit)),
        ("changed since", flag(environment.dirty)),
        ("rustc", said(&environment.rustc)),
        ("profile", environment.profile.clone()),
        ("libraries", environment.libraries.join(", ")),
        ("interpreters", interpreters(environment)),
        (
            "launches x rounds",
            of_study(&|study| format!("{} x {}", study.launches_asked, study.rounds_asked)),
        ),
    ]
}

/// Version and build of each interpreter.
fn interpreters(environment: &Environment) -> String {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".into());
    let one = |it: &InterpreterEntry| format!("{} ({}, {})", it.tag, said(&it.version), said(&it.build));
    let all: Vec<String> = environment.interpreters.iter().flatten().map(one).collect();
    if all.is_empty() { "none".into() } else { all.join("; ") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    fn words(recordings: &[Recording]) -> Vec<(String, Option<Change>)> {
        Comparison::of(recordings).cells.into_iter().map(|cell| (cell.id, cell.changes[0])).collect()
    }

    #[test]
    fn recording_equals_itself_in_every_cell() {
        let recording = recording(16, 50);
        let words = words(&[recording.clone(), recording.clone()]);
        assert!(
            words.len() == 2 && words.iter().all(|(_, word)| matches!(word, Some(Change::Equal(_)))),
            "{words:?}"
        );
        assert_eq!(differences(&[recording.clone(), recording]), []);
    }

    #[test]
    fn only_the_changed_cell_is_reported() {
        let words = words(&[recording(16, 50), recording(16, 55)]);
        assert!(matches!(words[0].1, Some(Change::Equal(_))), "{words:?}");
        assert!(matches!(words[1].1, Some(Change::Slower(_))), "{words:?}");
    }

    #[test]
    fn other_machine_or_warning_suppresses_verdict() {
        let mut other = recording(16, 50);
        other.environment.cpu_model = Some("another".into());
        let compared = Comparison::of(&[recording(16, 50), other.clone()]);
        assert!(
            compared.cells[1].speedups.iter().all(Option::is_some) && compared.changes().next().is_none()
        );
        assert_eq!(differences(&[recording(16, 50), other])[0].1, ["unknown", "another"]);
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        assert_eq!(words(&[recording(16, 50), busy])[1].1, None);
    }

    #[test]
    fn changed_workload_definition_is_reported() {
        let mut other = recording(16, 50);
        other.study.as_mut().unwrap().workloads[0].definition = "cd".into();
        assert_eq!(differing_workload(&recording(16, 50), &other), Some("hash"));
        other.study.as_mut().unwrap().workloads[0].name = "primes".into();
        assert_eq!(
            (differing_workload(&recording(16, 50), &other), shared_workloads(&recording(16, 50), &other)),
            (None, 0)
        );
    }
}
