"""What all models have: started once, they run batches of jobs, and tell what that used and when it waited."""

from . import usage

# Seconds in which all workers must have started.
START_WITHIN = 20


class Base:
    def __init__(self, workers, phases, start_method):
        self.phases = phases

    def prepare(self, jobs):
        """Gets ready for `jobs`, before any clock."""

    def run(self, jobs):
        """The digests of `jobs`, in order: what is timed."""
        raise NotImplementedError

    def submit(self, arrival):
        """Takes a job that has arrived and returns at once."""
        raise NotImplementedError

    def usage(self):
        """What it has used so far, as `usage` describes it."""
        return usage.of_this_process()

    def spans(self):
        """The spans since the last call, if it is traced."""
        return self.phases.take()
