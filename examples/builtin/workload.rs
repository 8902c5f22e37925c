//! The sources of the built-in workloads, and what they find in `crate::workload`: by public names, except for what is in `fixture`.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "the library uses all of its sources, and shows some of their items"
)]

use anyhow::Result;
use bakeoff::Suite;
use bakeoff::work::{Stage, Task, Work};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use bakeoff::work::{Kind, Size};
pub(crate) use computes::{Computes, Computing};
pub(crate) use hash::answer_of_parts;

#[path = "../../src/workload/cake.rs"]
mod cake;
#[path = "../../src/workload/cold_file.rs"]
mod cold_file;
#[path = "../../src/workload/computes.rs"]
mod computes;
#[path = "../../src/workload/hash.rs"]
mod hash;
#[path = "../../src/workload/http.rs"]
mod http;
#[path = "../../src/workload/mandelbrot.rs"]
mod mandelbrot;
#[path = "../../src/workload/noop.rs"]
mod noop;
#[path = "../../src/workload/primes.rs"]
mod primes;
#[path = "../../src/workload/read_file.rs"]
mod read_file;
#[path = "../../src/workload/save.rs"]
mod save;
#[path = "../../src/workload/sleep.rs"]
mod sleep;
#[path = "../../src/workload/warm_file.rs"]
mod warm_file;

/// The server of `http` and its clients, and the stage, which is a public name.
pub(crate) mod fixture {
    pub(crate) use bakeoff::internals::workload::fixture::{clients, server};
    pub(crate) mod stage {
        pub(crate) use bakeoff::work::Stage;

        #[cfg(test)]
        pub(crate) mod tests {
            use super::Stage;

            pub(crate) fn temporary_stage() -> Stage {
                Stage::new(&Stage::default_place(), "no-server-in-unit-tests".as_ref())
            }
        }
    }
}

/// The native table.
pub(crate) static WORKLOADS: &[Workload] = &[
    noop::WORKLOAD,
    sleep::WORKLOAD,
    http::WORKLOAD,
    warm_file::WORKLOAD,
    cold_file::WORKLOAD,
    save::WORKLOAD,
    hash::WORKLOAD,
    primes::WORKLOAD,
    mandelbrot::WORKLOAD,
    cake::WORKLOAD,
];

/// A row as the sources have it.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) revision: u32,
    pub(crate) about: &'static str,
    pub(crate) answers_to: &'static str,
    pub(crate) post_says: &'static str,
    pub(crate) kind: Kind,
    pub(crate) waits_for_files: bool,
    pub(crate) unit: &'static str,
    pub(crate) size: Size,
    pub(crate) tiny: Size,
    pub(crate) job_us: u64,
    pub(crate) wait_us: u64,
    pub(crate) jobs: &'static dyn Jobs,
}

/// The jobs of a row, whatever their type.
pub(crate) trait Jobs: Sync {
    /// `suite` with the row, in its smallest size.
    fn added_to(&'static self, suite: Suite, row: &Workload) -> Suite;
}

/// How the jobs of a row are made.
pub(crate) struct Each<W: 'static> {
    pub(crate) setup: &'static (dyn Fn(&Stage, Size) -> Result<()> + Send + Sync),
    pub(crate) job: &'static (dyn Fn(&Stage, Size, u64) -> Result<W> + Send + Sync),
}

/// Nothing has to be on the stage.
pub(crate) fn no_setup(_: &Stage, _: Size) -> Result<()> {
    Ok(())
}

impl<W: Work> Jobs for Each<W> {
    fn added_to(&'static self, suite: Suite, row: &Workload) -> Suite {
        let mut task = Task::new(row.name, row.kind, row.tiny, self.job).setup(self.setup);
        task = task.about(row.about).revision(row.revision);
        suite.task(if row.waits_for_files { task.waits_for_files() } else { task })
    }
}

/// A job as the worker of an interpreter knows it.
fn in_python(class: &str, fields: &impl Serialize) -> Result<Value> {
    Ok(json!({ class: fields }))
}
