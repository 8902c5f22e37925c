"""Phases: where a job says which part of it waits and which computes."""

import os
import sys
import threading
import time


def shared_clock(clocks, platform):
    """The clock that all processes of this machine share and that stops while it is suspended, the same as in Rust."""
    return getattr(clocks, "CLOCK_UPTIME_RAW" if platform == "darwin" else "CLOCK_MONOTONIC", None)


CLOCK = shared_clock(time, sys.platform)


def now_ns():
    # Windows has one of another name; its monotonic clock has steps of 15.6 ms up to Python 3.12.
    return time.perf_counter_ns() if CLOCK is None else time.clock_gettime_ns(CLOCK)


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
