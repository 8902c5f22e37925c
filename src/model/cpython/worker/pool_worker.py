"""What runs in each worker of a pool: in a process or an interpreter of its own."""

import os
import sys
import threading
import time

from . import digests
from .phases import Plain, Traced, now_ns

phases = Plain()


def begin(traced):
    """Sets up a worker before its first job."""
    global phases
    phases = Traced() if traced else Plain()
    digests.warm_up()
    # Nothing is left in the folders of users.
    sys.dont_write_bytecode = True


def begun(_):
    """Says which worker it is, slowly enough for the next call to meet another one."""
    time.sleep(0.002)
    return os.getpid(), threading.get_native_id()


def set_up(traced):
    """Sets up a worker that was started without that, and says which it is."""
    begin(traced)
    return begun(None)


def load(job):
    """Loads what a job needs, and says by which worker."""
    job.ready()
    return begun(None)


def run(job):
    return job.run(phases)


def run_traced(job):
    return job.run(phases), phases.take()


def run_timed(job):
    """When the worker began a job that has arrived, and its result."""
    return now_ns(), job.run(phases)
