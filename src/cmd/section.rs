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
    let interpreters = interpreters(platforms.iter().copied(), &[]);
    Recording {
        schema: SCHEMA.into(),
        version: VERSION,
        partial: false,
        of_user: false,
        environment: Environment { interpreters, ..environment(Path::new("/")) },
        study: None,
        evidence,
        stories,
        costs: None,
        arrivals: None,
        map: None,
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

/// `json` with all that is not ASCII as escapes, so that the output has nothing to change in it, which would break its checksum.
fn in_ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text += &format!("\\u{unit:04x}");
            }
        }
    }
    text
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
        text += &add_checksum(&in_ascii(&serde_json::to_string(recording)?));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::{parse, tests::recording};

    #[test]
    fn printed_recording_survives_the_output() {
        let mut recording = recording(1, 50);
        recording.environment.cpu_model = Some("caf\u{e9} \u{202e} \u{1f600}".into());
        let text = add_checksum(&in_ascii(&serde_json::to_string(&recording).unwrap()));
        assert!(text.is_ascii());
        assert_eq!(parse(text.as_bytes()).unwrap(), recording);
    }
}
