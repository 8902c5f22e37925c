"""Jobs that arrive one at a time: due at times that were fixed before, each of which is told when it has ended."""

import threading
import time

from .errors import words
from .phases import now_ns

# Seconds in which what still runs after a level must have ended.
END_WITHIN = 60


class Level:
    """What the jobs of a level share."""

    def __init__(self, count):
        self.count, self.served, self.dropped = count, [], []
        self.is_over, self.all_ended = False, threading.Event()

    def end(self, number, begun, result):
        self.served.append((number, begun, now_ns(), result))
        self.look()

    def drop(self, number):
        self.dropped.append(number)
        self.look()

    def look(self):
        if len(self.served) + len(self.dropped) == self.count:
            self.all_ended.set()


class Arrival:
    """A job that has arrived."""

    def __init__(self, number, job, level):
        self.number, self.job, self.level = number, job, level

    def run(self, phases):
        if self.level.is_over:
            return self.level.drop(self.number)
        begun = now_ns()
        try:
            result = self.job.run(phases)
        except Exception as error:
            result = error
        self.level.end(self.number, begun, result)

    async def run_async(self, phases):
        if self.level.is_over:
            return self.level.drop(self.number)
        begun = now_ns()
        try:
            result = await self.job.run_async(phases)
        except Exception as error:
            result = error
        self.level.end(self.number, begun, result)

    def came(self, told):
        """A worker has told when it began, and its result."""
        self.level.end(self.number, *told)

    def failed(self, error):
        self.level.end(self.number, now_ns(), error)

    def done(self, future):
        error = future.exception()
        if error:
            self.failed(error)
        else:
            self.came(future.result())


def run(model, jobs, due_ns, patience_ns):
    """Lets jobs arrive, one after the other and again from the first, and tells what became of them, for the parent."""
    level, late, start = Level(len(due_ns)), [], now_ns()
    # When the model had taken the job before: what it takes for that is its own delay.
    taken = start
    for number, due in enumerate(due_ns):
        pause = start + due - now_ns()
        if pause > 0:
            time.sleep(pause / 1e9)
        late.append(max(0, now_ns() - max(start + due, taken)))
        model.submit(Arrival(number, jobs[number % len(jobs)], level))
        taken = now_ns()
    last = due_ns[-1] if due_ns else 0
    level.all_ended.wait(max(0, start + last + patience_ns - now_ns()) / 1e9)
    served = list(level.served)
    level.is_over = True
    # What still runs would disturb the next level.
    if due_ns and not level.all_ended.wait(END_WITHIN):
        raise TimeoutError("jobs did not end within %d s after the last had arrived" % END_WITHIN)
    return {"start": start, "late": late, "served": [told(jobs, *one) for one in served]}


def told(jobs, number, begun, ended, result):
    """A job that has ended: its digest, or why it failed."""
    job = jobs[number % len(jobs)]
    if not isinstance(result, Exception) and job.has_answer:
        try:
            result = type(job).digest(job, result)
        except Exception as error:
            result = error
    if isinstance(result, Exception):
        return number, begun, ended, None, words(result)
    return number, begun, ended, result, None
