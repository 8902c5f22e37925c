//! SHA-256 written out in the language itself, step by step: what number crunching in pure Python is.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::engine::Digest;
use crate::workload::{Computes, Computing, Each, Kind, Size, Workload, no_setup};

/// The workload, for Python only: a compiled language has `hash`.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "sha-loop",
    revision: 1,
    about: "SHA-256 of 1 KiB in pure Python, which holds the lock all the time",
    answers_to: "encrypting data, in pure Python",
    post_says: "multiprocessing",
    kind: Kind::Computes,
    waits_for_files: false,
    unit: "blocks of 64 bytes",
    size: Size { jobs: 48, each: 16 },
    tiny: Size { jobs: 24, each: 1 },
    job_us: 2_000,
    wait_us: 0,
    jobs: &Each {
        setup: &no_setup,
        job: &|_, size, seed| Ok(Computing(ShaLoop { seed, blocks: size.each })),
    },
};

/// Bytes of a block.
const BLOCK: usize = 64;

/// Hashes `blocks` copies of the job's 8-byte little-endian seed, repeated to a block. Native models use the
/// library of `hash`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ShaLoop {
    seed: u64,
    blocks: u64,
}

impl Computes for ShaLoop {
    const IN_PYTHON: &'static str = "ShaLoop";

    fn compute(&self) -> Digest {
        let mut block = [0; BLOCK];
        block.chunks_exact_mut(8).for_each(|word| word.copy_from_slice(&self.seed.to_le_bytes()));
        let mut sha = Sha256::new();
        (0..self.blocks).for_each(|_| sha.update(block));
        Digest::new(self.seed, super::hash::first_word(sha))
    }
}
