"""Jobs: a class for each kind, with a blocking and an async form."""

import hashlib
import importlib
import os
import sys
import time

from . import calls
from .computing import escape_time, hash_all, hash_blocks, hash_parts, is_prime
from .digests import WORD, digest, first_word, pseudorandom_bytes, sampled_checksum
from .phases import now_ns

# Set by py-asyncio, whose event loop runs the async forms: the import is too slow for all others.
asyncio = None


class Job:
    # Whether what it returns is turned into a digest after the clock has stopped: most jobs return their digest.
    has_answer = False

    def __init__(self, index, **fields):
        self.index = index
        self.__dict__.update(fields)


class Computing(Job):
    """A job that only computes: both forms are the same."""

    def run(self, phases):
        return phases.compute(self, self.compute)

    async def run_async(self, phases):
        return phases.compute(self, self.compute)


class Noop(Computing):
    def compute(self):
        return digest(self.seed, 0)


class Hash(Computing):
    def compute(self):
        return digest(self.seed, hash_blocks(self.seed, self.blocks))


class Primes(Computing):
    def compute(self):
        start, end = self.range["start"], self.range["end"]
        return digest(start, sum(map(is_prime, range(start, end))))


class Frame(Computing):
    """Has a large buffer from the beginning, which is sent to processes."""

    def __init__(self, index, seed, len, times):
        band = min(len, 64 * 1024)
        super().__init__(index, seed=seed, times=times, pixels=pseudorandom_bytes(seed, band) * (len // band))

    def compute(self):
        return digest(self.seed, hash_all(self.pixels, self.times))


class Shipment(Computing):
    """Has a buffer from the beginning, of which it reads a word of each sector where it has been sent."""

    def __init__(self, index, seed, len):
        super().__init__(index, seed=seed, bytes=pseudorandom_bytes(seed, len))

    def compute(self):
        return digest(self.seed, sampled_checksum(self.bytes))


class Mandelbrot(Computing):
    LIMIT = 1000

    def compute(self):
        picture = sum((y + 1) * self.row(y) for y in range(self.first, self.first + self.rows))
        return digest(self.first, picture & WORD)

    def row(self, y):
        im = 2.5 * ((y + 0.5) / self.height) - 1.25
        total = 0
        for x in range(self.width):
            re = 3.0 * ((x + 0.5) / self.width) - 2.0
            total += (x + 1) * escape_time(re, im, self.LIMIT)
        return total


class Sleep(Job):
    def run(self, phases):
        phases.wait(self, time.sleep, self.pause_us / 1e6)
        return digest(self.seed, self.pause_us)

    async def run_async(self, phases):
        await phases.wait_async(self, asyncio.sleep(self.pause_us / 1e6))
        return digest(self.seed, self.pause_us)


class Cake(Job):
    def run(self, phases):
        phases.wait(self, time.sleep, self.oven_us / 1e6)
        return phases.compute(self, self.decorate)

    async def run_async(self, phases):
        await phases.wait_async(self, asyncio.sleep(self.oven_us / 1e6))
        return phases.compute(self, self.decorate)

    def decorate(self):
        return digest(self.seed, hash_parts(self.seed, 16 * self.decoration))


class Point(Job):
    """Waits for a timer, and then counts primes, the same ones again after the first 4,096; either may be nothing."""

    def run(self, phases):
        if self.wait_us:
            phases.wait(self, time.sleep, self.wait_us / 1e6)
        return phases.compute(self, self.count)

    async def run_async(self, phases):
        if self.wait_us:
            await phases.wait_async(self, asyncio.sleep(self.wait_us / 1e6))
        return phases.compute(self, self.count)

    def count(self):
        return digest(self.seed, sum(is_prime(1_000_000 + (self.seed + n) % 4096) for n in range(self.numbers)))


class ReadFile(Job):
    def run(self, phases):
        data = phases.wait(self, self.read)
        return phases.compute(self, self.check, data)

    async def run_async(self, phases):
        # asyncio has no file IO: files are read in threads.
        data = await asyncio.to_thread(phases.wait, self, self.read)
        return phases.compute(self, self.check, data)

    def read(self):
        with open(self.path, "rb", buffering=0) as file:
            data = file.read()
        return data

    def check(self, data):
        return digest(self.seed, sampled_checksum(data))


class Save(Job):
    def run(self, phases):
        data = phases.compute(self, pseudorandom_bytes, self.seed, self.len)
        phases.wait(self, self.save, data)
        return digest(self.seed, self.len)

    async def run_async(self, phases):
        data = phases.compute(self, pseudorandom_bytes, self.seed, self.len)
        await asyncio.to_thread(phases.wait, self, self.save, data)
        return digest(self.seed, self.len)

    def save(self, data):
        with open(self.path, "wb", buffering=0) as file:
            file.write(data)
            flush_to_device(file.fileno())


ACTS = ("Wait", "WaitUntil", "Read", "Resolve", "Print", "Compute")


class Script(Job):
    """Steps, one after the other."""

    def run(self, phases):
        begun, found = now_ns(), digest(self.seed, len(self.steps))
        for act, value in map(self.act, self.steps):
            if act in ("Wait", "WaitUntil"):
                phases.wait(self, time.sleep, self.pause(begun, act, value))
                found = digest(found, value["us"])
            elif act == "Read":
                found = digest(found, ReadFile(self.index, **value).run(phases))
            elif act == "Resolve":
                found = digest(found, phases.wait(self, calls.resolve))
            elif act == "Print":
                found = digest(found, phases.wait(self, calls.print_line))
            else:
                found = digest(found, phases.compute(self, hash_parts, self.seed, value["parts"]))
        return found

    async def run_async(self, phases):
        begun, found = now_ns(), digest(self.seed, len(self.steps))
        for act, value in map(self.act, self.steps):
            if act in ("Wait", "WaitUntil"):
                await phases.wait_async(self, sleep_if_any(self.pause(begun, act, value)))
                found = digest(found, value["us"])
            elif act == "Read":
                found = digest(found, await ReadFile(self.index, **value).run_async(phases))
            elif act == "Resolve":
                loop = asyncio.get_running_loop()
                found = digest(found, await phases.wait_async(self, calls.resolve_async(loop)))
            elif act == "Print":
                found = digest(found, phases.wait(self, calls.print_line))
            else:
                found = digest(found, phases.compute(self, hash_parts, self.seed, value["parts"]))
        return found

    @staticmethod
    def pause(begun, act, value):
        """The wait in seconds; zero for a time in the past."""
        passed = (now_ns() - begun) / 1e9 if act == "WaitUntil" else 0
        return max(0, value["us"] / 1e6 - passed)

    @staticmethod
    def act(step):
        ((act, value),) = step["act"].items()
        if step["need"] is not None or act not in ACTS:
            raise NotImplementedError("no step of Python's shares a thing or is kept on a core")
        return act, value


async def sleep_if_any(seconds):
    if seconds > 0:
        await asyncio.sleep(seconds)


def flush_to_device(descriptor):
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


KINDS = {kind.__name__: kind for kind in (Noop, Sleep, Save, Hash, Primes, Mandelbrot, Frame, Shipment, Cake, Point, Script)}
KINDS.update(WarmFile=ReadFile, ColdFile=ReadFile)
# What takes long to import: where it is needed, and before anything is timed.
MODULES = {"Http": "http_job", "ShaLoop": "sha_loop_job", "Task": "task_job"}


def prepare(jobs):
    """Jobs from serde's JSON: each is an object of one field, whose name is its kind."""
    prepared = []
    for index, job in enumerate(jobs):
        ((kind, fields),) = job.items()
        prepared.append(kind_of(kind)(index, **fields))
    return prepared


def kind_of(name):
    return getattr(importlib.import_module("." + MODULES[name], __package__), name) if name in MODULES else KINDS[name]
