"""py-multiprocessing: multiprocessing's Pool, whose map cuts jobs into four parts for each worker by itself."""

from .processes import Processes


class Model(Processes):
    def start(self, workers, context, begin, started):
        return context.Pool(workers, begin, started)
