"""Three functions to ask about: one in pure Python, one in C that works without the GIL, and one that waits.

    bakeoff run --python=3.13,3.13t --task tasks:primes --inputs tasks:ranges --sizes tasks:sizes --path examples/python
"""

import asyncio
import hashlib


def ranges_of(count):
    """48 ranges of so many numbers."""
    return [(start, start + count) for start in range(100_000, 100_000 + 48 * count, count)]


ranges = ranges_of(300)
# The same for --sizes: the smaller a range, the more of its time goes into handing it out.
sizes = {str(count): ranges_of(count) for count in (3, 10, 30, 100, 300)}
blocks = [bytes([number]) * (1 << 20) for number in range(48)]
pauses = [0.01] * 40


def primes(bounds):
    """How many numbers of a range are primes."""
    return sum(all(number % divisor for divisor in range(2, int(number**0.5) + 1)) for number in range(*bounds))


def sha256(block):
    """The hash of 1 MiB."""
    return hashlib.sha256(block).hexdigest()


async def wait(seconds):
    """Waits for a timer, as for an answer from a network."""
    await asyncio.sleep(seconds)
    return seconds
