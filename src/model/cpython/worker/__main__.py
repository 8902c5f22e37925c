"""Carries out bakeoff's jobs under one of CPython's own execution models: `python3 bakeoff_worker/__main__.py MODEL WORKERS TRACED METHOD`.

A fifth argument is a folder that was made for this process alone, and a sixth its parent's process id: if the parent dies, the process
ends and removes the folder.
Nothing but the standard library is imported, and nothing but Python's own tools is measured, unless MODEL is an engine that takes a package.
"""

import os
import sys

# Spawned processes run this file too, under another name: they import only what their first job needs.
if __name__ == "__main__":
    # An isolated interpreter does not look beside its script. Nothing is left for a next one to read.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.dont_write_bytecode = True
    from bakeoff_worker import serve

    serve.main(*sys.argv[1:])
