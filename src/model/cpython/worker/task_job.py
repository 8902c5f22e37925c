"""A call of a user's function with one of its inputs: both are found by the names of their modules."""

import asyncio
import hashlib
import importlib
import inspect
import io
import json
import pickle
import sys
import threading
import time
import warnings

from . import digests
from .jobs import Job

# The most inputs of a batch, and the most memory for all of them: every process of a pool has them, or is sent its part.
MOST_INPUTS = 100_000
MOST_BYTES = 1 << 30

# What this process has loaded, by its task.
known = {}
# The event loop of each thread that runs coroutines.
own = threading.local()


class Loaded:
    """The function of a task, and its inputs, which are made once in a process."""

    def __init__(self, task):
        look_in(task["paths"])
        self.function = named(task["function"])
        if not callable(self.function):
            raise TypeError("%s can't be called" % task["function"])
        self.is_coroutine = inspect.iscoroutinefunction(self.function)
        before, start = peak_bytes(), time.perf_counter_ns()
        self.inputs = made(task["inputs"])
        if task["size"] is not None:
            self.inputs = self.inputs[task["size"]]
        self.inputs_ns = time.perf_counter_ns() - start
        if not isinstance(self.inputs, (list, tuple)):
            raise TypeError("%s is no list, but %s" % (task["inputs"], type(self.inputs).__name__))
        if len(self.inputs) > MOST_INPUTS:
            raise ValueError("%s has %d inputs, and %d is the most: take a part of them" % (task["inputs"], len(self.inputs), MOST_INPUTS))
        refuse_large(task, peak_bytes() - before)


def look_in(paths):
    for path in reversed(paths):
        if path not in sys.path:
            sys.path.insert(0, path)


def named(name):
    """What `module:name` stands for; the name may have dots."""
    module, _, path = name.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def refuse_large(task, size):
    if size > MOST_BYTES:
        raise ValueError(
            "%s takes more than 1 GiB, and every process has its own: take fewer or smaller inputs" % task["inputs"]
        )


def peak_bytes():
    """The most memory that this process has had, where the system tells."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def shipping_ns(task, inputs):
    """The time of writing all inputs and reading them again."""
    size, start = 0, time.perf_counter_ns()
    for number, given in enumerate(inputs):
        try:
            sent = pickle.dumps(given)
            pickle.loads(sent)
        except Exception as error:
            raise TypeError("input %d can't be sent: %s: %s" % (number, type(error).__name__, error)) from error
        size += len(sent)
        refuse_large(task, size)
    return time.perf_counter_ns() - start


def made(name):
    """What `module:name` stands for, or makes if it is a function."""
    found = named(name)
    return found() if callable(found) else found


def load(task):
    key = task["function"], task["inputs"], task["size"]
    if key not in known:
        known[key] = Loaded(task)
    return known[key]


class Failed(Exception):
    """A call of the function, or what it returned, in words that say which job and why."""

    is_whole = True


class Task(Job):
    has_answer = True

    def __init__(self, index, task, number):
        super().__init__(index, task=task, number=number)
        loaded = load(task)
        if task["ship"]:
            self.sent = loaded.inputs[number]

    def run(self, phases):
        it, given = self.ready()
        if it.is_coroutine:
            return self.called(phases.wait, self, loop_of_thread().run_until_complete, it.function(given))
        return self.called(phases.compute, self, it.function, given)

    async def run_async(self, phases):
        it, given = self.ready()
        try:
            if it.is_coroutine:
                return await phases.wait_async(self, it.function(given))
            # A blocking function would block the loop.
            return await asyncio.to_thread(phases.compute, self, it.function, given)
        except Exception as error:
            raise self.failed(error) from error

    def ready(self):
        """The function, and the input of this job: its own if that was sent here with it."""
        it = load(self.task)
        return it, self.sent if hasattr(self, "sent") else it.inputs[self.number]

    def called(self, call, *args):
        try:
            return call(*args)
        except Exception as error:
            raise self.failed(error) from error

    def failed(self, error):
        return Failed("job %d: %s: %s" % (self.number, type(error).__name__, error))

    def digest(self, result):
        return digests.digest(self.number, self.answer(result))

    def answer(self, result):
        try:
            return hash_of(result)
        except Exception as error:
            raise Failed("the answer of job %d can't be compared: %s" % (self.number, error)) from error


def loop_of_thread():
    if not hasattr(own, "loop"):
        own.loop = asyncio.new_event_loop()
    return own.loop


def hash_of(result):
    """The first word of the hash of an answer: of its JSON if it has one, else of its pickle."""
    refuse_unstable(result, 0)
    try:
        data = json.dumps(result, sort_keys=True, allow_nan=False).encode()
    except (TypeError, ValueError):
        data = pickled(result)
    return digests.first_word(hashlib.sha256(data).digest())


def pickled(result):
    """Equal values have equal bytes: without the references that tell which parts of a value are one object."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, 4)
    pickler.fast = True
    pickler.dump(result)
    return buffer.getvalue()


def refuse_unstable(value, depth):
    """Names what has another form in each process, or equals nothing, in lists, tuples and dictionaries."""
    if isinstance(value, (set, frozenset)):
        raise TypeError("it has a set, whose order differs between processes: sorted(..) makes a list of it")
    if isinstance(value, float) and value != value:
        raise ValueError("it has NaN, which equals nothing")
    if depth < 20:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        for part in parts:
            refuse_unstable(part, depth + 1)


def sizes(task):
    """The names of the sizes in the dictionary that a task's inputs are; what is wrong with it, if something is."""
    try:
        look_in(task["paths"])
        found = made(task["inputs"])
        if not isinstance(found, dict) or not found:
            raise TypeError("%s is no dictionary of lists by their size" % task["inputs"])
        if not all(isinstance(size, str) for size in found):
            raise TypeError("a size of %s is no string" % task["inputs"])
    except Exception as error:
        return {"wrong": "%s: %s" % (type(error).__name__, error)}
    return {"sizes": list(found)}


def described(task):
    """What loading a task tells, for the parent; what is wrong with it, if something is."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            it = load(task)
            sent_ns = shipping_ns(task, it.inputs) if task["ship"] else None
        except Exception as error:
            return {"wrong": "%s: %s" % (type(error).__name__, error)}
    is_enabled = getattr(sys, "_is_gil_enabled", None)
    return {
        "count": len(it.inputs),
        "inputs_ns": it.inputs_ns,
        "shipping_ns": sent_ns,
        "is_coroutine": it.is_coroutine,
        "gil": is_enabled() if is_enabled else True,
        "warnings": [str(warning.message) for warning in told if "GIL" in str(warning.message)],
        "packages": packages(),
    }


def packages():
    """Name and version of the installed packages that are imported."""
    from importlib import metadata

    imported = {name.partition(".")[0] for name in sys.modules}
    found = set()
    for package in metadata.distributions():
        names = (package.read_text("top_level.txt") or package.metadata["Name"] or "").split()
        if imported.intersection(name.replace("-", "_") for name in names):
            found.add("%s %s" % (package.metadata["Name"], package.version))
    return sorted(found)
