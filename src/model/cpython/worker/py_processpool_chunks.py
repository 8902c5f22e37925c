"""py-processpool-chunks: a ProcessPoolExecutor whose map sends four chunks of jobs to each worker."""

from . import py_processpool


class Model(py_processpool.Model):
    def map(self, work, jobs):
        return self.pool.map(work, jobs, chunksize=max(1, len(jobs) // (4 * self.workers)))
