"""Phases: where a job says which part of it waits and which computes."""

import os
import threading
import time


def now_ns():
    """The one clock that all processes of this machine share."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) if hasattr(time, "CLOCK_MONOTONIC") else time.monotonic_ns()


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
