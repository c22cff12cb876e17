"""Where programs are: those of the system, and our own in the build folder."""

import os
import shutil


def find_program(name):
    """Its path, also where only root usually looks; None if it is not installed."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")


def built(path):
    """`path` in the build folder."""
    return os.path.join(os.environ.get("PROXIMA_BUILDDIR", "."), path)
