"""What processes have used: CPU time in nanoseconds, bytes read from devices, voluntary and involuntary context switches."""

import sys
import time

try:
    import resource
except ImportError:  # not on Windows
    resource = None


def of_this_process():
    if resource is None:
        return [time.process_time_ns(), None, None, None]
    used = resource.getrusage(resource.RUSAGE_SELF)
    read = used.ru_inblock * 512 if sys.platform == "linux" else None
    return [time.process_time_ns(), read, used.ru_nvcsw, used.ru_nivcsw]


def of_process(process):
    """Known on Linux only."""
    if sys.platform != "linux":
        return [None] * 4
    fields = {}
    for name in ("io", "status"):
        # Some kernels and sandboxes lack one of them: the other is still true.
        try:
            with open("/proc/%d/%s" % (process, name)) as file:
                fields.update(line.split(":", 1) for line in file)
        except OSError:
            pass
    names = ("read_bytes", "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches")
    # The clock of a process's CPU time, as clock_getcpuclockid(3) numbers it.
    cpu_ns = time.clock_gettime_ns(~process << 3 | 2)
    return [cpu_ns] + [int(fields[name]) if name in fields else None for name in names]


def total(rows):
    """The sum of each column; unknown where a part of it is."""
    return [None if None in column else sum(column) for column in zip(*rows)]
