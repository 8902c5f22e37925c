"""py-loop: sequential, the baseline."""

from .base import Base


class Model(Base):
    def run(self, jobs):
        return [job.run(self.phases) for job in jobs]
