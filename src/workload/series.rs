//! The same work in other sizes, for break-evens and crossovers. No best-tool table has a row for it.

use std::borrow::Cow;

use crate::model::Platform;
use crate::workload::{Each, Kind, Size, Workload, cold_file, frame, http, no_setup, primes, warm_file};

/// Workloads that differ only in size.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in recordings.
    pub name: &'static str,
    /// One line: what changes.
    pub about: &'static str,
    /// From the smallest size to the largest.
    pub workloads: Cow<'static, [Workload]>,
    /// The same for CPython.
    pub in_python: Cow<'static, [Workload]>,
    /// The tag of the only interpreter that it is for, if it is: answers of a user's function may differ between interpreters.
    pub only: Option<&'static str>,
}

impl Series {
    /// Its sizes on a platform.
    pub fn of(&self, platform: Platform) -> &[Workload] {
        match platform {
            _ if self.only.is_some_and(|tag| platform.tag() != Some(tag)) => &[],
            Platform::Native => &self.workloads,
            Platform::Python(_) => &self.in_python,
        }
    }
}

/// The name of the series that varies only the job size.
pub const BREAK_EVEN: &str = "grains";

/// Every series.
pub(crate) static SERIES: &[Series] = &[
    Series {
        name: BREAK_EVEN,
        about: "counting primes, by the size of a job",
        workloads: Cow::Borrowed(GRAINS),
        in_python: Cow::Borrowed(GRAINS_IN_PYTHON),
        only: None,
    },
    Series {
        name: "pages",
        about: "downloads, by the server's pause and the parsing after it",
        workloads: Cow::Borrowed(PAGES),
        in_python: Cow::Borrowed(PAGES),
        only: None,
    },
    Series {
        name: "files",
        about: "reading files, by their size, warm and cold",
        workloads: Cow::Borrowed(FILES),
        in_python: Cow::Borrowed(FILES),
        only: None,
    },
    Series {
        name: "frames",
        about: "hashing frames of 1 MiB that jobs bring along, by how often: more work for each byte that a process is sent",
        workloads: Cow::Borrowed(&[]),
        in_python: Cow::Borrowed(FRAMES),
        only: None,
    },
];

/// Half-decades from about 1 us to about 10 ms a job, batches of at most about 50 ms of work.
const GRAINS: &[Workload] = &[
    grain("grain-1us", "counts the primes among 14 numbers", 14, 48, 1),
    grain("grain-3us", "counts the primes among 43 numbers", 43, 48, 3),
    grain("grain-10us", "counts the primes among 144 numbers", 144, 48, 10),
    grain("grain-30us", "counts the primes among 432 numbers", 432, 48, 30),
    grain("grain-100us", "counts the primes among 1,440 numbers", 1_440, 48, 100),
    grain("grain-300us", "counts the primes among 4,320 numbers", 4_320, 48, 300),
    grain("grain-1ms", "counts the primes among 14,400 numbers", 14_400, 48, 1_000),
    grain("grain-3ms", "counts the primes among 43,200 numbers", 43_200, 16, 3_000),
    grain("grain-10ms", "counts the primes among 144,000 numbers", 144_000, 4, 10_000),
];

/// Half-decades of the same in pure Python, where a number takes about 4 us.
const GRAINS_IN_PYTHON: &[Workload] = &[
    grain("grain-10us", "counts the primes among 3 numbers", 3, 48, 10),
    grain("grain-30us", "counts the primes among 9 numbers", 9, 48, 30),
    grain("grain-100us", "counts the primes among 27 numbers", 27, 48, 100),
    grain("grain-300us", "counts the primes among 80 numbers", 80, 48, 300),
    grain("grain-1ms", "counts the primes among 270 numbers", 270, 48, 1_000),
    grain("grain-3ms", "counts the primes among 800 numbers", 800, 16, 3_000),
    grain("grain-10ms", "counts the primes among 2,700 numbers", 2_700, 4, 10_000),
];

const fn grain(name: &'static str, about: &'static str, each: u64, jobs: usize, job_us: u64) -> Workload {
    Workload { name, about, size: Size { jobs, each }, job_us, ..primes::WORKLOAD }
}

/// Parts of 4 KiB whose hash takes about 1 ms where the processor has SHA extensions.
const MS: u64 = 400;

/// Pauses of 0, 1, 10 and 50 ms by parsing of 0, 1 and 10 ms.
const PAGES: &[Workload] = &[
    page::<0>("page-0ms-parse-0ms", "GETs 16 KiB that are answered at once", 0),
    page::<MS>("page-0ms-parse-1ms", "GETs 16 KiB that are answered at once, and parses for about 1 ms", 0),
    page::<{ 10 * MS }>(
        "page-0ms-parse-10ms",
        "GETs 16 KiB that are answered at once, and parses for about 10 ms",
        0,
    ),
    page::<0>("page-1ms-parse-0ms", "GETs 16 KiB that are answered after 1 ms", 1),
    page::<MS>(
        "page-1ms-parse-1ms",
        "GETs 16 KiB that are answered after 1 ms, and parses for about 1 ms",
        1,
    ),
    page::<{ 10 * MS }>(
        "page-1ms-parse-10ms",
        "GETs 16 KiB that are answered after 1 ms, and parses for about 10 ms",
        1,
    ),
    page::<0>("page-10ms-parse-0ms", "GETs 16 KiB that are answered after 10 ms", 10),
    page::<MS>(
        "page-10ms-parse-1ms",
        "GETs 16 KiB that are answered after 10 ms, and parses for about 1 ms",
        10,
    ),
    page::<{ 10 * MS }>(
        "page-10ms-parse-10ms",
        "GETs 16 KiB that are answered after 10 ms, and parses for about 10 ms",
        10,
    ),
    page::<0>("page-50ms-parse-0ms", "GETs 16 KiB that are answered after 50 ms", 50),
    page::<MS>(
        "page-50ms-parse-1ms",
        "GETs 16 KiB that are answered after 50 ms, and parses for about 1 ms",
        50,
    ),
    page::<{ 10 * MS }>(
        "page-50ms-parse-10ms",
        "GETs 16 KiB that are answered after 50 ms, and parses for about 10 ms",
        50,
    ),
];

const fn page<const PARTS: u64>(name: &'static str, about: &'static str, pause_ms: u64) -> Workload {
    Workload {
        name,
        about,
        kind: if PARTS > 0 { Kind::Mixed } else { Kind::Waits },
        size: Size { jobs: 6, each: pause_ms * 1_000 },
        job_us: 1_500 + pause_ms * 1_000 + PARTS * 5 / 2,
        wait_us: pause_ms * 1_000,
        jobs: &Each { setup: &no_setup, job: &http::get::<PARTS> },
        ..http::WORKLOAD
    }
}

const FILES: &[Workload] = &[
    warm("warm-4KiB", "reads a file of 4 KiB that is in the page cache", 4, 256, 5),
    warm("warm-64KiB", "reads a file of 64 KiB that is in the page cache", 64, 256, 10),
    warm("warm-1MiB", "reads a file of 1 MiB that is in the page cache", 1024, 32, 150),
    warm("warm-64MiB", "reads a file of 64 MiB that is in the page cache", 64 * 1024, 2, 30_000),
    cold("cold-4KiB", "reads a file of 4 KiB that is not in the page cache", 4, 64, 150),
    cold("cold-64KiB", "reads a file of 64 KiB that is not in the page cache", 64, 64, 300),
    cold("cold-1MiB", "reads a file of 1 MiB that is not in the page cache", 1024, 32, 1_500),
    cold("cold-64MiB", "reads a file of 64 MiB that is not in the page cache", 64 * 1024, 2, 60_000),
];

const fn warm(name: &'static str, about: &'static str, kib: u64, jobs: usize, job_us: u64) -> Workload {
    Workload { name, about, size: Size { jobs, each: kib * 1024 }, job_us, ..warm_file::WORKLOAD }
}

const fn cold(name: &'static str, about: &'static str, kib: u64, jobs: usize, job_us: u64) -> Workload {
    Workload { name, about, size: Size { jobs, each: kib * 1024 }, job_us, ..cold_file::WORKLOAD }
}

/// Work of about 0.6 ms for each MiB, where the processor has SHA extensions, and of 4, 16 and 64 times that.
const FRAMES: &[Workload] = &[
    frame::<1>("frame-1x", "hashes a frame of 1 MiB that the job brings along"),
    frame::<4>("frame-4x", "hashes a frame of 1 MiB that the job brings along, 4 times"),
    frame::<16>("frame-16x", "hashes a frame of 1 MiB that the job brings along, 16 times"),
    frame::<64>("frame-64x", "hashes a frame of 1 MiB that the job brings along, 64 times"),
];

const fn frame<const TIMES: u64>(name: &'static str, about: &'static str) -> Workload {
    Workload {
        name,
        about,
        size: Size { jobs: 12, each: 1024 * 1024 },
        job_us: 700 * TIMES,
        jobs: &Each { setup: &no_setup, job: &frame::rendered::<TIMES> },
        ..frame::WORKLOAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::catalog::Catalog;

    #[test]
    fn names_are_unique() {
        let catalog = Catalog::builtin();
        let mut names: Vec<&str> = catalog.workloads(Platform::Native).iter().map(|it| it.name).collect();
        names.extend(SERIES.iter().flat_map(|series| series.of(Platform::Native)).map(|it| it.name));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn batches_take_at_most_six_tenths_of_second() {
        for workload in SERIES.iter().flat_map(|series| series.of(Platform::Native)) {
            assert!(workload.job_us * workload.size.jobs as u64 <= 600_000, "{}", workload.name);
        }
    }
}
