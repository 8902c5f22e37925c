//! Reading files that are not in the page cache: evicted before the clock starts, and verified afterwards.

use crate::workload::read_file::{FileWork, ReadFile};
use crate::workload::{Each, Kind, Size, Workload};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "cold-file",
    revision: 1,
    about: "reads a file of 1 MiB that is not in the page cache",
    answers_to: "file read",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    waits_for_files: true,
    unit: "bytes",
    size: Size { jobs: 64, each: 1024 * 1024 },
    tiny: Size { jobs: 24, each: 64 * 1024 },
    job_us: 1_500,
    wait_us: 0,
    jobs: &Each {
        setup: &|stage, size| {
            stage.ensure_evictable()?;
            ReadFile::setup(stage, "cold", size)
        },
        job: &|stage, size, seed| Ok(FileWork::<true>(ReadFile::new(stage, "cold", size, seed)?)),
    },
};
