"""Holds threads of another process, as a debugger does: nothing in the program knows of it."""

import ctypes
import os
from contextlib import contextmanager
from pathlib import Path

from dnsd import wait_for

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
OPTION_TRACE_EXIT = 0x40
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, tid, data=None):
    if libc.ptrace(request, tid, None, data) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def threads_named(pid, prefix, count=1):
    """The threads of a process whose names begin so, in the order of their names: `count` or more.

    A thread names itself, so there is a moment in which it is there without its name.
    """

    def find():
        named = {(task / "comm").read_text().strip(): int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()}
        found = [named[name] for name in sorted(named) if name.startswith(prefix)]
        return found if len(found) >= count else None

    return wait_for(find, f"{count} threads {prefix}*")


class hung:
    """A thread that does not run within the block, or until it is released."""

    def __init__(self, tid):
        self.tid = tid

    def __enter__(self):
        ptrace(SEIZE, self.tid)
        ptrace(INTERRUPT, self.tid)
        os.waitpid(self.tid, WALL)
        return self

    def release(self):
        if self.tid:
            ptrace(DETACH, self.tid)
            self.tid = None

    def bury(self):
        """The thread has ended with its process, which is there until its tracer has seen that."""
        os.waitpid(self.tid, WALL)
        self.tid = None

    def __exit__(self, *_):
        self.release()


@contextmanager
def held_at_exit(tid):
    """The thread, once it is told to end, does not end within the block: its process keeps its descriptors."""
    ptrace(SEIZE, tid, OPTION_TRACE_EXIT)
    try:
        yield
    finally:
        os.waitpid(tid, WALL)
        ptrace(DETACH, tid)


def signal_thread(pid, tid, number):
    if libc.tgkill(pid, tid, number) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def may_hang():
    """False where the system forbids to trace one's own children."""
    try:
        pid = os.fork()
        if pid == 0:
            os.read(os.pipe()[0], 1)
            os._exit(0)
        with hung(pid):
            pass
        return True
    except OSError:
        return False
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, WALL)
