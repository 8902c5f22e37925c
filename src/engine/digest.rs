//! The result of a job, and the deterministic bytes that jobs write, read and serve.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The result of a job: 64 bits that depend on the job's identity and on everything that it had to compute.
///
/// Two jobs of a batch never have the same digest, so that swapped digests are detected as well as wrong
/// ones.
///
/// ```
/// use bakeoff::work::Digest;
///
/// let digest = |job, answer| Digest::new(job, answer);
/// assert_eq!(digest(1, 42), digest(1, 42));
/// assert_ne!(digest(1, 42), digest(2, 42));
/// assert_ne!(digest(1, 42), digest(1, 42).combine(0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Digest(u64);

impl Digest {
    /// The digest of job `seed` with the result `answer`.
    pub fn new(seed: u64, answer: u64) -> Self {
        Digest(mix(mix(seed) ^ answer))
    }

    /// Combines this digest with a further result, `answer`.
    #[must_use]
    pub fn combine(self, answer: u64) -> Self {
        Digest::new(self.0, answer)
    }

    /// The digest with this numeric value, computed in another language.
    pub(crate) fn of_bits(bits: u64) -> Self {
        Digest(bits)
    }

    /// Its numeric value.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The number of bytes per sample of [`sampled_checksum`]: a disk sector.
const SECTOR: usize = 512;

/// `len` pseudo-random bytes that depend on `seed` alone: the content of a file or response.
///
/// All seeds share one stream under a mask that depends on the seed: languages with slow loops generate the
/// stream once, and mask it as one large number.
///
/// ```
/// use bakeoff::work::pseudorandom_bytes;
///
/// assert_eq!(pseudorandom_bytes(7, 1_000), pseudorandom_bytes(7, 1_000));
/// assert_ne!(pseudorandom_bytes(7, 1_000), pseudorandom_bytes(8, 1_000));
/// ```
pub fn pseudorandom_bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 8);
    let (mut state, mask) = (0_u64, mix(seed));
    while bytes.len() < len {
        state = state.wrapping_add(GOLDEN_GAMMA);
        bytes.extend_from_slice(&(mix(state) ^ mask).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Combines the length and a checksum of the first word of each sector of `bytes`.
///
/// It proves that each sector arrived in its place. Reading every byte would add computing to jobs that
/// should wait: a digest of a whole warm 64 KiB file takes longer than reading it. CRC-32, because every
/// language has it in its standard library, at the same speed.
///
/// ```
/// use bakeoff::work::{pseudorandom_bytes, sampled_checksum};
///
/// let bytes = pseudorandom_bytes(7, 4_096);
/// assert_ne!(sampled_checksum(&bytes), sampled_checksum(&bytes[..4_000]));
/// ```
pub fn sampled_checksum(bytes: &[u8]) -> u64 {
    let mut words = Vec::with_capacity(bytes.len().div_ceil(SECTOR) * 8);
    for sector in bytes.chunks(SECTOR) {
        words.extend_from_slice(&sector[..sector.len().min(8)]);
    }
    (bytes.len() as u64) << 32 | u64::from(crc32(&words))
}

/// CRC-32 as in zip files and Ethernet (ISO/IEC 13239).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The odd constant nearest to 2^64 divided by the golden ratio, as in `SplitMix64` (Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", OOPSLA 2014).
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finalizer of `SplitMix64`: a bijection, so that different inputs stay different.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_match_published_splitmix64_stream() {
        // The first output for seed 0, from the test vectors of the generator's authors.
        assert_eq!(pseudorandom_bytes(0, 8), 0xe220_a839_7b1d_cdaf_u64.to_le_bytes());
    }

    #[test]
    fn checksum_matches_published_value() {
        // The check value of CRC-32/ISO-HDLC in Williams' "A painless guide to CRC error detection algorithms", 1993.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn sampled_checksum_detects_sector_and_length_changes() {
        let bytes = pseudorandom_bytes(7, 4 * SECTOR);
        for sector in 0..4 {
            let mut other = bytes.clone();
            other[sector * SECTOR] ^= 1;
            assert_ne!(sampled_checksum(&bytes), sampled_checksum(&other), "sector {sector}");
        }
        assert_ne!(sampled_checksum(&bytes), sampled_checksum(&bytes[..bytes.len() - 1]));
    }
}
