//! A request to a service: a wait for another service, then some computing, with a ratio of ten to one.

use crate::workload::{Size, Workload, cake};

/// The workload. Its jobs are small cakes; it is in no best-tool table.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "service",
    about: "waits 10 ms for another service, then computes for about 1 ms",
    answers_to: "answering requests",
    post_says: "",
    unit: "us until the other service answers",
    size: Size { jobs: 24, each: 10_000 },
    tiny: Size { jobs: 24, each: 500 },
    job_us: 11_000,
    wait_us: 10_000,
    ..cake::WORKLOAD
};
