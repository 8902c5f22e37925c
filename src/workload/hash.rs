//! SHA-256 of a message, the main cost of encrypting and signing.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::engine::Digest;
use crate::workload::{Computes, Computing, Each, Kind, Size, Workload, no_setup};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "hash",
    revision: 1,
    about: "SHA-256 of 4 MiB",
    answers_to: "encrypting data",
    post_says: "multiprocessing",
    kind: Kind::Computes,
    waits_for_files: false,
    unit: "blocks of 64 KiB",
    size: Size { jobs: 48, each: 64 },
    tiny: Size { jobs: 24, each: 1 },
    job_us: 2_500,
    wait_us: 0,
    jobs: &Each { setup: &no_setup, job: &|_, size, seed| Ok(Computing(Hash { seed, blocks: size.each })) },
};

/// Length of the block that a message repeats, in bytes.
const BLOCK: usize = 64 * 1024;

/// A block is hashed in this number of equal parts, which form the same message.
const PARTS: u64 = 16;

/// Hashes the job's 8-byte little-endian seed, repeated to a block of 64 KiB, and the block repeated:
/// different for each job, in constant memory, and generated at C speed in any language.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Hash {
    seed: u64,
    blocks: u64,
}

impl Computes for Hash {
    const IN_PYTHON: &'static str = "Hash";

    fn compute(&self) -> Digest {
        digest_of_blocks(self.seed, self.blocks)
    }
}

/// The digest of job `seed` whose message has `blocks` blocks.
pub fn digest_of_blocks(seed: u64, blocks: u64) -> Digest {
    Digest::new(seed, answer_of_parts(seed, PARTS * blocks))
}

/// The first 8 bytes of SHA-256 of `parts` parts of 4 KiB.
pub(crate) fn answer_of_parts(seed: u64, parts: u64) -> u64 {
    first_word(of_parts(seed, parts))
}

/// The first 8 bytes of the result of `sha`.
pub(crate) fn first_word(sha: Sha256) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(sha.finalize());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// SHA-256 of `parts` parts of a block that repeat `seed`, before finalization.
fn of_parts(seed: u64, parts: u64) -> Sha256 {
    // On the stack, so that a new thread does not have to set up a heap.
    let mut part = [0; BLOCK / 16];
    part.chunks_exact_mut(8).for_each(|word| word.copy_from_slice(&seed.to_le_bytes()));
    let mut sha = Sha256::new();
    (0..parts).for_each(|_| sha.update(part));
    sha
}

/// The SHA-256 implementation on this processor: one may be several times as fast as another.
pub fn hash_implementation() -> &'static str {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let extensions = std::arch::is_x86_feature_detected!("sha");
    #[cfg(target_arch = "aarch64")]
    let extensions = std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    let extensions = false;
    if extensions { "SHA-256 by the processor's SHA extensions" } else { "SHA-256 in software" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha256_of_parts(seed: u64, parts: u64) -> [u8; 32] {
        of_parts(seed, parts).finalize().into()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sha_256_matches_published_digest() {
        // FIPS 180-4's long example, as published by NIST in its examples with intermediate values.
        let mut sha = Sha256::new();
        sha.update("a".repeat(1_000_000));
        assert_eq!(hex(&sha.finalize()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    #[test]
    fn zero_block_digest_matches_sha256sum() {
        // head -c 65536 /dev/zero | sha256sum
        assert_eq!(
            hex(&sha256_of_parts(0, PARTS)),
            "de2f256064a0af797747c2b97505dc0b9f3df0de4f489eac731c23ae9ca9cc31"
        );
    }

    #[test]
    fn message_is_the_repeated_seed() {
        let seed = 0x0102_0304_0506_0708;
        let message = [8, 7, 6, 5, 4, 3, 2, 1].repeat(2 * BLOCK / 8);
        assert_eq!(sha256_of_parts(seed, 2 * PARTS), <[u8; 32]>::from(Sha256::digest(message)));
    }
}
