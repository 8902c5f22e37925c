//! Work on a large buffer that the parent already has: measures the cost of sending a buffer to a process.

use std::sync::{Arc, OnceLock};

use anyhow::Result;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::engine::{Digest, pseudorandom_bytes};
use crate::workload::{Computes, Computing, Each, Kind, Size, Workload, fixture::stage::Stage, no_setup};

/// The workload, for Python only: native jobs carry seeds, so that no native process ever receives a buffer.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "frame",
    revision: 1,
    about: "SHA-256, in C, of a frame of 1 MiB that the job brings along",
    answers_to: "video processing, whole frames",
    post_says: "multiprocessing",
    kind: Kind::Computes,
    waits_for_files: false,
    unit: "bytes",
    size: Size { jobs: 48, each: 1024 * 1024 },
    tiny: Size { jobs: 24, each: 4 * 1024 },
    job_us: 700,
    wait_us: 0,
    jobs: &Each { setup: &no_setup, job: &rendered::<1> },
};

/// A job that hashes its frame this many times: more work for the same buffer.
pub(super) fn rendered<const TIMES: u64>(_: &Stage, size: Size, seed: u64) -> Result<Computing<Frame>> {
    let frame = Frame { seed, len: size.each, times: TIMES, pixels: Pixels::default() };
    frame.pixels();
    Ok(Computing(frame))
}

/// Hashes its pixels.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Frame {
    seed: u64,
    len: u64,
    times: u64,
    /// Created once, before anything is timed; recreated on the other side of a pipe.
    #[serde(skip)]
    pixels: Pixels,
}

type Pixels = Arc<OnceLock<Vec<u8>>>;

/// Frames consist of identical bands of this length in bytes.
const BAND: usize = 64 * 1024;

impl Frame {
    fn pixels(&self) -> &[u8] {
        self.pixels.get_or_init(|| {
            let len = usize::try_from(self.len).expect("a test frame fits into memory");
            pseudorandom_bytes(self.seed, BAND.min(len)).repeat(len / BAND.min(len))
        })
    }
}

impl Computes for Frame {
    const IN_PYTHON: &'static str = "Frame";

    fn compute(&self) -> Digest {
        let mut hasher = Sha256::new();
        for _ in 0..self.times {
            hasher.update(self.pixels());
        }
        Digest::new(self.seed, super::hash::first_word(hasher))
    }
}
