"""What Python's distributed engines share: packages of others that run processes of their own, here on this machine alone."""

import importlib
import os

from . import pool_worker
from . import supervised
from . import usage
from .pool import Pool

# The folder in which the worker's package is: workers look for it there, and engines write there.
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Settings of the user: measured is what an engine does by default.
SETTINGS = ("DASK_", "RAY_", "MPI4PY_", "PYTHON")


class Engine(Pool):
    # Some look for settings as soon as they are imported.
    package, settings = None, {}

    def __init__(self, workers, phases, start_method):
        super().__init__(workers, phases, start_method)
        use_only(self.settings)
        self.start(workers, required(self.package))
        told = self.told_by_all(pool_worker.set_up, [self.traced] * workers, "began")
        # What its daemons start besides, to look after themselves, is neither counted nor watched.
        self.processes = {process for process, _ in told}.union(supervised.children())
        supervised.end_with_any(self.processes, self.package)

    def start(self, workers, package):
        """Starts the engine with this many workers."""
        raise NotImplementedError

    def map(self, work, jobs):
        raise NotImplementedError

    def usage(self):
        return usage.total([usage.of_this_process(), *map(usage.of_process, self.processes)])


def use_only(settings):
    for name in list(os.environ):
        if name.startswith(SETTINGS):
            del os.environ[name]
    os.environ.update(settings)


def required(package):
    """The package, which is to be of the interpreter's environment."""
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name not in (package, package.partition(".")[0]):
            raise
        advice = "it needs the package %s: pip install %s, into a virtual environment that --python names"
        raise NotImplementedError(advice % (error.name, error.name)) from None
