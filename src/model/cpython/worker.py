"""Carries out bakeoff's jobs under one of CPython's own execution models.

The parent speaks frames over standard input and output: a length (4 bytes, little-endian), a letter, and what it is about.
It sends P and jobs to prepare, R and which of them to run, C to have two of them started as coroutines, S for spans, U for
what has been used up; each is answered by one frame. Nothing but the standard library is imported, and nothing but Python's
own tools is measured. What only some models need is imported by them: each import takes some of a process's first moments.
"""

import functools
import hashlib
import json
import os
import select
import signal
import struct
import sys
import threading
import time
import zlib

try:
    import resource
except ImportError:  # not on Windows
    resource = None

# --- Digests: the same numbers as in Rust ----------------------------------------------------------------------------

WORD = (1 << 64) - 1
GOLDEN_GAMMA = 0x9E3779B97F4A7C15
SECTOR = 512


def mix(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WORD
    return z ^ (z >> 31)


def digest(seed, answer):
    return mix(mix(seed) ^ answer)


def glance(data):
    """The length and a checksum of the first word of each sector, at C speed; `data` has whole words."""
    words = memoryview(data).cast("Q")[:: SECTOR // 8]
    return len(data) << 32 | zlib.crc32(words.tobytes())


@functools.lru_cache(maxsize=None)
def stream(length):
    """SplitMix64 from zero on, as one large number: made once for each length."""
    words = [mix(GOLDEN_GAMMA * (at + 1) & WORD) for at in range(-(-length // 8))]
    return int.from_bytes(struct.pack("<%dQ" % len(words), *words)[:length], "little")


def content(seed, length):
    """The stream under a mask that each seed has another of, at C speed."""
    mask = struct.pack("<Q", mix(seed)) * -(-length // 8)
    return (stream(length) ^ int.from_bytes(mask[:length], "little")).to_bytes(length, "little")


def first_word(sha):
    return int.from_bytes(sha[:8], "big")


# --- Computing --------------------------------------------------------------------------------------------------------


def hash_blocks(seed, blocks):
    """hashlib on blocks of 64 KiB: C code, which releases the lock for each of them."""
    block = struct.pack("<Q", seed) * 8192
    sha = hashlib.sha256()
    for _ in range(blocks):
        sha.update(block)
    return first_word(sha.digest())


def hash_parts(seed, parts):
    """The same on parts of 1 KiB, too small for the C code to release the lock: it holds it like Python code."""
    part = struct.pack("<Q", seed) * 128
    sha = hashlib.sha256()
    for _ in range(4 * parts):
        sha.update(part)
    return first_word(sha.digest())


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


# --- Phases: where a job says which part of it waits and which computes ---------------------------------------------


class Plain:
    """No tracing: every phase is just run."""

    def compute(self, job, work, *args):
        return work(*args)

    def wait(self, job, wait, *args):
        return wait(*args)

    async def wait_async(self, job, wait):
        return await wait

    def take(self):
        return []


class Traced:
    """Each phase leaves a span: job, whether it computes, start, stop, thread, process."""

    def __init__(self):
        self.spans = []

    def span(self, job, computes, start):
        stop = now_ns()
        self.spans.append((job.index, computes, start, stop, threading.get_native_id(), os.getpid()))

    def compute(self, job, work, *args):
        start = now_ns()
        try:
            return work(*args)
        finally:
            self.span(job, True, start)

    def wait(self, job, wait, *args):
        start = now_ns()
        try:
            return wait(*args)
        finally:
            self.span(job, False, start)

    async def wait_async(self, job, wait):
        start = now_ns()
        try:
            return await wait
        finally:
            self.span(job, False, start)

    def take(self):
        spans, self.spans = self.spans, []
        return spans


# --- Jobs: a class for each kind, with a blocking and an async form -----------------------------------------------------


class Job:
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


class ShaLoop(Computing):
    def compute(self):
        message = struct.pack("<Q", self.seed) * (8 * self.blocks)
        return digest(self.seed, first_word(sha256(message)))


class Primes(Computing):
    def compute(self):
        start, end = self.range["start"], self.range["end"]
        return digest(start, sum(map(is_prime, range(start, end))))


class Frame(Computing):
    """Has a large buffer from the beginning, which is sent to processes."""

    def __init__(self, index, seed, len):
        band = min(len, 64 * 1024)
        super().__init__(index, seed=seed, pixels=content(seed, band) * (len // band))

    def compute(self):
        return digest(self.seed, first_word(hashlib.sha256(self.pixels).digest()))


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


class ReadFile(Job):
    def run(self, phases):
        data = phases.wait(self, self.read)
        return phases.compute(self, lambda: digest(self.seed, glance(data)))

    async def run_async(self, phases):
        # asyncio has no file IO: files are read in threads.
        data = await asyncio.to_thread(phases.wait, self, self.read)
        return phases.compute(self, lambda: digest(self.seed, glance(data)))

    def read(self):
        with open(self.path, "rb", buffering=0) as file:
            data = file.read()
        return data


class Save(Job):
    def run(self, phases):
        data = phases.compute(self, content, self.seed, self.len)
        phases.wait(self, self.save, data)
        return digest(self.seed, self.len)

    async def run_async(self, phases):
        data = phases.compute(self, content, self.seed, self.len)
        await asyncio.to_thread(phases.wait, self, self.save, data)
        return digest(self.seed, self.len)

    def save(self, data):
        with open(self.path, "wb", buffering=0) as file:
            file.write(data)
            flush_to_device(file.fileno())


class Http(Job):
    def __init__(self, index, **fields):
        import http.client  # Before anything is timed.

        super().__init__(index, **fields)

    def run(self, phases):
        body = phases.wait(self, get, self.port, self.address)
        return phases.compute(self, self.parse, body)

    async def run_async(self, phases):
        body = await phases.wait_async(self, get_async(self.port, self.address))
        return phases.compute(self, self.parse, body)

    @property
    def address(self):
        return "/%(seed)d/%(pause_us)d/%(len)d" % self.page

    def parse(self, body):
        seed = self.page["seed"]
        found = digest(seed, glance(body))
        return digest(found, hash_parts(seed, self.parts)) if self.parts else found


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
        if step["need"] is not None or act not in ("Wait", "WaitUntil", "Read", "Compute"):
            raise NotImplementedError("no step of Python's shares a thing or is kept on a core")
        return act, value


KINDS = (Noop, Sleep, Http, Save, Hash, ShaLoop, Primes, Mandelbrot, Frame, Cake, Script)
JOBS = {"WarmFile": ReadFile, "ColdFile": ReadFile}
JOBS.update({kind.__name__: kind for kind in KINDS})


def flush_to_device(descriptor):
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def now_ns():
    """The one clock that all processes of this machine share."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) if hasattr(time, "CLOCK_MONOTONIC") else time.monotonic_ns()


async def sleep_if_any(seconds):
    if seconds > 0:
        await asyncio.sleep(seconds)


# --- HTTP: http.client where jobs block; asyncio has none, so a minimal GET on its streams ------------------------------

TIMEOUT = 30
kept = threading.local()


def get(port, address):
    """GETs from this machine over a connection that each thread keeps."""
    connections = kept.__dict__.setdefault("connections", {})
    if port not in connections:
        connections[port] = connect(port)
    connections[port].request("GET", address)
    response = connections[port].getresponse()
    body = response.read()
    if response.status != 200:
        raise OSError("the server answered %d" % response.status)
    return body


def connect(port):
    import http.client

    return http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)


idle = {}


async def get_async(port, address):
    """Like get, over an idle connection or a new one."""
    pool = idle.setdefault(port, [])
    reader, writer = pool.pop() if pool else await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % address.encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
    if not head.startswith("http/1.1 200"):
        raise OSError("the server answered " + head.split("\r\n")[0])
    body = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
    pool.append((reader, writer))
    return body


# --- What has been used up ------------------------------------------------------------------------------------------------


def usage():
    """CPU time in nanoseconds, bytes read from devices, voluntary and involuntary context switches."""
    if resource is None:
        return [time.process_time_ns(), None, None, None]
    used = resource.getrusage(resource.RUSAGE_SELF)
    read = used.ru_inblock * 512 if sys.platform == "linux" else None
    return [time.process_time_ns(), read, used.ru_nvcsw, used.ru_nivcsw]


def usage_of(process):
    """The same for another process, on Linux only."""
    if sys.platform != "linux":
        return [None] * 4
    fields = {}
    for name in ("io", "status"):
        with open("/proc/%d/%s" % (process, name)) as file:
            fields.update(line.split(":", 1) for line in file)
    names = ("read_bytes", "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches")
    # The clock of a process's CPU time, as clock_getcpuclockid(3) numbers it.
    return [time.clock_gettime_ns(~process << 3 | 2)] + [int(fields[name]) for name in names]


def added(one, other):
    return None if one is None or other is None else one + other


# --- The models -----------------------------------------------------------------------------------------------------------


class Loop:
    """py-loop: sequential."""

    def __init__(self, workers, phases):
        self.phases = phases

    def run(self, jobs):
        return [job.run(self.phases) for job in jobs]

    def usage(self):
        return usage()

    def spans(self):
        return self.phases.take()


class Threading(Loop):
    """py-threading: a ThreadPoolExecutor."""

    def __init__(self, workers, phases):
        from concurrent.futures import ThreadPoolExecutor

        super().__init__(workers, phases)
        together = threading.Barrier(workers)
        # Each thread waits for all others, so that all threads exist from now on.
        self.pool = ThreadPoolExecutor(workers)
        list(self.pool.map(lambda _: together.wait(START_WITHIN), range(workers)))

    def run(self, jobs):
        return list(self.pool.map(self.run_one, jobs))

    def run_one(self, job):
        return job.run(self.phases)


class Asyncio(Loop):
    """py-asyncio: gather on one event loop."""

    def __init__(self, workers, phases):
        global asyncio
        import asyncio

        super().__init__(workers, phases)
        self.loop = asyncio.new_event_loop()

    def run(self, jobs):
        return self.loop.run_until_complete(self.gather(jobs))

    async def gather(self, jobs):
        return await asyncio.gather(*(job.run_async(self.phases) for job in jobs))

    def start(self, way, jobs):
        """Starts two coroutines in one of the ways that a program can; one that is never awaited never runs."""
        start = getattr(self, way.replace("-", "_"))
        return self.loop.run_until_complete(start(*[job.run_async(self.phases) for job in jobs]))

    async def unscheduled(self, cook, eat):
        cook.close()
        eat.close()

    async def in_turn(self, cook, eat):
        await cook
        await eat

    async def joined(self, cook, eat):
        await asyncio.gather(cook, eat)

    async def spawned(self, cook, eat):
        cook, eat = asyncio.create_task(cook), asyncio.create_task(eat)
        await cook
        await eat


class Multiprocessing(Loop):
    """py-multiprocessing: a ProcessPoolExecutor, whose processes are started as the parent says."""

    def __init__(self, workers, phases):
        import concurrent.futures
        import http.client  # Once, for all processes that are forked.
        import multiprocessing

        super().__init__(workers, phases)
        context = multiprocessing.get_context(START_METHOD)
        together, self.seen = context.Barrier(workers), []
        started = (together, self.traced)
        self.pool = concurrent.futures.ProcessPoolExecutor(workers, context, begin_process, started)
        # Each process reports its id after it has started, and none starts work before all exist.
        self.processes = {process for process, _ in self.until_all(workers, begun)}

    def until_all(self, workers, task):
        """The result of `task` in each of the pool's workers: it is repeated until all have answered."""
        told, end = set(), time.monotonic() + START_WITHIN
        while len(told) < workers:
            if time.monotonic() > end:
                raise TimeoutError("%d of %d workers began within %d s" % (len(told), workers, START_WITHIN))
            told.update(self.pool.map(task, range(workers)))
        return told

    @property
    def traced(self):
        return isinstance(self.phases, Traced)

    def run(self, jobs):
        if not self.traced:
            return list(self.pool.map(run_in_pool, jobs))
        digests, spans = zip(*self.pool.map(run_traced_in_pool, jobs)) if jobs else ((), ())
        self.seen.extend(span for part in spans for span in part)
        return digests

    def usage(self):
        rows = [usage(), *map(usage_of, self.processes)]
        return [functools.reduce(added, column) for column in zip(*rows)]

    def spans(self):
        spans, self.seen = self.seen, []
        return spans


class Interpreters(Multiprocessing):
    """py-interpreters: an InterpreterPoolExecutor, each of whose threads has an interpreter, and a lock, of its own."""

    def __init__(self, workers, phases):
        from concurrent.futures import InterpreterPoolExecutor

        Loop.__init__(self, workers, phases)
        self.seen = []
        self.pool = InterpreterPoolExecutor(workers, initializer=begin, initargs=(self.traced,))
        self.until_all(workers, begun)

    def usage(self):
        return usage()


pool_phases = Plain()
START_METHOD = "fork"
START_WITHIN = 20


def begin(traced):
    """Sets up the phases in each worker of a pool, before its first job."""
    global pool_phases
    pool_phases = Traced() if traced else Plain()
    stream(64 * 1024)


def begin_process(together, traced):
    """As above, in each process of a pool; also ends the process together with its parent."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    begin(traced)
    parent = parent_process().sentinel
    threading.Thread(target=lambda: wait([parent]) and os._exit(1), daemon=True).start()
    together.wait(START_WITHIN)


def begun(_):
    time.sleep(0.002)
    return os.getpid(), threading.get_native_id()


def run_in_pool(job):
    return job.run(pool_phases)


def run_traced_in_pool(job):
    return job.run(pool_phases), pool_phases.take()


MODELS = {
    "py-loop": Loop,
    "py-threading": Threading,
    "py-asyncio": Asyncio,
    "py-multiprocessing": Multiprocessing,
    "py-interpreters": Interpreters,
}

# --- The conversation -----------------------------------------------------------------------------------------------------


def frames(pipe):
    while True:
        head = pipe.read(5)
        if len(head) < 5:
            return
        length, letter = struct.unpack("<Ic", head)
        length -= 1
        yield letter, pipe.read(length)


def send(pipe, letter, body):
    pipe.write(struct.pack("<Ic", 1 + len(body), letter) + body)
    pipe.flush()


def prepare(jobs):
    """Jobs from serde's JSON: each is an object of one field, whose name is its kind."""
    prepared = []
    for index, job in enumerate(jobs):
        ((kind, fields),) = job.items()
        prepared.append(JOBS[kind](index, **fields))
    return prepared


def timed(work, *args):
    """The duration of `work` by Python's own clock, and its result."""
    start = time.perf_counter_ns()
    result = work(*args)
    return time.perf_counter_ns() - start, result


def answer(model, known, letter, body):
    if letter == b"P":
        order = json.loads(body)
        known[order["batch"]] = prepare(order["jobs"])
        return b"P", b""
    if letter == b"R":
        took, digests = timed(model.run, known[struct.unpack("<Q", body)[0]])
        return b"D", struct.pack("<%dQ" % (1 + len(digests)), took, *digests)
    if letter == b"C":
        order = json.loads(body)
        took, _ = timed(model.start, order["way"], known[order["batch"]])
        return b"D", struct.pack("<Q", took)
    if letter == b"S":
        return b"S", json.dumps(model.spans()).encode()
    return b"U", json.dumps(model.usage()).encode()


def end_with(pipe):
    """Ends this process and all its children when the other end of `pipe` closes."""
    poll = select.poll()
    # No events are requested: poll always reports a hang-up.
    poll.register(pipe.fileno(), 0)
    poll.poll()
    os.killpg(0, signal.SIGKILL)


def converse(model, requests, replies):
    known = {}
    for letter, body in frames(requests):
        try:
            reply = answer(model, known, letter, body)
        except Exception as error:
            reply = b"E", said(error)
        send(replies, *reply)


def said(error):
    return ("%s: %s" % (type(error).__name__, error)).encode()


def main():
    global START_METHOD
    # Prints go to standard error, because standard output is the pipe.
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.close(0)
    os.open(os.devnull, os.O_RDONLY)
    name, workers, traced, START_METHOD = sys.argv[1:]
    stream(64 * 1024)
    try:
        model = MODELS[name](int(workers), Traced() if traced == "traced" else Plain())
    except Exception as error:
        return send(replies, b"E", said(error))
    if hasattr(select, "poll"):
        # Not before the pool exists: a forked process must have only one thread.
        threading.Thread(target=end_with, args=(requests,), daemon=True).start()
    send(replies, b"H", b"")
    converse(model, requests, replies)
    # The parent has ended: remaining work is useless.
    os._exit(0)


if __name__ == "__main__":
    main()
