"""A job that computes SHA-256 in Python: a module of its own, because its constants take long to compute."""

import struct

from .digests import digest, first_word
from .jobs import Computing


class ShaLoop(Computing):
    def compute(self):
        message = struct.pack("<Q", self.seed) * (8 * self.blocks)
        return digest(self.seed, first_word(sha256(message)))


def fraction(prime, root):
    """The first 32 bits of the fraction of a square or cube root of `prime`, by bisection."""
    goal, low, high = prime << (32 * root), 0, prime << 32
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**root <= goal else (low, middle)
    return low & 0xFFFFFFFF


PRIMES = [n for n in range(2, 312) if all(n % d for d in range(2, n))]
START = [fraction(prime, 2) for prime in PRIMES[:8]]
CONSTANTS = [fraction(prime, 3) for prime in PRIMES]


def rotate(word, by):
    return word >> by | word << (32 - by) & 0xFFFFFFFF


def compress(state, block):
    """One block of 64 bytes of SHA-256, as FIPS 180-4 writes it."""
    words = list(struct.unpack(">16L", block))
    for t in range(16, 64):
        x, y = words[t - 15], words[t - 2]
        small_0 = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3
        small_1 = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10
        words.append(words[t - 16] + small_0 + words[t - 7] + small_1 & 0xFFFFFFFF)
    a, b, c, d, e, f, g, h = state
    for word, constant in zip(words, CONSTANTS):
        large_1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        t1 = h + large_1 + (e & f ^ ~e & g) + constant + word
        large_0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        t2 = large_0 + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = t1 + t2 & 0xFFFFFFFF, a, b, c, d + t1 & 0xFFFFFFFF, e, f, g
    return [old + new & 0xFFFFFFFF for old, new in zip(state, (a, b, c, d, e, f, g, h))]


def sha256(message):
    padding = b"\x80" + b"\0" * (-(len(message) + 9) % 64) + struct.pack(">Q", 8 * len(message))
    padded, state = message + padding, START
    for at in range(0, len(padded), 64):
        state = compress(state, padded[at : at + 64])
    return struct.pack(">8L", *state)
