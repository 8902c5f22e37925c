"""py-interpreters: an InterpreterPoolExecutor, each of whose threads has an interpreter, and a GIL, of its own."""

import os
from concurrent.futures import InterpreterPoolExecutor

import pool_worker
from pool import Pool

# A new interpreter does not look beside the script either.
BEGIN = "import sys; sys.path.append(%r); import pool_worker; pool_worker.begin(%r)"


class Model(Pool):
    def __init__(self, workers, phases, start_method):
        super().__init__(workers, phases, start_method)
        begin = BEGIN % (os.path.dirname(os.path.abspath(__file__)), self.traced)
        self.pool = InterpreterPoolExecutor(workers, initializer=exec, initargs=(begin,))
        self.await_all(workers)

    def prepare(self, jobs):
        """Some modules of users can't be imported into a second interpreter."""
        if not jobs or not jobs[0].has_answer:
            return
        try:
            list(self.pool.map(pool_worker.load, jobs[:1]))
        except Exception as error:
            raise NotImplementedError("it can't be loaded there: %s" % error) from error
