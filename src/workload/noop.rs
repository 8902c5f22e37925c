//! Nothing: measures the overhead of a model per job.

use serde::Serialize;

use crate::engine::Digest;
use crate::workload::{Computes, Computing, Each, Kind, Size, Workload, no_setup};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "noop",
    revision: 1,
    about: "does nothing: what the dispatch of a job costs",
    answers_to: "",
    post_says: "",
    kind: Kind::Nothing,
    waits_for_files: false,
    unit: "-",
    size: Size { jobs: 240, each: 1 },
    tiny: Size { jobs: 24, each: 1 },
    job_us: 0,
    wait_us: 0,
    jobs: &Each { setup: &no_setup, job: &|_, _, seed| Ok(Computing(Noop { seed })) },
};

/// Returns its seed's digest.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Noop {
    /// Distinguishes the job.
    pub(crate) seed: u64,
}

impl Computes for Noop {
    const IN_PYTHON: &'static str = "Noop";

    fn compute(&self) -> Digest {
        Digest::new(self.seed, 0)
    }
}
