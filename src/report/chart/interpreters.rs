//! Names of interpreters in files: recordings may have several builds of one tag.

use crate::analysis::analysed::Analysed;
use crate::record::schema::{InterpreterEntry, Recording};
use crate::report::chart::part_of_file_name;

/// The interpreters of some recordings, each build once.
#[derive(Clone, Debug, Default)]
pub struct Interpreters {
    builds: Vec<Build>,
}

/// What tells interpreters apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Build {
    tag: String,
    version: Option<String>,
    build: Option<String>,
}

impl Interpreters {
    /// Those of `recordings`, in order of appearance.
    pub fn of(recordings: &[Analysed<'_>]) -> Self {
        let mut builds = Vec::new();
        for Analysed { recording, summary } in recordings {
            for (tag, _) in summary.platforms() {
                let build = build(recording, tag);
                if !builds.contains(&build) {
                    builds.push(build);
                }
            }
        }
        Interpreters { builds }
    }

    /// The tag of an interpreter of `recording`; the second build of it ends in `-2`, and so on.
    pub fn name(&self, recording: &Recording, tag: &str) -> String {
        let name = part_of_file_name(tag);
        let sought = build(recording, tag);
        let mut number = 1;
        for build in self.builds.iter().filter(|build| build.tag == tag) {
            if *build == sought {
                break;
            }
            number += 1;
        }
        if number == 1 { name } else { format!("{name}-{number}") }
    }
}

/// What `recording` says of an interpreter.
pub fn entry<'a>(recording: &'a Recording, tag: &str) -> Option<&'a InterpreterEntry> {
    recording.environment.interpreters.iter().flatten().find(|entry| entry.tag == tag)
}

fn build(recording: &Recording, tag: &str) -> Build {
    let entry = entry(recording, tag);
    Build {
        tag: tag.to_owned(),
        version: entry.and_then(|entry| entry.version.clone()),
        build: entry.and_then(|entry| entry.build.clone()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::report::chart::draw::charts;

    /// A study of an interpreter whose threads take `percent` percent of its loop.
    pub(crate) fn python(tag: &str, version: &str, gil: bool, percent: u64) -> Recording {
        let mut recording = recording(16, percent);
        let study = recording.study.as_mut().unwrap();
        study.workloads[0].platform = Some(tag.into());
        for (arm, model) in study.arms.iter_mut().zip(["py-loop", "py-threading"]) {
            let width = arm.id.rsplit('/').next().unwrap();
            arm.id = format!("hash/{model}@{tag}/{width}");
            arm.platform = Some(tag.into());
        }
        for launch in &mut study.launches {
            launch.platform = Some(tag.into());
        }
        recording.environment.interpreters = Some(vec![InterpreterEntry {
            tag: tag.into(),
            version: Some(version.into()),
            build: None,
            free_threaded: Some(!gil),
            gil: Some(gil),
            start_method: "fork".into(),
            packages: vec![],
            unavailable: None,
        }]);
        recording
    }

    #[test]
    fn every_interpreter_of_every_recording_is_drawn() {
        let old = python("3.14", "3.14.0", true, 50);
        let recordings =
            [old.clone(), python("3.13t", "3.13.5", false, 50), old, python("3.14", "3.14.1", true, 50)];
        let mut names = Vec::new();
        for chart in charts(&recordings).into_iter().flatten() {
            if chart.name.starts_with("matrix-python") && !chart.name.ends_with("-narrow") {
                names.push(chart.name);
            }
        }
        assert_eq!(names, ["matrix-python-3.14", "matrix-python-3.13t", "matrix-python-3.14-2"]);
    }
}
