"""py-processpool: a ProcessPoolExecutor, whose map sends single jobs by default."""

from concurrent.futures import ProcessPoolExecutor

from .processes import Processes


class Model(Processes):
    def start(self, workers, context, begin, started):
        return ProcessPoolExecutor(workers, context, begin, started)
