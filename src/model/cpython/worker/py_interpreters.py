"""py-interpreters: an InterpreterPoolExecutor, each of whose threads has an interpreter, and a GIL, of its own."""

import os
from concurrent.futures import InterpreterPoolExecutor

from .pool import Pool

# A new interpreter does not look beside the script either.
BEGIN = "import sys; sys.path.append(%r); from bakeoff_worker import pool_worker; pool_worker.begin(%r)"


class Model(Pool):
    def __init__(self, workers, phases, start_method):
        super().__init__(workers, phases, start_method)
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        begin = BEGIN % (folder, self.traced)
        self.pool = InterpreterPoolExecutor(workers, initializer=exec, initargs=(begin,))
        self.await_all(workers)

    def prepare(self, jobs):
        """Some modules of users can't be imported into a second interpreter."""
        try:
            super().prepare(jobs)
        except Exception as error:
            raise NotImplementedError("it can't be loaded there: %s" % error) from error
