//! Recordings of measurements outside a study.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::machine::environment::{environment, interpreters};
use crate::machine::{idle, study_lock::StudyLock};
use crate::model::Platform;
use crate::record::save::{SaveError, save};
use crate::record::schema::{Environment, EvidenceRecord, IdleCheck, Recording, SCHEMA, StoryRun, VERSION};
use crate::workload::fixture::stage::Stage;

/// The folder for recordings: the requested one, or `bakeoff` in the target folder.
///
/// # Errors
/// When the location of this program is unknown.
pub(super) fn folder(asked: Option<&Path>) -> Result<PathBuf> {
    match asked {
        Some(folder) => Ok(folder.to_owned()),
        None => Ok(Stage::default_place().join("bakeoff")),
    }
}

/// A recording of this machine and the interpreters of all given platforms with these sections, and without a
/// study.
pub(super) fn recording_of(
    platforms: &[Platform],
    evidence: Option<Vec<EvidenceRecord>>,
    stories: Option<Vec<StoryRun>>,
) -> Recording {
    let interpreters = interpreters(platforms.iter().copied());
    Recording {
        schema: SCHEMA.into(),
        version: VERSION,
        partial: false,
        environment: Environment { interpreters, ..environment(Path::new("/")) },
        study: None,
        evidence,
        stories,
        costs: None,
        idle_checks: None,
    }
}

/// Watches how idle the machine is while nothing is traced. A study that runs meanwhile would be taken for another one.
pub(super) struct Watch {
    study_lock: StudyLock,
    checks: Vec<IdleCheck>,
}

impl Watch {
    /// Takes the first look.
    pub(super) fn begin() -> Self {
        let mut watch = Watch { study_lock: StudyLock::join(&std::env::temp_dir()), checks: vec![] };
        watch.look();
        watch
    }

    /// Takes half a second to look again, after evidence or a story.
    pub(super) fn look(&mut self) {
        let looks = self.checks.len() as u64;
        self.checks.push(idle::watch(Path::new("/"), &self.study_lock, looks));
    }

    /// What was seen.
    pub(super) fn checks(self) -> Option<Vec<IdleCheck>> {
        Some(self.checks)
    }
}

/// Saves `recording` as a new file of `folder`; its name begins with `kind`.
///
/// # Errors
/// [`SaveError`], which names the file.
pub(super) fn save_section(recording: &Recording, folder: &Path, kind: &str) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|why| SaveError::new(folder, why))?;
    let started = recording.environment.started_unix_s.unwrap_or_default();
    let path = folder.join(format!("{kind}-{started}-{}.json", std::process::id()));
    save(recording, &path)?;
    Ok(path)
}
