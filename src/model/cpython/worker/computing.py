"""What jobs compute: SHA-256 by hashlib, prime numbers, the Mandelbrot set."""

import hashlib
import struct

from .digests import first_word


def hash_blocks(seed, blocks):
    """hashlib on blocks of 64 KiB: C code, which releases the GIL for each of them."""
    return hash_all(struct.pack("<Q", seed) * 8192, blocks)


def hash_parts(seed, parts):
    """The same on parts of 1 KiB, too small for the C code to release the GIL: it holds it like Python code."""
    return hash_all(struct.pack("<Q", seed) * 128, 4 * parts)


def hash_all(block, times):
    sha = hashlib.sha256()
    for _ in range(times):
        sha.update(block)
    return first_word(sha.digest())


def is_prime(n):
    if n < 5 or n % 2 == 0 or n % 3 == 0:
        return n in (2, 3)
    d = 5
    while d * d <= n:
        if n % d == 0 or n % (d + 2) == 0:
            return False
        d += 6
    return True


def escape_time(re, im, limit):
    x = y = 0.0
    for n in range(limit):
        x2, y2 = x * x, y * y
        if x2 + y2 > 4.0:
            return n
        y = 2.0 * x * y + im
        x = x2 - y2 + re
    return limit
