//! The built-in workloads as tasks of somebody else's suite: their sources compile here against the public names alone, with the
//! fixtures of `http` beside them. A test runs it.

mod workload;

use std::process::ExitCode;

use bakeoff::Suite;

/// The names that the sources of the workloads find in `crate::engine`.
mod engine {
    pub(crate) use bakeoff::Context;
    #[cfg(test)]
    pub(crate) use bakeoff::internals::engine::now;
    pub(crate) use bakeoff::work::{Digest, Reads, Work, pseudorandom_bytes, sampled_checksum};
}

fn main() -> ExitCode {
    let mut suite = Suite::new();
    for row in workload::WORKLOADS {
        suite = row.jobs.added_to(suite, row);
    }
    suite.main()
}
