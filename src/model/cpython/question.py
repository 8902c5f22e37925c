"""Says in a line of JSON which interpreter this is, and what of the worker's needs it lacks; its argument is a start method.

Interpreters that are too old for the worker have to understand it, to say so.
"""

import json
import os
import platform
import sys
import sysconfig

# What the worker imports.
MODULES = (
    "asyncio",
    "concurrent.futures",
    "functools",
    "hashlib",
    "importlib",
    "inspect",
    "io",
    "json",
    "multiprocessing",
    "multiprocessing.connection",
    "os",
    "pickle",
    "queue",
    "select",
    "signal",
    "socket",
    "struct",
    "sys",
    "threading",
    "time",
    "warnings",
    "zlib",
)


def cannot_import():
    """Why it can't run the worker, or None."""
    for module in MODULES:
        try:
            __import__(module)
        except Exception as error:
            return "it can't import %s (%s)" % (module, error)


def lacks_processes(start_method):
    """Why there can be no pools of processes, or None: they need semaphores and memory that processes share."""
    try:
        import multiprocessing

        multiprocessing.get_context(start_method).Barrier(2)
    except Exception as error:
        # An error of the system names a path of this machine.
        why = getattr(error, "strerror", None) or error
        return "processes can't share semaphores here (%s: %s)" % (type(error).__name__, why)


def start_methods():
    import multiprocessing

    return multiprocessing.get_all_start_methods()


def executable():
    """The program itself: in a virtual environment of Windows, sys.executable only starts it as another process."""
    if sys.platform == "win32":
        return getattr(sys, "_base_executable", sys.executable)
    return sys.executable


def facts(start_method):
    why = cannot_import()
    return {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "build": " ".join(platform.python_build() + (platform.python_compiler(),)),
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "executor_threads": min(32, (getattr(os, "process_cpu_count", getattr(os, "cpu_count", int))() or 1) + 4),
        "executable": executable(),
        "prefix": os.path.realpath(getattr(sys, "base_prefix", sys.prefix)),
        "cannot_import": why,
        "lacks_processes": None if why else lacks_processes(start_method),
        "start_methods": [] if why else start_methods(),
    }


print(json.dumps(facts(sys.argv[1])))
