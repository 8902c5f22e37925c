"""py-multiprocessing: multiprocessing's Pool, whose map cuts jobs into four parts for each worker by itself."""

from . import pool_worker
from .processes import Processes


class Model(Processes):
    def start(self, workers, context, begin, started):
        return context.Pool(workers, begin, started)

    def submit(self, arrival):
        self.pool.apply_async(pool_worker.run_timed, (arrival.job,), callback=arrival.came, error_callback=arrival.failed)
