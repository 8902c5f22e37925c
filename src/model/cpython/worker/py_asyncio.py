"""py-asyncio: gather on one event loop."""

import asyncio
import threading

from . import jobs
from .base import Base

jobs.asyncio = asyncio


class Model(Base):
    def __init__(self, workers, phases, start_method):
        super().__init__(workers, phases, start_method)
        self.loop = asyncio.new_event_loop()
        # For jobs that arrive: a thread runs the loop.
        self.thread, self.tasks = None, set()

    def run(self, jobs):
        return self.loop.run_until_complete(self.gather(jobs))

    async def gather(self, jobs):
        return await asyncio.gather(*(job.run_async(self.phases) for job in jobs))

    def submit(self, arrival):
        if self.thread is None:
            self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
            self.thread.start()
        self.loop.call_soon_threadsafe(self.begin, arrival)

    def begin(self, arrival):
        task = self.loop.create_task(arrival.run_async(self.phases))
        # The loop itself holds tasks only weakly.
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def start(self, way, jobs):
        """Starts two coroutines in one of the ways that a program can; one that is never awaited never runs."""
        start = getattr(self, way.replace("-", "_"))
        return self.loop.run_until_complete(start(*[job.run_async(self.phases) for job in jobs]))

    async def unscheduled(self, cook, eat):
        cook.close()
        eat.close()

    async def in_turn(self, cook, eat):
        await cook
        await eat

    async def joined(self, cook, eat):
        await asyncio.gather(cook, eat)

    async def spawned(self, cook, eat):
        cook, eat = asyncio.create_task(cook), asyncio.create_task(eat)
        await cook
        await eat
