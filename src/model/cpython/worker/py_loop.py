"""py-loop: sequential, the baseline."""

import queue
import threading

from .base import Base


class Model(Base):
    # For jobs that arrive: a thread runs them.
    inbox = None

    def run(self, jobs):
        return [job.run(self.phases) for job in jobs]

    def submit(self, arrival):
        if self.inbox is None:
            self.inbox = queue.SimpleQueue()
            threading.Thread(target=self.serve, daemon=True).start()
        self.inbox.put(arrival)

    def serve(self):
        while True:
            self.inbox.get().run(self.phases)
