"""A call of a user's function with one of its inputs."""

import asyncio
import hashlib
import io
import json
import pickle
import sys
import threading
import time
import warnings

from . import digests
from .errors import Failed, words
from .jobs import Job
from .task_loading import load, look_in, made, refuse_large

# The event loop of each thread that runs coroutines.
own = threading.local()


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
        except GeneratorExit:
            raise
        except BaseException as error:
            raise self.failed(error) from None

    def ready(self):
        """The function, and the input of this job: its own if that was sent here with it."""
        it = load(self.task)
        return it, self.sent if hasattr(self, "sent") else it.inputs[self.number]

    def called(self, call, *args):
        try:
            return call(*args)
        except BaseException as error:  # sys.exit() is an error of the job, too.
            raise self.failed(error) from None

    def failed(self, error):
        return Failed("job %d: %s" % (self.number, words(error)))

    def digest(self, result):
        return digests.digest(self.number, self.compared(hash_of, result))

    def answer(self, result):
        """What fresh interpreters must agree on."""
        self.compared(refuse_one_way, result)
        return self.compared(hash_of, result)

    def compared(self, how, result):
        try:
            return how(result)
        except Exception as error:
            raise Failed("the answer of job %d can't be compared: %s" % (self.number, words(error))) from None


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


def refuse_one_way(result):
    """A pool whose answers can be sent but not received waits for them for ever."""
    try:
        data = pickle.dumps(result)
    except Exception:
        return  # Pools say so themselves.
    try:
        pickle.loads(data)
    except Exception as error:
        raise Failed("it can be pickled, but not unpickled: %s" % words(error)) from None


def refuse_unstable(value, depth):
    """Names what has another form in each process, or equals nothing, in lists, tuples and dictionaries."""
    if isinstance(value, (set, frozenset)):
        raise Failed("it has a set, whose order differs between processes: sorted(..) makes a list of it")
    if isinstance(value, float) and value != value:
        raise Failed("it has NaN, which equals nothing")
    if depth < 20:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        for part in parts:
            refuse_unstable(part, depth + 1)


def shipping_ns(task, inputs):
    """The time of writing all inputs and reading them again."""
    size, start = 0, time.perf_counter_ns()
    for number, given in enumerate(inputs):
        try:
            sent = pickle.dumps(given)
            pickle.loads(sent)
        except Exception as error:
            raise TypeError("input %d can't be sent: %s" % (number, words(error))) from None
        size += len(sent)
        refuse_large(task, size)
    return time.perf_counter_ns() - start


def sizes(task):
    """The names of the sizes in the dictionary that a task's inputs are; what is wrong with it, if something is."""
    try:
        look_in(task["paths"])
        found = made(task["inputs"], task["paths"])
        if not isinstance(found, dict) or not found:
            raise TypeError("%s is no dictionary of lists by their size" % task["inputs"])
        if not all(isinstance(size, str) for size in found):
            raise TypeError("a size of %s is no string" % task["inputs"])
    except BaseException as error:
        return {"wrong": words(error)}
    return {"sizes": list(found)}


# What the interpreter says of a module for which it has switched its lock on again.
lock_back = []


def note_lock(message, *where, **more):
    """Keeps a warning; all others are of no use here."""
    if "GIL" in str(message):
        lock_back.append(str(message))


def described(task):
    """What loading a task tells, for the parent; what is wrong with it, if something is."""
    from importlib import metadata  # Before the folders of users, which may have modules of the same names.

    warnings.showwarning = note_lock
    warnings.filterwarnings("always", "The global interpreter lock")
    try:
        it = load(task)
        sent_ns = shipping_ns(task, it.inputs) if task["ship"] else None
    except Exception as error:
        return {"wrong": words(error)}
    is_enabled = getattr(sys, "_is_gil_enabled", None)
    return {
        "count": len(it.inputs),
        "inputs_ns": it.inputs_ns,
        "shipping_ns": sent_ns,
        "is_coroutine": it.is_coroutine,
        "gil": is_enabled() if is_enabled else True,
        "warnings": lock_back,
        "packages": packages(metadata),
    }


def packages(metadata):
    """Name and version of the installed packages that are imported."""
    imported = {name.partition(".")[0] for name in sys.modules}
    found = set()
    for package in metadata.distributions():
        names = (package.read_text("top_level.txt") or package.metadata["Name"] or "").split()
        if imported.intersection(name.replace("-", "_") for name in names):
            found.add("%s %s" % (package.metadata["Name"], package.version))
    return sorted(found)
