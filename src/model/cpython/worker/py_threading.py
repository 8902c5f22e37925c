"""py-threading: a ThreadPoolExecutor."""

import threading
from concurrent.futures import ThreadPoolExecutor

from .base import START_WITHIN, Base


class Model(Base):
    def __init__(self, workers, phases, start_method):
        super().__init__(workers, phases, start_method)
        self.pool = ThreadPoolExecutor(workers)
        # Each thread waits for all others, so that all threads exist from now on.
        together = threading.Barrier(workers)
        list(self.pool.map(together.wait, [START_WITHIN] * workers))

    def run(self, jobs):
        return list(self.pool.map(self.run_one, jobs))

    def run_one(self, job):
        return job.run(self.phases)

    def submit(self, arrival):
        self.pool.submit(arrival.run, self.phases)
