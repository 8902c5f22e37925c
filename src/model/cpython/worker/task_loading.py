"""A user's function and its inputs, which are found by the names of their modules."""

import importlib
import inspect
import sys
import time
from importlib import machinery
from multiprocessing import process

from .errors import Failed, words

# The most inputs of a batch, and the most memory for all of them: every process of a pool has them, or is sent its part.
MOST_INPUTS = 100_000
MOST_BYTES = 1 << 30

# What this process has loaded, by its task.
known = {}


class Loaded:
    """The function of a task, and its inputs, which are made once in a process."""

    def __init__(self, task):
        look_in(task["paths"])
        self.function = named(task["function"], task["paths"])
        if not callable(self.function):
            raise TypeError("%s can't be called" % task["function"])
        self.is_coroutine = inspect.iscoroutinefunction(self.function)
        before, start = peak_bytes(), time.perf_counter_ns()
        self.inputs = made(task["inputs"], task["paths"])
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


def named(name, paths):
    """What `module:name` stands for; the name may have dots."""
    module, _, path = name.partition(":")
    found = imported(module)
    refuse_another(module.partition(".")[0], paths)
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


def made(name, paths):
    """What `module:name` stands for, or makes if it is a function."""
    found = named(name, paths)
    return found() if callable(found) else found


def imported(module):
    """The module, which must not start processes meanwhile: each of these would import it, and wait or start more."""
    start = process.BaseProcess.start
    process.BaseProcess.start = refuse_to_start
    try:
        return importlib.import_module(module)
    except SystemExit as error:
        raise ImportError("%s exits when it is imported (%s): %s" % (module, words(error), GUARD)) from None
    finally:
        process.BaseProcess.start = start


GUARD = "what a program does belongs under `if __name__ == \"__main__\":`"


def refuse_to_start(process):
    raise RuntimeError("a module starts a process when it is imported: " + GUARD)


def refuse_another(module, paths):
    """A module of the user may have the name of one of Python's own, which is imported already."""
    mine = machinery.PathFinder.find_spec(module, paths)
    built_in = "built in" if module in sys.builtin_module_names else None
    found = getattr(sys.modules.get(module), "__file__", built_in)
    if mine and mine.origin and found and mine.origin != found:
        raise ImportError("%s is %s, not %s: give yours another name" % (module, found, mine.origin))


def load(task):
    key = task["function"], task["inputs"], task["size"]
    if key not in known:
        try:
            known[key] = Loaded(task)
        except BaseException as error:
            raise Failed(words(error)) from None
    return known[key]
