//! What a folder has of a sweep already: only recordings that this very sweep would make count.

use anyhow::Result;

use crate::analysis::same::{Machine, hardware};
use crate::cmd::select_of;
use crate::model::Platform;
use crate::record::schema::{Environment, Recording, Role, Study, WorkloadEntry};
use crate::stats::units;
use crate::study::cell::{Cell, with_baselines};
use crate::study::plan::{Profile, workload_entry};
use crate::workload::catalog::Catalog;

/// The study of one core count of a sweep.
pub(super) struct Planned<'a> {
    /// The machine and the program that would make it.
    pub(super) here: &'a Environment,
    /// How many cores.
    pub(super) cores: u64,
    /// How much of each cell.
    pub(super) profile: Profile,
    /// Its cells.
    pub(super) cells: Vec<Cell>,
}

/// The cells of a sweep on `cores` cores.
pub(super) fn cells(catalog: &Catalog, filter: &str, cores: u64) -> Result<Vec<Cell>> {
    let all = Cell::all(catalog, &[Platform::Native], usize::try_from(cores)?);
    let selected = select_of(all.clone(), filter)?;
    Ok(with_baselines(&selected, all))
}

impl Planned<'_> {
    /// What `recording` is, if it is not what this study would record.
    pub(super) fn differs(&self, recording: &Recording) -> Option<String> {
        let environment = &recording.environment;
        let Some(study) = &recording.study else { return Some("no study".into()) };
        let machine = hardware(self.here, environment);
        if recording.partial {
            Some("the beginning of a study".into())
        } else if environment.cores != self.cores {
            Some(format!("a study on {}", units::cores(environment.cores)))
        } else if machine != Machine::Same {
            Some(format!("not known to be of this machine: {machine}"))
        } else if program(environment) != program(self.here) {
            Some("of another build of this program".into())
        } else if !self.is_profile_of(study) {
            Some(format!("of another profile, {}", study.profile))
        } else if !self.has_same_cells(study) {
            Some("of other cells".into())
        } else {
            None
        }
    }

    fn is_profile_of(&self, study: &Study) -> bool {
        study.profile == self.profile.name()
            && (study.launches_asked, study.rounds_asked) == self.profile.size()
    }

    /// Whether the study has the same work, under the same models of the same revisions.
    fn has_same_cells(&self, study: &Study) -> bool {
        let mut recorded = Vec::new();
        for arm in study.arms.iter().filter(|arm| arm.role == Role::Cell) {
            recorded.push((arm.id.clone(), arm.revision()));
        }
        let mut planned = Vec::new();
        for cell in &self.cells {
            planned.push((cell.id(), cell.model.revision));
        }
        recorded.sort();
        planned.sort();
        recorded == planned && self.cells.iter().all(|cell| has_work_of(study, cell))
    }
}

fn has_work_of(study: &Study, cell: &Cell) -> bool {
    let planned: WorkloadEntry = workload_entry(&cell.workload, cell.platform());
    let mut recorded = study.workloads.iter();
    recorded.any(|it| it.is_same_size(&planned) && it.revision() == planned.revision())
}

/// What tells one build from another.
fn program(environment: &Environment) -> impl PartialEq {
    let Environment { bakeoff, commit, dirty, rustc, profile, build_flags, .. } = environment.clone();
    (bakeoff, commit, dirty, rustc, profile, build_flags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::same::tests::{on_a_machine, workload};
    use crate::record::read::tests::recording;
    use crate::study::plan::PlannedArm;

    const FILTER: &str = "^hash/rayon";

    /// What a sweep of [`FILTER`] records on two cores.
    fn recorded() -> Recording {
        let mut recording = on_a_machine(recording(3, 50));
        let study = recording.study.as_mut().unwrap();
        study.profile = "quick".into();
        let cells = cells(&Catalog::builtin(), FILTER, 2).unwrap();
        study.workloads = vec![workload_entry(&cells[0].workload, Platform::Native)];
        study.arms = cells.iter().map(|&cell| arm(cell).entry(2, None)).collect();
        recording
    }

    fn arm(cell: Cell) -> PlannedArm {
        PlannedArm::new(Platform::Native, cell, Role::Cell)
    }

    /// What is said of [`recorded`] after `change`, by a sweep of `filter`.
    fn said(filter: &str, change: impl FnOnce(&mut Recording)) -> Option<String> {
        let (here, mut there) = (recorded().environment, recorded());
        change(&mut there);
        let cells = cells(&Catalog::builtin(), filter, 2).unwrap();
        Planned { here: &here, cores: 2, profile: Profile::Quick, cells }.differs(&there)
    }

    #[test]
    fn own_recording_is_not_measured_again() {
        assert_eq!(said(FILTER, |_| {}), None);
    }

    /// What is said of a recording after a change.
    type Change = (&'static str, fn(&mut Recording));

    #[test]
    fn everything_else_is_refused_with_reason() {
        let changes: [Change; 11] = [
            ("the beginning of", |it| it.partial = true),
            ("a study on 1 core", |it| it.environment.cores = 1),
            ("processor differs", |it| it.environment.cpu_model = Some("Intel Pentium II".into())),
            ("memory unknown", |it| it.environment.memory_bytes = None),
            ("another build", |it| it.environment.build_flags = Some(vec!["-C target-cpu=native".into()])),
            ("another build", |it| it.environment.commit = Some("f576512".into())),
            ("profile, standard", |it| it.study.as_mut().unwrap().profile = "standard".into()),
            ("profile, quick", |it| it.study.as_mut().unwrap().launches_asked = 2.try_into().unwrap()),
            ("other cells", |it| drop(it.study.as_mut().unwrap().arms.pop())),
            ("other cells", |it| workload(it).jobs = 7.try_into().unwrap()),
            ("no study", |it| it.study = None),
        ];
        for (why, change) in changes {
            let said = said(FILTER, change).unwrap_or_default();
            assert!(said.contains(why), "{why}: {said}");
        }
        assert_eq!(said("^hash/", |_| {}).as_deref(), Some("of other cells"));
    }
}
