//! Trace evidence does not depend on the name of a model.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::time::Duration;

use bakeoff::internals::analysis::evidence::{Observation, properties};
use bakeoff::internals::machine::host;
use bakeoff::internals::model::{ModelEntry, models};
use bakeoff::internals::post::story::StoryRunner;
use bakeoff::internals::study::evidence::{JobsOf, LOOKS, evidence_record};

fn model(name: &str) -> ModelEntry {
    models().into_iter().find(|model| model.name == name).unwrap()
}

#[test]
fn only_gil_without_lock_is_parallel() {
    let exe = Path::new(env!("CARGO_BIN_EXE_bakeoff"));
    let runner = StoryRunner::new(exe.into(), host::cores(), Duration::from_millis(1));
    let unlocked = ModelEntry { name: "gil", ..model("threads") };
    let [locked, unlocked] =
        [model("gil"), unlocked].map(|model| evidence_record(&runner, &model, JobsOf::Cakes, LOOKS));
    let parallel = |evidence_record| properties(evidence_record).unwrap().parallel.0;
    // On one core, or beside other programs, both answers may be inconclusive; conclusive ones are right.
    assert_ne!(parallel(&locked), Observation::Yes);
    assert_ne!(parallel(&unlocked), Observation::No);
    if parallel(&locked) == Observation::No && host::cores() > 1 {
        assert_eq!(parallel(&unlocked), Observation::Yes);
    } else {
        eprintln!("skipped in part: this machine is too busy to show parallelism");
    }
    assert_eq!(properties(&unlocked).unwrap().concurrent.0, Observation::Yes);
}
