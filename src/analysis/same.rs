//! Which recordings belong together: those of one machine, and those of the same work.

use std::fmt;

use crate::analysis::summary::{CellResult, Row};
use crate::record::schema::{Environment, Recording, Study, WorkloadEntry};

/// Whether two recordings are of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// All that tells machines apart is known of both, and equal.
    Same,
    /// This differs.
    Other(&'static str),
    /// The machine is the same, and this differs of how it was used.
    OtherCores(&'static str),
    /// Nothing differs, and this is unknown of one or of both: equal ignorance is no evidence.
    Unknown(&'static str),
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Machine::Same => f.write_str("the same machine"),
            Machine::Other(what) => write!(f, "another machine ({what} differs)"),
            Machine::OtherCores(what) => write!(f, "other cores ({what} differs)"),
            Machine::Unknown(what) => {
                write!(f, "can't tell whether it is one machine ({what} unknown)")
            }
        }
    }
}

/// Whether two recordings are of one machine, whose models had the same cores and numbers of workers.
pub fn machine(one: &Recording, other: &Recording) -> Machine {
    let (first, second) = (&one.environment, &other.environment);
    match hardware(first, second) {
        Machine::Same if first.cores != second.cores => Machine::OtherCores("number of cores used"),
        Machine::Same if workers(one) != workers(other) => Machine::OtherCores("number of workers"),
        hardware => hardware,
    }
}

/// Whether two recordings are of one machine, whatever cores of it were used.
pub fn hardware(one: &Environment, other: &Environment) -> Machine {
    let facts = [
        ("processor", are_equal(&one.cpu_model, &other.cpu_model)),
        ("number of physical cores", are_equal(&one.physical_cores, &other.physical_cores)),
        ("memory", is_same_memory(one, other)),
        ("system", Some(one.os == other.os)),
        ("architecture", Some(one.arch == other.arch)),
    ];
    for (what, equal) in facts {
        if equal == Some(false) {
            return Machine::Other(what);
        }
    }
    for (what, equal) in facts {
        if equal.is_none() {
            return Machine::Unknown(what);
        }
    }
    Machine::Same
}

/// The first machine among `others` that is not known to be the one of `first`.
pub fn another_machine<'a>(
    first: &Environment,
    others: impl IntoIterator<Item = &'a Environment>,
) -> Option<Machine> {
    for other in others {
        match hardware(first, other) {
            Machine::Same => {}
            another => return Some(another),
        }
    }
    None
}

/// `None` if either is unknown.
fn are_equal<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> Option<bool> {
    Some(one.as_ref()? == other.as_ref()?)
}

/// Whether one memory is at most a tenth larger than the other: what a kernel or a hypervisor keeps for itself differs
/// from one start to the next.
fn is_same_memory(one: &Environment, other: &Environment) -> Option<bool> {
    let (one, other) = (one.memory_bytes? as f64, other.memory_bytes? as f64);
    Some(one.max(other) <= 1.1 * one.min(other))
}

/// The workers that models were given.
pub(super) fn workers(recording: &Recording) -> u64 {
    match &recording.study {
        Some(Study { workers: Some(workers), .. }) => workers.get(),
        _ => recording.environment.cores,
    }
}

/// Whether `other` may stand in one table of core counts with `first`, which is the first of them.
pub fn scales_with(first: &Recording, other: &Recording) -> bool {
    let is_first = std::ptr::eq(first, other);
    let is_same_machine = hardware(&first.environment, &other.environment) == Machine::Same;
    is_first || (is_same_machine && differing_workload(first, other).is_none())
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

/// The number of workloads of one that the other measured on the same platform.
pub fn shared_workloads(one: &Recording, other: &Recording) -> usize {
    let mut shared = 0;
    for workload in workloads(one) {
        shared += usize::from(workloads(other).iter().any(|other| is_shared(workload, other)));
    }
    shared
}

/// Whether two workloads are of one name and platform.
pub(super) fn is_shared(one: &WorkloadEntry, other: &WorkloadEntry) -> bool {
    one.name == other.name && one.platform == other.platform
}

/// What is behind the speedup of a cell: two cells are compared only if all of it is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Revisions {
    workload: u32,
    /// The hash of the answers of a user's function, which may have changed though nobody has raised its revision.
    answers: Option<u64>,
    model: u32,
    baseline: Option<u32>,
}

/// What is behind the speedup of `cell`, which is one of `row`.
pub(super) fn revisions(row: &Row, cell: &CellResult) -> Revisions {
    Revisions {
        workload: row.workload.revision(),
        answers: row.workload.function.and_then(|function| function.answers),
        model: cell.revision,
        baseline: row.baseline().map(|baseline| baseline.revision),
    }
}

fn workloads(recording: &Recording) -> &[WorkloadEntry] {
    match &recording.study {
        Some(study) => &study.workloads,
        None => &[],
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    /// `recording` with all that tells machines apart.
    pub(crate) fn on_a_machine(recording: Recording) -> Recording {
        let environment = Environment {
            cpu_model: Some("a processor".into()),
            physical_cores: Some(16),
            memory_bytes: Some(32 << 30),
            arch: "x86_64".into(),
            ..recording.environment
        };
        Recording { environment, ..recording }
    }

    fn known() -> Recording {
        on_a_machine(recording(16, 50))
    }

    /// What is said of [`known`] and of the same after `change`.
    fn after(change: impl FnOnce(&mut Environment)) -> Machine {
        let mut other = known();
        change(&mut other.environment);
        assert_eq!(machine(&known(), &other), machine(&other, &known()));
        machine(&known(), &other)
    }

    #[test]
    fn each_fact_tells_machines_apart() {
        assert_eq!(after(|_| {}), Machine::Same);
        assert_eq!(after(|it| it.cpu_model = Some("another".into())), Machine::Other("processor"));
        assert_eq!(after(|it| it.physical_cores = Some(8)), Machine::Other("number of physical cores"));
        assert_eq!(after(|it| it.memory_bytes = Some(64 << 30)), Machine::Other("memory"));
        assert_eq!(after(|it| it.os = "freebsd".into()), Machine::Other("system"));
        assert_eq!(after(|it| it.arch = "riscv64".into()), Machine::Other("architecture"));
        assert_eq!(after(|it| it.cores = 4), Machine::OtherCores("number of cores used"));
        let mut other = known();
        other.study.as_mut().unwrap().workers = Some(7.try_into().unwrap());
        assert_eq!(machine(&known(), &other), Machine::OtherCores("number of workers"));
    }

    #[test]
    fn kernel_and_its_memory_may_change() {
        assert_eq!(after(|it| it.kernel = Some("7.0".into())), Machine::Same);
        assert_eq!(after(|it| it.memory_bytes = Some((32 << 30) - (300 << 12))), Machine::Same);
        assert_eq!(after(|it| it.memory_bytes = Some(30 << 30)), Machine::Same);
        assert_eq!(after(|it| it.memory_bytes = Some(29 << 30)), Machine::Other("memory"));
    }

    #[test]
    fn unknown_never_equals_unknown() {
        let nothing_known = recording(16, 50);
        assert_eq!(machine(&nothing_known, &nothing_known), Machine::Unknown("processor"));
        assert_eq!(after(|it| it.memory_bytes = None), Machine::Unknown("memory"));
        assert_eq!(after(|it| it.physical_cores = None), Machine::Unknown("number of physical cores"));
        let other = |it: &mut Environment| (it.memory_bytes, it.os) = (None, "freebsd".into());
        assert_eq!(after(other), Machine::Other("system"));
    }

    #[test]
    fn core_counts_of_one_machine_scale_together() {
        let mut four = known();
        four.environment.cores = 4;
        assert!(scales_with(&known(), &four) && !scales_with(&four, &recording(16, 50)));
        let unknown = recording(16, 50);
        assert!(scales_with(&unknown, &unknown) && !scales_with(&unknown, &unknown.clone()));
        workload(&mut four).jobs = 7.try_into().unwrap();
        assert!(!scales_with(&known(), &four));
    }

    pub(crate) fn workload(recording: &mut Recording) -> &mut WorkloadEntry {
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
    fn workloads_are_shared_on_one_platform_only() {
        let native = recording(16, 50);
        let mut python = native.clone();
        workload(&mut python).platform = Some("3.13".into());
        assert_eq!((shared_workloads(&native, &native), shared_workloads(&native, &python)), (1, 0));
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
}
