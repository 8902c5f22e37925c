//! Recordings of measurements outside a study.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::machine::environment::{environment, interpreters};
use crate::model::Platform;
use crate::record::save::{SaveError, save};
use crate::record::schema::{Environment, EvidenceRecord, Recording, SCHEMA, StoryRun, VERSION};
use crate::workload::fixture::stage::Stage;

/// The folder for recordings: the requested one, or `bakeoff` in the target folder.
///
/// # Errors
/// When the location of this program is unknown.
pub(super) fn folder(asked: Option<&Path>) -> Result<PathBuf> {
    match asked {
        Some(folder) => Ok(folder.to_owned()),
        None => Ok(Stage::default_place(&std::env::current_exe()?).join("bakeoff")),
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
