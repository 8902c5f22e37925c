"""py-multiprocessing: a ProcessPoolExecutor, whose processes are started as the parent says."""

import concurrent.futures
import multiprocessing
import multiprocessing.connection
import os
import threading

import pool_worker
import usage
from base import START_WITHIN
from pool import Pool


class Model(Pool):
    def __init__(self, workers, phases, start_method):
        import http_job  # Once, for all processes that are forked.

        super().__init__(workers, phases, start_method)
        context = multiprocessing.get_context(start_method)
        started = (context.Barrier(workers), self.traced)
        self.pool = concurrent.futures.ProcessPoolExecutor(workers, context, begin, started)
        self.processes = {process for process, _ in self.await_all(workers)}

    def usage(self):
        return usage.total([usage.of_this_process(), *map(usage.of_process, self.processes)])


def begin(together, traced):
    """In each process: it ends together with its parent."""
    pool_worker.begin(traced)
    threading.Thread(target=end_with_parent, daemon=True).start()
    together.wait(START_WITHIN)


def end_with_parent():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
