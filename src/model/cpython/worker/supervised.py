"""Ends all processes that an engine has started: some have sessions of their own, so that no signal to a group reaches them.

The process that bakeoff has started becomes the supervisor of another one, which has the model. Both adopt the orphans below them,
which Linux alone allows. When the model ends, the supervisor kills all that is below it, and when the supervisor ends, the model does. So
nothing is left, whichever is killed.
"""

import os
import select
import signal
import socket
import sys
import threading
import time

# Of prctl(2).
PR_SET_CHILD_SUBREAPER = 36

# Seconds in which multiprocessing's resource tracker removes the semaphores of processes that were killed.
TRACKER_WITHIN = 1


def begin(on_end):
    """Returns in a new process, which has the model; this one calls `on_end` after all processes have ended, and ends."""
    adopt_orphans()
    own, of_model = socket.socketpair()
    model = os.fork()
    if model:
        of_model.close()
        supervise(model, own, on_end)
    own.close()
    # The supervisor leads a group, which bakeoff may kill at once: this process has to outlive it.
    os.setsid()
    adopt_orphans()
    threading.Thread(target=end_with_supervisor, args=(of_model,), daemon=True).start()


def adopt_orphans():
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, "processes can't adopt orphans here: " + os.strerror(error))


def supervise(model, connection, on_end):
    """Waits until the process `model` or bakeoff has ended."""
    poll = select.poll()
    # No events are requested: poll always reports a hang-up.
    poll.register(0, 0)
    poll.register(connection.fileno(), 0)
    status = 0
    if connection.fileno() in dict(poll.poll()):
        status = os.waitstatus_to_exitcode(os.waitpid(model, 0)[1])
        if status < 0:
            os.write(2, b"the interpreter was ended by signal %d\n" % -status)
    end_all()
    on_end()
    os._exit(abs(status))


def end_with_supervisor(connection):
    connection.recv(1)
    end_all()
    os._exit(1)


def end_all():
    """Kills all processes below this one. What a killed one has started becomes a child of this one, so that without children all
    have ended."""
    end_of_trackers = time.monotonic() + TRACKER_WITHIN
    while True:
        for process in below(os.getpid()):
            if time.monotonic() > end_of_trackers or not is_tracker(process):
                kill(process)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def is_tracker(process):
    """It ends as soon as all processes have that it tracks."""
    return b"multiprocessing.resource_tracker" in read(process, "cmdline")


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def below(root):
    """The children of a process, and theirs."""
    parents = {process: parent_of(process) for process in map(int, filter(str.isdigit, os.listdir("/proc")))}
    found, new = [], [root]
    while new:
        new = [process for process, parent in parents.items() if parent in new]
        found += new
    return found


def children():
    own = os.getpid()
    return [process for process in below(own) if parent_of(process) == own]


def parent_of(process):
    """None if it has ended."""
    stat = read(process, "stat")
    # The name before the other fields may have any characters.
    return int(stat.rpartition(b")")[2].split()[1]) if stat else None


def name_of(process):
    return read(process, "comm").decode(errors="replace").strip()


def read(process, file):
    """What /proc says of a process; nothing if it has ended."""
    try:
        with open("/proc/%d/%s" % (process, file), "rb") as opened:
            return opened.read()
    except OSError:
        return b""


def end_with_any(processes, what):
    """Ends this process as soon as one of `processes` ends: no engine is to replace a worker without a word."""
    poll = select.poll()
    names = {}
    for process in processes:
        descriptor = os.pidfd_open(process)
        names[descriptor] = name_of(process)
        poll.register(descriptor, select.POLLIN)
    threading.Thread(target=await_any, args=(poll, names, what), daemon=True).start()


def await_any(poll, names, what):
    ended = [names[descriptor] for descriptor, _ in poll.poll()]
    fail("a process of %s ended (%s)" % (what, ", ".join(ended)))


def fail(why):
    """Ends this process with a reason."""
    sys.stderr.write(why + "\n")
    sys.stderr.flush()
    os._exit(1)


def leave():
    """Ends this process at once: no engine tells its daemons, or replaces those that its supervisor kills."""
    os._exit(0)
