"""py-dask: a LocalCluster of distributed, whose scheduler sends single tasks."""

import logging

from . import pool_worker
from .engine import FOLDER, Engine


class Model(Engine):
    package = "distributed"

    def start(self, workers, distributed):
        import dask

        # Without the files of the user. A task whose worker has died is not run again.
        dask.config.refresh(paths=[], env={})
        dask.config.set({"distributed.scheduler.allowed-failures": 0})
        cluster = distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            # Without a dashboard its place is still taken by a server, whose port would be the same for all clusters.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            local_directory=FOLDER,
            silence_logs=logging.ERROR,
        )
        self.client = distributed.Client(cluster)

    def map(self, work, jobs):
        # A pure function would not be called again with the same job.
        return self.client.gather(self.client.map(work, jobs, pure=False))

    def submit(self, arrival):
        self.client.submit(pool_worker.run_timed, arrival.job, pure=False).add_done_callback(arrival.done)
