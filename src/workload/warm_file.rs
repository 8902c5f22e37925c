//! Reading files that are in the page cache: a memory copy under another name.

use crate::workload::read_file::{FileWork, ReadFile};
use crate::workload::{Each, Kind, Size, Workload};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "warm-file",
    revision: 1,
    about: "reads a file of 64 KiB that is in the page cache",
    answers_to: "file read",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    waits_for_files: true,
    unit: "bytes",
    size: Size { jobs: 256, each: 64 * 1024 },
    tiny: Size { jobs: 24, each: 4 * 1024 },
    job_us: 10,
    wait_us: 0,
    jobs: &Each {
        setup: &|stage, size| ReadFile::setup(stage, "warm", size),
        job: &|stage, size, seed| Ok(FileWork::<false>(ReadFile::new(stage, "warm", size, seed)?)),
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Context, Work};
    use crate::workload::fixture::stage::tests::temporary_stage;

    #[test]
    fn changed_or_missing_file_is_detected() {
        let stage = temporary_stage();
        ReadFile::setup(&stage, "warm", WORKLOAD.tiny).unwrap();
        let job = FileWork::<false>(ReadFile::new(&stage, "warm", WORKLOAD.tiny, 0).unwrap());
        let run = || job.run(&(), &Context::default());
        assert_eq!(run().unwrap(), job.expected().unwrap());
        std::fs::write(&job.0.path, "something else").unwrap();
        assert_ne!(run().unwrap(), job.expected().unwrap());
        std::fs::remove_file(&job.0.path).unwrap();
        assert!(format!("{:#}", run().unwrap_err()).contains("0.bin"));
    }
}
