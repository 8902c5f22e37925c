//! How a run ended.

use std::process::ExitCode;

use anyhow::Error;

use crate::cmd::{BadUsage, compare::Incomparable, out::is_of_output};
use crate::engine::Unavailable;
use crate::record::figure::ProbeKind;
use crate::record::schema::{Arrivals, Costs, Recording, Study, TaskMap};
use crate::record::{read::ReadError, save::SaveError};
use crate::study::{python_reference::WrongTask, reference::NoInputs};

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
    /// The exit code of measurements that were not stopped: what this machine lacks is no failure, but an interpreter that
    /// is not there was not measured.
    pub fn of_recording(recording: &Recording) -> Self {
        let mut found = Found::default();
        if let Some(study) = &recording.study {
            found.add_study(study);
        }
        for record in recording.evidence.iter().flatten() {
            found.add(record.unavailable.is_none(), record.failed);
        }
        for run in recording.stories.iter().flatten() {
            found.add(run.unavailable.is_none(), run.failed);
        }
        if let Some(costs) = &recording.costs {
            found.add_costs(costs);
        }
        if let Some(arrivals) = &recording.arrivals {
            found.add_arrivals(arrivals);
        }
        for study in recording.map.iter().flat_map(TaskMap::studies) {
            found.add_study(study);
        }
        let interpreters = recording.environment.interpreters.iter().flatten();
        found.exit(interpreters.filter(|entry| entry.unavailable.is_some()).count() == 0)
    }

    /// The exit code of a run that `error` has ended.
    pub fn of(error: &Error) -> Self {
        if error.is::<BadUsage>() || error.is::<NoInputs>() || error.is::<WrongTask>() {
            Exit::Usage
        } else if error.is::<ReadError>() {
            Exit::ReadError
        } else if error.is::<Incomparable>() {
            Exit::Incomparable
        } else if error.is::<SaveError>() || is_of_output(error).is_some() {
            Exit::SaveError
        } else if error.is::<Unavailable>() {
            Exit::CellFailed
        } else {
            Exit::Bug
        }
    }
}

/// What became of the parts of a recording.
#[derive(Default)]
struct Found {
    measured: bool,
    lacking: bool,
    failed: bool,
}

impl Found {
    /// Takes note of a part that was measured or not, and then failed or not.
    fn add(&mut self, is_measured: bool, has_failed: bool) {
        self.measured |= is_measured;
        self.failed |= has_failed;
        self.lacking |= !is_measured && !has_failed;
    }

    fn add_study(&mut self, study: &Study) {
        for arm in study.arms.iter().filter(|arm| arm.unavailable.is_some()) {
            self.add(false, arm.failed);
        }
        for launch in &study.launches {
            self.failed |= launch.failure.is_some();
            for round in &launch.rounds {
                self.measured |= !round.samples.is_empty();
                for failure in &round.failures {
                    self.add(false, !failure.unavailable);
                }
            }
        }
    }

    /// That no more jobs can run at once is a result.
    fn add_costs(&mut self, costs: &Costs) {
        for study in costs.studies() {
            self.add_study(study);
        }
        for probe in &costs.probes {
            let is_limit = matches!(probe.kind(), Some(ProbeKind::ConcurrencyLimit(..)));
            let has_failed = probe.failure.is_some() && !is_limit;
            self.add(!has_failed, has_failed);
        }
    }

    fn add_arrivals(&mut self, arrivals: &Arrivals) {
        for _ in arrivals.arms.iter().filter(|arm| arm.unavailable.is_some()) {
            self.add(false, false);
        }
        for launch in &arrivals.launches {
            self.failed |= launch.failure.is_some();
            self.measured |= !launch.levels.is_empty();
            for failure in &launch.failures {
                self.add(false, !failure.unavailable);
            }
        }
    }

    fn exit(&self, has_all_interpreters: bool) -> Exit {
        let lacks_only = self.lacking && has_all_interpreters;
        if !self.failed && (self.measured || lacks_only) { Exit::Ok } else { Exit::CellFailed }
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
    use crate::record::schema::{Failure, InterpreterEntry, ProbeRecord, Sizes, StoryRun};
    use std::collections::BTreeMap;

    #[test]
    fn study_without_samples_has_not_passed() {
        let mut study = recording(3, 50);
        assert_eq!(Exit::of_recording(&study), Exit::Ok);
        study.study.as_mut().unwrap().launches.clear();
        assert_eq!(Exit::of_recording(&study), Exit::CellFailed);
    }

    fn interpreter_entry() -> InterpreterEntry {
        InterpreterEntry {
            tag: "3.11".into(),
            version: None,
            build: None,
            free_threaded: None,
            gil: None,
            start_method: "fork".into(),
            packages: vec![],
            unavailable: None,
        }
    }

    #[test]
    fn only_lacks_of_the_machine_are_no_failures() {
        let mut lacking = recording(3, 50);
        let study = lacking.study.as_mut().unwrap();
        study.launches.truncate(1);
        study.launches[0].rounds[0].samples.clear();
        let failure = Failure { arm: 0, reason: "no loopback".into(), unavailable: true };
        study.launches[0].rounds[0].failures.push(failure);
        assert_eq!(Exit::of_recording(&lacking), Exit::Ok);
        let mut missing = lacking.clone();
        let entry = InterpreterEntry { unavailable: Some("no python3".into()), ..interpreter_entry() };
        missing.environment.interpreters = Some(vec![entry]);
        assert_eq!(Exit::of_recording(&missing), Exit::CellFailed);
        let arm = &mut lacking.study.as_mut().unwrap().arms[0];
        (arm.unavailable, arm.failed) = (Some("cannot make the folder".into()), true);
        assert_eq!(Exit::of_recording(&lacking), Exit::CellFailed);
    }

    #[test]
    fn failed_story_run_or_trace_is_a_failure() {
        let of_story = |unavailable: Option<&str>, failed| {
            let run = StoryRun {
                story: "nap".into(),
                arrangement: "naps=3".into(),
                model: "threads".into(),
                second_ns: 1.try_into().unwrap(),
                acts: vec![],
                unavailable: unavailable.map(str::to_owned),
                failed,
            };
            Exit::of_recording(&Recording { study: None, stories: Some(vec![run]), ..recording(3, 50) })
        };
        assert_eq!(of_story(None, false), Exit::Ok);
        assert_eq!(of_story(Some("no fork"), false), Exit::Ok);
        assert_eq!(of_story(Some("it was killed"), true), Exit::CellFailed);
    }

    #[test]
    fn failed_probe_or_size_is_a_failure() {
        let of_costs =
            |costs| Exit::of_recording(&Recording { study: None, costs: Some(costs), ..recording(3, 50) });
        let study = recording(3, 50).study.unwrap();
        let of_probe = |question: &str, failure: Option<&str>| {
            let failure = failure.map(str::to_owned);
            let (model, question) = ("threads".into(), question.into());
            let probe = ProbeRecord { model, question, turn: None, figures: BTreeMap::new(), failure };
            of_costs(Costs { probes: vec![probe], ..Costs::default() })
        };
        assert_eq!(of_probe("start noop", None), Exit::Ok);
        assert_eq!(of_probe("crowd 100000", Some("no room for threads")), Exit::Ok);
        assert_eq!(of_probe("start noop", Some("it was killed")), Exit::CellFailed);
        let of_sizes = |study| {
            let sizes = vec![Sizes { series: "hash".into(), study }];
            of_costs(Costs { sizes, ..Costs::default() })
        };
        assert_eq!(of_sizes(study.clone()), Exit::Ok);
        let mut failing = study;
        (failing.arms[1].unavailable, failing.arms[1].failed) = (Some("cannot read".into()), true);
        assert_eq!(of_sizes(failing), Exit::CellFailed);
    }
}
