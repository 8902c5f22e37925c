//! The most that a recording may have. Each limit is several times what this program writes, and bounds the time and the
//! memory that a reader needs.

use crate::record::schema::{Costs, Recording, Round, Study, TracedRun};

/// The longest text, in bytes: a word of a command line can't be longer.
pub const TEXT: usize = 128 << 10;

/// Cores of a machine.
const CORES: u64 = 1 << 16;

/// Workloads of a study.
pub(super) const WORKLOADS: usize = 500;

/// Arms of a study.
pub(super) const ARMS: usize = 5_000;

/// Arms of a workload: every cell is compared with every other one.
pub(super) const ARMS_OF_WORKLOAD: usize = 60;

/// Samples of a study: with as many arms of a workload they take 7 s to be judged.
const SAMPLES: usize = 600_000;

/// Launches of a study, and of each of its workloads: studies that measure until all cells are settled make at most 1,000.
pub(super) const LAUNCHES: usize = 50_000;
pub(super) const LAUNCHES_OF_WORKLOAD: usize = 1_000;

/// Rounds of a launch.
const ROUNDS: usize = 100;

/// Copies of the baseline: one for each core.
const COPIES: usize = 4_096;

/// Looks at an idle machine.
pub(super) const IDLE_CHECKS: usize = 5_000;

/// Models and kinds of jobs with evidence; stories by arrangement and model; runs of each, and figures of a run.
const EVIDENCE: usize = 1_000;
const STORIES: usize = 5_000;
const RUNS: usize = 100;
const FIGURES: usize = 100;

/// Probes of costs, and series of sizes.
const PROBES: usize = 10_000;
const SERIES: usize = 100;

/// Words of a command line, libraries, interpreters, and classes of cores.
pub(super) const WORDS: usize = 500;

/// Refuses a number above a limit.
pub(super) fn at_most(what: &str, count: usize, most: usize) -> Result<(), String> {
    if count <= most {
        return Ok(());
    }
    Err(format!("it has {count} {what}, and a recording has at most {most}"))
}

/// Refuses a text that is longer than [`TEXT`] in `json`, a valid document.
pub(super) fn check_texts(json: &str) -> Result<(), String> {
    let (mut start, mut is_escaped) = (None, false);
    for (at, byte) in json.bytes().enumerate() {
        match (byte, start) {
            (b'"', None) => start = Some(at),
            (b'"', Some(begun)) if !is_escaped => {
                at_most("bytes in a text", at - begun - 1, TEXT)?;
                start = None;
            }
            _ => {}
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    Ok(())
}

impl Recording {
    /// Refuses more of anything than a reader is made for.
    pub(super) fn check_limits(&self) -> Result<(), String> {
        let environment = &self.environment;
        if !(1..=CORES).contains(&environment.cores) {
            return Err(format!(
                "it was measured on {} cores, and machines have from 1 to {CORES}",
                environment.cores
            ));
        }
        at_most("classes of cores", environment.core_classes.len(), WORDS)?;
        at_most("flags of the build", environment.build_flags.as_ref().map_or(0, Vec::len), WORDS)?;
        at_most("libraries", environment.libraries.len(), WORDS)?;
        at_most("interpreters", environment.interpreters.as_ref().map_or(0, Vec::len), WORDS)?;
        at_most("idle checks", self.idle_checks.as_ref().map_or(0, Vec::len), IDLE_CHECKS)?;
        for study in self.studies() {
            study.check_limits()?;
        }
        if let Some(costs) = &self.costs {
            costs.check_limits()?;
        }
        if let Some(arrivals) = &self.arrivals {
            arrivals.check_limits()?;
        }
        self.check_limits_of_traces()
    }

    fn check_limits_of_traces(&self) -> Result<(), String> {
        at_most("records of evidence", self.evidence.as_ref().map_or(0, Vec::len), EVIDENCE)?;
        at_most("stories", self.stories.as_ref().map_or(0, Vec::len), STORIES)?;
        for record in self.evidence.iter().flatten() {
            check_runs(&record.seen)?;
            check_runs(&record.control)?;
        }
        for story in self.stories.iter().flatten() {
            check_runs(&story.acts)?;
        }
        Ok(())
    }
}

fn check_runs(runs: &[TracedRun]) -> Result<(), String> {
    at_most("runs of one model", runs.len(), RUNS)?;
    for run in runs {
        at_most("figures of a run", run.figures.len(), FIGURES)?;
    }
    Ok(())
}

impl Costs {
    fn check_limits(&self) -> Result<(), String> {
        at_most("words of a command line", self.command.len(), WORDS)?;
        at_most("probes", self.probes.len(), PROBES)?;
        at_most("series of sizes", self.sizes.len(), SERIES)?;
        at_most("idle checks", self.passes.as_ref().map_or(0, |it| it.idle_checks.len()), IDLE_CHECKS)?;
        for probe in &self.probes {
            at_most("figures of a probe", probe.figures.len(), FIGURES)?;
        }
        Ok(())
    }
}

impl Study {
    fn check_limits(&self) -> Result<(), String> {
        at_most("words of a command line", self.command.len(), WORDS)?;
        at_most("workloads", self.workloads.len(), WORKLOADS)?;
        at_most("arms", self.arms.len(), ARMS)?;
        at_most("stops", self.stops.len(), ARMS)?;
        at_most("launches", self.launches.len(), LAUNCHES)?;
        at_most("idle checks", self.idle_checks.len(), IDLE_CHECKS)?;
        let mut samples = 0;
        for launch in &self.launches {
            at_most("rounds of a launch", launch.rounds.len(), ROUNDS)?;
            for round in &launch.rounds {
                check_round(round)?;
                samples += round.samples.len();
            }
        }
        at_most("samples", samples, SAMPLES)
    }
}

fn check_round(round: &Round) -> Result<(), String> {
    at_most("samples of a round", round.samples.len(), ARMS_OF_WORKLOAD)?;
    at_most("failures of a round", round.failures.len(), ARMS_OF_WORKLOAD)?;
    at_most("arms with copies in a round", round.copies.len(), ARMS_OF_WORKLOAD)?;
    for copies in &round.copies {
        at_most("copies of a baseline", copies.ns.len(), COPIES)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, IdleCheck};

    /// Why a recording with `change` is refused.
    fn refusal(change: impl FnOnce(&mut Recording)) -> Option<String> {
        let mut changed = recording(16, 50);
        change(&mut changed);
        changed.check().err()
    }

    fn study(recording: &mut Recording) -> &mut Study {
        recording.study.as_mut().unwrap()
    }

    #[test]
    fn recording_over_a_limit_is_refused() {
        let arms = refusal(|it| {
            for model in 0..10_000 {
                let arm = study(it).arms[1].clone();
                study(it).arms.push(Arm { id: format!("hash/model-{model}/cores"), ..arm });
            }
        });
        assert_eq!(arms.unwrap(), "it has 10002 arms, and a recording has at most 5000");
        let launches = refusal(|it| study(it).launches = vec![study(it).launches[0].clone(); 56_000]);
        assert_eq!(launches.unwrap(), "it has 56000 launches, and a recording has at most 50000");
        let checks = refusal(|it| {
            let check: IdleCheck = study(it).idle_checks[0];
            it.idle_checks = Some(vec![check; 5_001]);
        });
        assert!(checks.unwrap().starts_with("it has 5001 idle checks"));
        let cores = [0, CORES + 1].map(|cores| refusal(|it| it.environment.cores = cores));
        assert!(cores.iter().flatten().all(|why| why.ends_with("machines have from 1 to 65536")));
        assert_eq!(cores.iter().flatten().count(), 2);
    }

    #[test]
    fn longest_text_is_bounded() {
        let json = |text: &str| serde_json::to_string(&[text, "\"\\", ""]).unwrap();
        assert_eq!(check_texts(&json(&"x".repeat(TEXT))), Ok(()));
        let why = check_texts(&json(&"x".repeat(TEXT + 1))).unwrap_err();
        assert_eq!(why, "it has 131073 bytes in a text, and a recording has at most 131072");
    }
}
