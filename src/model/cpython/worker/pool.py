"""What pools of processes and of interpreters share: jobs are sent to workers, and come back with their spans."""

import time

from . import pool_worker
from .base import START_WITHIN, Base
from .phases import Traced


class Pool(Base):
    def __init__(self, workers, phases, start_method):
        super().__init__(workers, phases, start_method)
        self.workers, self.traced, self.seen = workers, isinstance(phases, Traced), []

    def await_all(self, workers):
        """Process and thread of each of the workers, none of which starts work before all exist."""
        return self.told_by_all(pool_worker.begun, range(workers), "began")

    def told_by_all(self, call, values, what):
        """What each of the workers tells by `call`, which is made with `values` until all have been met."""
        told, end = set(), time.monotonic() + START_WITHIN
        while len(told) < self.workers:
            if time.monotonic() > end:
                raise TimeoutError("%d of %d workers %s within %d s" % (len(told), self.workers, what, START_WITHIN))
            told.update(self.map(call, values))
        return told

    def prepare(self, jobs):
        """A user's function is loaded by each worker before any clock, as its module may take long."""
        if jobs and jobs[0].has_answer:
            self.told_by_all(pool_worker.load, [jobs[0]] * self.workers, "loaded the function")

    def map(self, work, jobs):
        """What `work` returns for each of `jobs`, in their order."""
        return self.pool.map(work, jobs)

    def run(self, jobs):
        if not self.traced:
            return list(self.map(pool_worker.run, jobs))
        digests = []
        for digest, spans in self.map(pool_worker.run_traced, jobs):
            digests.append(digest)
            self.seen.extend(spans)
        return digests

    def submit(self, arrival):
        self.pool.submit(pool_worker.run_timed, arrival.job).add_done_callback(arrival.done)

    def spans(self):
        spans, self.seen = self.seen, []
        return spans
