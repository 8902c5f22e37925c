//! Compares recordings: their differences, and the changes of their cells.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::{Environment, InterpreterEntry, Recording, Study, WorkloadEntry};
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
    /// The change from the first recording to each of the others. A cell of the baseline is judged by its time, all
    /// others by their speedup over it.
    pub changes: Vec<Result<Change, Unjudged>>,
}

/// Why the change of a cell is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// Another revision of its workload, its model or its baseline was measured.
    ContenderChanged,
    /// It was measured on another machine, or on other cores.
    OtherMachine,
    /// A warning blocks verdicts, or one recording lacks the cell.
    NoVerdict,
}

impl Comparison {
    /// Compares `recordings`, of which there is at least one.
    pub fn of(recordings: &[Recording]) -> Self {
        let first = Summary::of(&recordings[0]);
        let mut others = Vec::new();
        let mut same_machine = Vec::new();
        for other in &recordings[1..] {
            others.push(Summary::of(other));
            same_machine.push(machine(other) == machine(&recordings[0]));
        }
        let mut cells = Vec::new();
        for row in first.all_rows() {
            for cell in &row.cells {
                cells.push(compared(RowCell { row, cell }, &others, &same_machine));
            }
        }
        Comparison { same_machine, cells }
    }

    /// The judged changes of every cell in every recording.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        self.cells.iter().flat_map(|cell| cell.changes.iter().copied().flatten())
    }
}

/// A cell in its row.
#[derive(Clone, Copy)]
struct RowCell<'a> {
    row: &'a Row,
    cell: &'a CellResult,
}

fn compared(first: RowCell<'_>, others: &[Summary], same_machine: &[bool]) -> Compared {
    let mut speedups = vec![first.cell.speedup];
    let mut changes = Vec::new();
    for (summary, is_same_machine) in others.iter().zip(same_machine) {
        let other = find(summary, first);
        speedups.push(other.and_then(|other| other.cell.speedup));
        changes.push(match other {
            Some(other) if revisions(other.row, other.cell) != revisions(first.row, first.cell) => {
                Err(Unjudged::ContenderChanged)
            }
            _ if !is_same_machine => Err(Unjudged::OtherMachine),
            Some(other) if !first.row.withheld && !other.row.withheld => Ok(judge(first, other)),
            _ => Err(Unjudged::NoVerdict),
        });
    }
    Compared { id: format!("{}/{}", first.row.workload.name, first.cell.name), speedups, changes }
}

/// The cell of `summary` with the name of `wanted`.
fn find<'a>(summary: &'a Summary, wanted: RowCell<'_>) -> Option<RowCell<'a>> {
    let row = summary.all_rows().find(|row| is_shared(&row.workload, &wanted.row.workload))?;
    let cell = row.cells.iter().find(|cell| cell.name == wanted.cell.name)?;
    Some(RowCell { row, cell })
}

/// The revisions of the workload, the model and the baseline behind the speedup of a cell: two cells are compared only
/// if all are equal.
pub(super) fn revisions(row: &Row, cell: &CellResult) -> (u32, u32, Option<u32>) {
    (row.workload.revision(), cell.revision, row.baseline().map(|baseline| baseline.revision))
}

fn judge(first: RowCell<'_>, other: RowCell<'_>) -> Change {
    if !first.cell.is_baseline() {
        return change(&first.cell.logs, &other.cell.logs, 0.0);
    }
    // An absolute time has no paired measurement in the same rounds: it may drift as far as the A/A arms
    // show.
    let drift = noise_floor(first.row).max(noise_floor(other.row));
    change(&speed(first.row), &speed(other.row), drift)
}

/// The noise floor of a row; zero if it has no control.
fn noise_floor(row: &Row) -> f64 {
    row.noise_floor().unwrap_or(0.0)
}

/// The logarithm of the speed of the baseline in each launch.
fn speed(row: &Row) -> Vec<Option<f64>> {
    row.baseline_ns.iter().map(|ns| Some(-(*ns)?.ln())).collect()
}

/// What two recordings of one machine have in common: its facts, the cores and the number of workers.
fn machine(recording: &Recording) -> impl PartialEq {
    let Environment { cpu_model, cores, physical_cores, memory_bytes, os, arch, .. } = &recording.environment;
    let hardware = (cpu_model.clone(), *physical_cores, *memory_bytes, arch.clone());
    (hardware, os.clone(), *cores, workers(recording))
}

/// The workers that models were given.
fn workers(recording: &Recording) -> u64 {
    match &recording.study {
        Some(Study { workers: Some(workers), .. }) => workers.get(),
        _ => recording.environment.cores,
    }
}

/// The first shared workload of another size.
pub fn differing_workload<'a>(one: &'a Recording, other: &Recording) -> Option<&'a str> {
    for workload in workloads(one) {
        for other in workloads(other) {
            if is_shared(workload, other) && !workload.is_same_size(other) {
                return Some(&workload.name);
            }
        }
    }
    None
}

/// The number of shared workloads.
pub fn shared_workloads(one: &Recording, other: &Recording) -> usize {
    let mut shared = 0;
    for workload in workloads(one) {
        shared += usize::from(workloads(other).iter().any(|other| other.name == workload.name));
    }
    shared
}

fn workloads(recording: &Recording) -> &[WorkloadEntry] {
    match &recording.study {
        Some(study) => &study.workloads,
        None => &[],
    }
}

fn is_shared(one: &WorkloadEntry, other: &WorkloadEntry) -> bool {
    one.name == other.name && one.platform == other.platform
}

/// The differences between recordings: what differs, and its value in each.
pub fn differences(recordings: &[Recording]) -> Vec<(&'static str, Vec<String>)> {
    let mut differences: Vec<(&'static str, Vec<String>)> = Vec::new();
    for (at, recording) in recordings.iter().enumerate() {
        for (fact, (name, value)) in facts(recording).into_iter().enumerate() {
            if at == 0 {
                differences.push((name, Vec::new()));
            }
            differences[fact].1.push(value);
        }
    }
    differences.retain(|(_, values)| values.iter().any(|value| *value != values[0]));
    differences
}

/// Everything that may differ, in display order.
fn facts(recording: &Recording) -> Vec<(&'static str, String)> {
    let environment = &recording.environment;
    let launches = match &recording.study {
        None => "none".into(),
        Some(study) => format!("{} x {}", study.launches_asked, study.rounds_asked),
    };
    vec![
        ("processor", text(&environment.cpu_model)),
        ("cores", environment.cores.to_string()),
        ("limited by", environment.limited_by.clone().unwrap_or_else(|| "nothing".into())),
        ("workers", workers(recording).to_string()),
        ("physical cores", number(environment.physical_cores)),
        ("SMT", flag(environment.smt)),
        ("classes of cores", format!("{:?}", environment.core_classes)),
        ("memory in bytes", number(environment.memory_bytes)),
        ("system", format!("{} on {}", environment.os, environment.arch)),
        ("kernel", text(&environment.kernel)),
        ("governor", text(&environment.governor)),
        ("turbo", flag(environment.turbo)),
        ("on a battery", flag(environment.on_battery)),
        ("quota in millicores", number(environment.quota_millicores)),
        ("SHA-256", environment.sha256.clone()),
        ("bakeoff", environment.bakeoff.clone()),
        ("commit", text(&environment.commit)),
        ("changed since", flag(environment.dirty)),
        ("rustc", text(&environment.rustc)),
        ("profile", environment.profile.clone()),
        ("libraries", environment.libraries.join(", ")),
        ("interpreters", interpreters(environment)),
        ("launches x rounds", launches),
    ]
}

fn text(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(unknown)
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(unknown, |number| number.to_string())
}

fn flag(flag: Option<bool>) -> String {
    match flag {
        None => unknown(),
        Some(true) => "yes".into(),
        Some(false) => "no".into(),
    }
}

fn unknown() -> String {
    "unknown".into()
}

/// Version and build of each interpreter.
fn interpreters(environment: &Environment) -> String {
    let mut all = Vec::new();
    for InterpreterEntry { tag, version, build, .. } in environment.interpreters.iter().flatten() {
        all.push(format!("{tag} ({}, {})", text(version), text(build)));
    }
    if all.is_empty() { "none".into() } else { all.join("; ") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    fn words(recordings: &[Recording]) -> Vec<(String, Result<Change, Unjudged>)> {
        Comparison::of(recordings).cells.into_iter().map(|cell| (cell.id, cell.changes[0])).collect()
    }

    #[test]
    fn recording_equals_itself_in_every_cell() {
        let recording = recording(16, 50);
        let words = words(&[recording.clone(), recording.clone()]);
        assert!(
            words.len() == 2 && words.iter().all(|(_, word)| matches!(word, Ok(Change::Equal(_)))),
            "{words:?}"
        );
        assert_eq!(differences(&[recording.clone(), recording]), []);
    }

    #[test]
    fn only_the_changed_cell_is_reported() {
        let words = words(&[recording(16, 50), recording(16, 55)]);
        assert!(matches!(words[0].1, Ok(Change::Equal(_))), "{words:?}");
        assert!(matches!(words[1].1, Ok(Change::Slower(_))), "{words:?}");
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
        assert_eq!(words(&[recording(16, 50), busy])[1].1, Err(Unjudged::NoVerdict));
    }

    fn workload(recording: &mut Recording) -> &mut WorkloadEntry {
        &mut recording.study.as_mut().unwrap().workloads[0]
    }

    #[test]
    fn workload_of_another_size_is_reported() {
        let original = recording(16, 50);
        let mut other = original.clone();
        workload(&mut other).jobs = 7.try_into().unwrap();
        assert_eq!(differing_workload(&original, &other), Some("hash"));
        workload(&mut other).jobs = workload(&mut original.clone()).jobs;
        workload(&mut other).each = Some(65);
        assert_eq!(differing_workload(&original, &other), Some("hash"));
        workload(&mut other).name = "primes".into();
        assert_eq!((differing_workload(&original, &other), shared_workloads(&original, &other)), (None, 0));
    }

    #[test]
    fn reworded_workload_and_unknown_size_compare() {
        let original = recording(16, 50);
        let mut old = original.clone();
        workload(&mut old).about = "SHA-256 of random bytes".into();
        workload(&mut old).definition = Some("cd".repeat(32));
        workload(&mut old).each = None;
        assert_eq!(differing_workload(&original, &old), None);
        assert!(words(&[original, old]).iter().all(|(_, word)| matches!(word, Ok(Change::Equal(_)))));
    }

    #[test]
    fn sizes_of_two_platforms_must_be_known() {
        let native = workload(&mut recording(16, 50)).clone();
        let python = WorkloadEntry { platform: Some("3.11".into()), ..native.clone() };
        assert!(native.is_same_size(&python));
        assert!(defined(&native, "ab").is_same_size(&defined(&python, "ab")));
        assert!(!defined(&native, "ab").is_same_size(&defined(&python, "cd")));
    }

    /// The entry as versions 1 to 4 have it.
    fn defined(entry: &WorkloadEntry, definition: &str) -> WorkloadEntry {
        WorkloadEntry { each: None, definition: Some(definition.into()), ..entry.clone() }
    }

    #[test]
    fn cells_of_other_revisions_are_not_judged() {
        let changed = Err(Unjudged::ContenderChanged);
        let original = recording(16, 50);
        let mut other = original.clone();
        other.study.as_mut().unwrap().arms[1].revision = Some(2);
        let words_of_model = words(&[original.clone(), other]);
        assert!(matches!(words_of_model[0].1, Ok(Change::Equal(_))), "{words_of_model:?}");
        assert_eq!(words_of_model[1].1, changed);
        let mut other_baseline = original.clone();
        other_baseline.study.as_mut().unwrap().arms[0].revision = Some(2);
        let mut other_work = original.clone();
        workload(&mut other_work).revision = Some(2);
        for other in [other_baseline, other_work] {
            assert!(words(&[original.clone(), other]).iter().all(|(_, word)| *word == changed));
        }
    }
}
