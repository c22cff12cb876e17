"""Holds threads of another process, as a debugger does, starves them, or lets them spin: nothing in the program knows of it."""

import ctypes
import os
import signal
import subprocess
import sys
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


SPIN = {"x86_64": b"\xeb\xfe", "aarch64": b"\x00\x00\x00\x14"}  # jump here


def is_stopped(pid, tid):
    return Path(f"/proc/{pid}/task/{tid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@contextmanager
def stopped(pid):
    """The whole process stands still within the block. The signal alone does not stop who gets no CPU."""
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for(lambda: all(is_stopped(pid, tid) for tid in threads_of(pid)), "process that stands still")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class spinning:
    """Threads in an endless loop within the block, once they come back from the call that they wait in; and who else
    comes by."""

    def __init__(self, pid, tids):
        self.pid, self.tids = pid, tids

    def __enter__(self):
        spin = SPIN[os.uname().machine]
        self.memory = open(f"/proc/{self.pid}/mem", "r+b", buffering=0)
        places = {wait_for(lambda: waits_at(self.pid, tid), "thread that waits") for tid in self.tids}
        with stopped(self.pid):
            self.before = {place: self.swap(place, spin) for place in places}
        return self

    def swap(self, place, code):
        before = os.pread(self.memory.fileno(), len(code), place)
        os.pwrite(self.memory.fileno(), code, place)
        return before

    def __exit__(self, *_):
        with stopped(self.pid):  # who runs may read the first byte of one instruction, and the second of the other
            for place, code in self.before.items():
                self.swap(place, code)
        self.memory.close()


def waits_at(pid, tid):
    """Where in its code a thread waits for the kernel; None while it does not."""
    call = Path(f"/proc/{pid}/task/{tid}/syscall").read_text().split()
    return int(call[-1], 16) if len(call) > 3 else None


def may_spin():
    return os.uname().machine in SPIN and Path("/proc/self/syscall").exists() and may_hang()


HOG = """
import os, signal
os.sched_setaffinity(0, {%d})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
signal.alarm(60)
print(flush=True)
while True:
    pass
"""


def threads_of(pid):
    return [int(tid) for tid in os.listdir(f"/proc/{pid}/task")]


class starved:
    """Threads that get next to no CPU within the block: they are on one that somebody else takes. All other threads
    of the processes `beside`, and of this one, are kept away from there."""

    def __init__(self, tids, beside):
        self.cpus = os.sched_getaffinity(0)
        self.tids = tids
        self.others = {tid for pid in (*beside, os.getpid()) for tid in threads_of(pid)} - set(tids)

    def __enter__(self):
        cpu = max(self.cpus)
        self.place(self.others, self.cpus - {cpu})
        self.place(self.tids, {cpu})
        self.hog = subprocess.Popen([sys.executable, "-c", HOG % cpu], stdout=subprocess.PIPE)
        assert self.hog.stdout.readline()
        return self

    def place(self, tids, cpus):
        for tid in tids:
            os.sched_setaffinity(tid, cpus)

    def __exit__(self, *_):
        self.hog.kill()
        self.hog.communicate()
        self.place({*self.tids, *self.others}, self.cpus)


def may_starve():
    """False without a second CPU, or the right to take all of one."""
    if len(os.sched_getaffinity(0)) < 2:
        return False
    before = os.sched_getscheduler(0)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setscheduler(0, before, os.sched_param(0))
        return True
    except OSError:
        return False


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
