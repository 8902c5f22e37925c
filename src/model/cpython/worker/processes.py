"""What pools of processes share: how their processes begin and end, and what they use."""

import multiprocessing
import multiprocessing.connection
import os
import sys
import threading

from . import pool_worker
from . import usage
from .base import START_WITHIN
from .pool import Pool


class Processes(Pool):
    def __init__(self, workers, phases, start_method):
        from . import http_job  # Once, for all processes that are forked.

        super().__init__(workers, phases, start_method)
        context = multiprocessing.get_context(start_method)
        self.pool = self.start(workers, context, begin, (context.Barrier(workers), self.traced))
        self.processes = {process for process, _ in self.await_all(workers)}
        # Taken after all processes are there: a forked one must not have this thread too.
        sentinels = {child.sentinel: child for child in multiprocessing.active_children()}
        threading.Thread(target=end_with_any, args=(sentinels,), daemon=True).start()

    def start(self, workers, context, begin, started):
        """The pool of this many processes of `context`, each of which first calls `begin` with `started`."""
        raise NotImplementedError

    def usage(self):
        return usage.total([usage.of_this_process(), *map(usage.of_process, self.processes)])


def end_with_any(sentinels):
    """Ends this process if one of its pool does: multiprocessing's Pool waits for the answers of a dead process for ever."""
    ended = [sentinels[sentinel] for sentinel in multiprocessing.connection.wait(list(sentinels))]
    for process in ended:
        process.join()
        sys.stderr.write("a process of the pool ended (exit code %s)\n" % process.exitcode)
    sys.stderr.flush()
    os._exit(1)


def begin(together, traced):
    """In each process: it ends together with its parent."""
    pool_worker.begin(traced)
    threading.Thread(target=end_with_parent, daemon=True).start()
    together.wait(START_WITHIN)


def end_with_parent():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
