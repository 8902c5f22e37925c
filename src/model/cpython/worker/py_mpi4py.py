"""py-mpi4py: the MPIPoolExecutor of mpi4py, which sends single jobs; it starts its workers by MPI itself (MPI_Comm_spawn)."""

import threading

from . import pool_worker
from . import supervised
from .engine import FOLDER, Engine


class Model(Engine):
    package = "mpi4py.futures"
    # Open MPI counts the process that hands out among those that have a core; its versions 4 and 5 are told otherwise by different
    # names. It is to use the loopback interface, and to keep its files here. Whether root may start it is left to the user.
    settings = {
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
        "OMPI_MCA_btl_tcp_if_include": "lo",
        "OMPI_MCA_oob_tcp_if_include": "lo",
        "OMPI_MCA_orte_tmpdir_base": FOLDER,
        "OMPI_MCA_btl_vader_backing_directory": FOLDER,
    }

    def start(self, workers, futures):
        ensure_library()
        # Its own thread starts the workers, and what is asked of the pool waits for ever if it can't.
        threading.excepthook = lambda failed: supervised.fail("mpi4py: %s" % failed.exc_value)
        self.pool = futures.MPIPoolExecutor(workers, path=[FOLDER], main=False)
        self.pool.bootup(wait=True)

    def map(self, work, jobs):
        return self.pool.map(work, jobs)

    def submit(self, arrival):
        self.pool.submit(pool_worker.run_timed, arrival.job).add_done_callback(arrival.done)


def ensure_library():
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        # It names the files that it has looked for, line by line.
        why = str(error).partition("\n")[0]
        raise NotImplementedError("it needs an MPI library, as Open MPI or MPICH: %s" % why) from None
