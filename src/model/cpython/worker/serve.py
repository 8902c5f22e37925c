"""Answers the parent's requests, over standard input and output.

It sends I and the names of a user's function to load it, N for the names of its sizes, P and jobs to prepare, R and which of them to run, A for their answers if they were kept, V to let them arrive at given times, C to have two of them started as coroutines, S for spans, U for
what has been used; each is answered by one frame. Q, to end, is not answered. What only some models need is imported by them: each import takes some of
a process's first moments.
"""

import importlib
import json
import os
import select
import signal
import struct
import threading
import time

from . import digests
from . import frames
from . import jobs
from .errors import words
from .phases import Plain, Traced

# Packages of others, whose processes don't stay in the group of this one.
ENGINES = ("py-dask", "py-ray", "py-mpi4py")


def main(name, workers, traced, start_method, own_folder=None, parent=None):
    global end_processes
    if name in ENGINES:
        from . import supervised

        supervised.begin(lambda: remove(own_folder))
        end_processes = supervised.leave
    requests, replies = take_pipes()
    digests.warm_up()
    try:
        model = start(name, int(workers), Traced() if traced == "traced" else Plain(), start_method)
    except Exception as error:
        frames.write(replies, *described(error))
        return end(own_folder) if name in ENGINES else None
    if hasattr(select, "poll") and name not in ENGINES:
        # Not before the pool exists: a forked process must have only one thread.
        threading.Thread(target=end_with, args=(requests, own_folder, parent), daemon=True).start()
        if traced == "traced":
            # Traces count the threads that run meanwhile: by then this one waits.
            time.sleep(0.005)
    frames.write(replies, b"H", b"")
    converse(model, requests, replies)
    end(own_folder)


def take_pipes():
    """Standard input and output, in whose places there are now nothing and standard error: jobs may print."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.close(0)
    os.open(os.devnull, os.O_RDONLY)
    return requests, replies


def start(name, workers, phases, start_method):
    """py-loop is Model in py_loop.py."""
    return importlib.import_module("." + name.replace("-", "_"), __package__).Model(workers, phases, start_method)


def end_with(pipe, own_folder, parent):
    """Ends this process and all its children when the process `parent` at the other end of `pipe` ends."""
    if hasattr(select, "kqueue") and parent:
        await_process(int(parent))
    else:
        await_close(pipe)
    end(own_folder)


def await_process(process):
    """There poll never returns if no events are requested, and at once if a hang-up is."""
    exit_of = select.kevent(process, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
    try:
        select.kqueue().control([exit_of], 1)
    except OSError:
        pass  # It has ended already.


def await_close(pipe):
    poll = select.poll()
    # No events are requested: poll always reports a hang-up.
    poll.register(pipe.fileno(), 0)
    poll.poll()


def end(own_folder):
    """The parent has ended: remaining work is useless, and nobody else removes the folder that it made for this program."""
    if own_folder:
        remove(own_folder)
    end_processes()
    os._exit(0)


def end_processes():
    """Ends this process, too, if it leads its group: a shell that started this program may be in the group."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)


def remove(folder):
    """Another thread may be removing it as well."""
    try:
        for inner, folders, files in os.walk(folder, topdown=False):
            # Links to folders are among the folders.
            for file in files + [folder for folder in folders if os.path.islink(os.path.join(inner, folder))]:
                os.remove(os.path.join(inner, file))
            os.rmdir(inner)
    except OSError:
        pass


def converse(model, requests, replies):
    batches = {}
    for letter, body in frames.read(requests):
        if letter == b"Q":
            return
        try:
            reply = answer(model, batches, letter, body)
        except Exception as error:
            reply = described(error)
        frames.write(replies, *reply)


def answer(model, batches, letter, body):
    if letter == b"P":
        order = json.loads(body)
        batches[order["batch"]] = jobs.prepare(order["jobs"])
        model.prepare(batches[order["batch"]])
        return b"P", b""
    if letter == b"I":
        from . import task_job

        return b"I", json.dumps(task_job.described(json.loads(body))).encode()
    if letter == b"N":
        from . import task_job

        return b"N", json.dumps(task_job.sizes(json.loads(body))).encode()
    if letter == b"R":
        batch = batches[struct.unpack("<Q", body)[0]]
        took, results = timed(model.run, batch)
        if batch and batch[0].has_answer:
            model.kept, results = (batch, results), ()
        return b"D", struct.pack("<%dQ" % (1 + len(results)), took, *results)
    if letter == b"A":
        # Two interpreters are compared by answers alone: a digest has the number of its job in it.
        of = type(model.kept[0][0]).answer if body == b"alone" else type(model.kept[0][0]).digest
        found = [of(job, result) for job, result in zip(*model.kept)]
        return b"A", struct.pack("<%dQ" % len(found), *found)
    if letter == b"V":
        from . import arriving

        order = json.loads(body)
        return b"V", json.dumps(arriving.run(model, batches[order["batch"]], order["due_ns"], order["patience_ns"])).encode()
    if letter == b"C":
        order = json.loads(body)
        took, _ = timed(model.start, order["way"], batches[order["batch"]])
        return b"D", struct.pack("<Q", took)
    if letter == b"S":
        return b"S", json.dumps(model.spans()).encode()
    return b"U", json.dumps(model.usage()).encode()


def timed(work, *args):
    """The duration of `work` by Python's own clock, and its result."""
    start = time.perf_counter_ns()
    result = work(*args)
    return time.perf_counter_ns() - start, result


def described(error):
    """The frame that tells an error: E, or L for something that there is not."""
    letter = b"L" if isinstance(error, NotImplementedError) else b"E"
    told = str(error) if letter == b"L" else words(error)
    return letter, told.encode(errors="backslashreplace")
