"""What pools of processes share: how their processes begin and end, and what they use."""

import multiprocessing
import multiprocessing.connection
import os
import threading

import pool_worker
import usage
from base import START_WITHIN
from pool import Pool


class Processes(Pool):
    def __init__(self, workers, phases, start_method):
        import http_job  # Once, for all processes that are forked.

        super().__init__(workers, phases, start_method)
        context = multiprocessing.get_context(start_method)
        self.pool = self.start(workers, context, begin, (context.Barrier(workers), self.traced))
        self.processes = {process for process, _ in self.await_all(workers)}

    def start(self, workers, context, begin, started):
        """The pool of this many processes of `context`, each of which first calls `begin` with `started`."""
        raise NotImplementedError

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
