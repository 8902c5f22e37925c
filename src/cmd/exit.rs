//! How a run ended.

use std::process::ExitCode;

use anyhow::Error;

use crate::cmd::{BadUsage, compare::Incomparable, out::is_of_output};
use crate::record::{read::ReadError, save::SaveError, schema::Recording};

/// How a run ended; the exit codes are in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Measured, verified, saved.
    Ok = 0,
    /// A bug of this program.
    Bug = 1,
    /// A wrong option, or a filter that matches nothing.
    Usage = 2,
    /// Some cell failed, and the rest was measured; or nothing could be measured at all.
    CellFailed = 3,
    /// An input file could not be read.
    ReadError = 4,
    /// Results could not be saved or printed.
    SaveError = 5,
    /// Recordings that can't be compared.
    Incomparable = 6,
    /// A comparison found a condition of --fail-on.
    FailedOn = 7,
    /// Stopped because its terminal was closed, after saving.
    HangUp = 129,
    /// Stopped by Ctrl-C, after saving.
    Interrupt = 130,
    /// Stopped by a request to terminate, after saving.
    Terminate = 143,
}

impl Exit {
    /// The exit code of a study that was not stopped.
    pub fn of_study(recording: &Recording) -> Self {
        let Some(study) = &recording.study else { return Exit::Ok };
        let mut has_samples = false;
        for launch in &study.launches {
            if launch.failure.is_some() || launch.rounds.iter().any(|round| !round.failures.is_empty()) {
                return Exit::CellFailed;
            }
            has_samples |= launch.rounds.iter().any(|round| !round.samples.is_empty());
        }
        if has_samples { Exit::Ok } else { Exit::CellFailed }
    }

    /// The exit code of a run that `error` has ended.
    pub fn of(error: &Error) -> Self {
        if error.is::<BadUsage>() {
            Exit::Usage
        } else if error.is::<ReadError>() {
            Exit::ReadError
        } else if error.is::<Incomparable>() {
            Exit::Incomparable
        } else if error.is::<SaveError>() || is_of_output(error).is_some() {
            Exit::SaveError
        } else {
            Exit::Bug
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn study_without_samples_has_not_passed() {
        let mut study = recording(3, 50);
        assert_eq!(Exit::of_study(&study), Exit::Ok);
        study.study.as_mut().unwrap().launches.clear();
        assert_eq!(Exit::of_study(&study), Exit::CellFailed);
    }
}
