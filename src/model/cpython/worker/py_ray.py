"""py-ray: tasks of ray on one node, whose raylet grants workers to the driver."""

import functools
import os
import secrets

from . import pool_worker
from .engine import FOLDER, Engine

# Of a unix socket's path on Linux, in bytes; what ray adds to its folder is this long at most.
LONGEST_PATH, ADDED = 107, 72


class Model(Engine):
    package = "ray"
    # Its workers are other interpreters, which look for modules where the environment says. As a cluster it would listen beyond the
    # loopback interface. The token shuts out other users of this machine, and is not left in the home folder.
    settings = {
        "PYTHONPATH": FOLDER,
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }

    def start(self, workers, ray):
        ensure_short(FOLDER)
        self.ray = ray
        ray.init(
            address="local",
            num_cpus=workers,
            include_dashboard=False,
            configure_logging=False,
            log_to_driver=False,
            _node_ip_address="127.0.0.1",
            _temp_dir=FOLDER,
        )

    @functools.lru_cache(maxsize=None)
    def remote(self, work):
        # A task whose worker has died is not run again.
        return self.ray.remote(max_retries=0)(work)

    def map(self, work, jobs):
        task = self.remote(work)
        try:
            return self.ray.get([task.remote(job) for job in jobs])
        except self.ray.exceptions.RayTaskError as error:
            raise error.cause from None

    def submit(self, arrival):
        self.remote(pool_worker.run_timed).remote(arrival.job).future().add_done_callback(arrival.done)


def ensure_short(folder):
    longest = len(os.fsencode(folder)) + ADDED
    if longest > LONGEST_PATH:
        advice = "the paths of ray's sockets may have %d bytes, and have up to %d in the folder of temporary files: set TMPDIR to a shorter one"
        raise NotImplementedError(advice % (LONGEST_PATH, longest))
