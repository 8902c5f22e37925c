//! Recordings of measurements outside a study.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::cmd::out::Out;
use crate::machine::environment::{environment, interpreters};
use crate::machine::{idle, study_lock::StudyLock};
use crate::model::Platform;
use crate::record::checksum::add_checksum;
use crate::record::place::{Place, Saved};
use crate::record::schema::{Environment, EvidenceRecord, IdleCheck, Recording, SCHEMA, StoryRun, VERSION};

/// The folder for recordings, tried before anything is measured: the requested one, or the default one.
///
/// # Errors
/// When it can't be written, or when the location of this program is unknown.
pub(super) fn place(asked: Option<&Path>) -> Result<Place> {
    Ok(Place::prepare_or_default(asked, &std::env::current_exe().unwrap_or_default())?)
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
        let mut watch = Watch { study_lock: StudyLock::of_this_machine(), checks: vec![] };
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

/// Saves `recording`; the name of its file begins with `kind`.
pub(super) fn save_section(recording: &Recording, place: &Place, kind: &str) -> Saved {
    let started = recording.environment.started_unix_s.unwrap_or_default();
    place.save(recording, &format!("{kind}-{started}-{}", std::process::id()))
}

/// Removes the file of a study that is part of a saved recording: until that was saved, it held the only copy of its samples.
pub(super) fn remove_part(study: &Saved, whole: &Saved) {
    if let (Some(study), true) = (&study.path, whole.path.is_some()) {
        let _ = std::fs::remove_file(study);
    }
}

/// Prints the results of a command and where their recording is, if that was to be saved. A recording that no file has is printed
/// too, so that it is not lost.
///
/// # Errors
/// Why the recording is not where it was to be, or why the results can't be printed: then it names the recording.
pub fn show_results(text: &str, saved: Option<Saved>, recording: &Recording) -> Result<()> {
    let mut text = text.to_owned();
    if let Some(saved) = &saved
        && !saved.is_kept()
    {
        text += &add_checksum(&serde_json::to_string(recording)?);
    }
    let printed = Out.write_all(text.as_bytes());
    match saved {
        None => printed?,
        Some(Saved { path: Some(path), error: None }) => {
            printed.with_context(|| format!("the recording is {}", path.display()))?;
        }
        Some(Saved { error, .. }) => {
            printed?;
            error.map_or(Ok(()), Err)?;
        }
    }
    Ok(())
}
