//! `bakeoff costs --from`: the rows of a study that show dispatch and CPU time.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::analysis::same::{Machine, machine};
use crate::cmd::{BadUsage, compare::Incomparable};
use crate::model::{Platform, models};
use crate::record::read::read;
use crate::record::schema::{Arm, Recording, Study};
use crate::workload::catalog::Catalog;

/// The workloads that show it: one that does nothing, and one that computes.
pub(super) const RUNNING: [&str; 2] = ["noop", "hash"];

/// These rows of the study in the file `path`, if it is of the machine of `here` and of today's contenders.
///
/// # Errors
/// If the file can't be read, has no such rows, or has those of another machine or of other contenders.
pub(super) fn copied(path: &Path, here: &Recording, catalog: &Catalog) -> Result<Study> {
    let recording = read(path)?;
    let file = path.display();
    let Some(study) = &recording.study else {
        return Err(
            BadUsage(format!("{file} has no study: take one of bakeoff run, or leave --from out")).into()
        );
    };
    let study = study.of_workloads(|workload| workload.platform.is_none() && is_running(&workload.name));
    ensure!(
        study.workloads.len() == RUNNING.len(),
        BadUsage(format!("the study in {file} lacks {} or {}: take another", RUNNING[0], RUNNING[1]))
    );
    let machine = machine(&recording, here);
    ensure!(machine == Machine::Same, Incomparable(format!("{file} can't be taken: {machine}")));
    ensure!(
        conditions(&recording) == conditions(here),
        Incomparable(format!("{file} can't be taken: it has another build profile or CPU quota"))
    );
    for arm in &study.arms {
        ensure!(
            is_of_today(arm),
            Incomparable(format!("{file} has another revision of {}: measure again", arm.id))
        );
    }
    for workload in &study.workloads {
        ensure!(
            catalog.workload(Platform::Native, &workload.name)?.revision == workload.revision(),
            Incomparable(format!("{file} has another revision of {}: measure again", workload.name))
        );
    }
    Ok(study)
}

/// What the warnings on its numbers depend on besides the machine.
fn conditions(recording: &Recording) -> (&str, Option<&[String]>, Option<u64>) {
    let environment = &recording.environment;
    (&environment.profile, environment.build_flags.as_deref(), environment.quota_millicores)
}

fn is_running(workload: &str) -> bool {
    RUNNING.contains(&workload)
}

/// Whether its model has the revision that today's registry has, if there still is one.
fn is_of_today(arm: &Arm) -> bool {
    let name = arm.id.split('/').nth(1);
    match models().iter().find(|model| Some(model.name) == name) {
        Some(model) => model.revision == arm.revision(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{costs::tests::recording_of, same::tests::on_a_machine};
    use crate::record::save::save;

    /// Why the rows of a recording are not taken, or their names.
    fn taken(change: impl FnOnce(&mut Recording)) -> String {
        let mut recording = on_a_machine(recording_of(vec![], 50));
        recording.study = recording.costs.take().unwrap().study;
        for arm in &mut recording.study.as_mut().unwrap().arms {
            arm.revision = models().iter().find(|model| arm.id.contains(model.name)).map(|it| it.revision);
        }
        let here = Recording { study: None, ..recording.clone() };
        change(&mut recording);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.json");
        save(&recording, &path).unwrap();
        match copied(&path, &here, &Catalog::builtin()) {
            Ok(study) => study.workloads.iter().map(|workload| format!("{} ", workload.name)).collect(),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn rows_come_from_same_machine_and_models() {
        assert_eq!(taken(|_| {}), "hash noop ");
        assert!(taken(|it| it.environment.cores = 3).contains("number of cores used differs"));
        assert!(taken(|it| it.environment.memory_bytes = None).contains("memory unknown"));
        assert!(taken(|it| it.environment.profile = "debug".into()).contains("another build profile"));
        assert!(
            taken(|it| it.study.as_mut().unwrap().arms[1].revision = Some(99))
                .contains("revision of hash/rayon")
        );
        assert!(
            taken(|it| it.study.as_mut().unwrap().workloads[0].revision = Some(99))
                .contains("revision of hash:")
        );
        assert!(taken(|it| it.study = None).contains("no study"));
        let without_noop = |it: &mut Recording| {
            it.study = Some(it.study.take().unwrap().of_workloads(|workload| workload.name != "noop"));
        };
        assert!(taken(without_noop).contains("lacks noop"));
    }
}
