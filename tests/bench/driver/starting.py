"""From exec to the first right answers: with nothing but zone files, and again with what the server itself kept."""

import os
import time

from .server import Failed

SLOW_SECONDS = 6  # who needs more is started twice only
KEEPING_SECONDS = 20
BEGIN_SECONDS = 4  # to keep anything at all
QUIET_SECONDS = 0.5


class FirstStarts:
    """Starts that know nothing of earlier ones; in the last round the servers go on running."""

    def __init__(self, rounds):
        self.last = rounds - 1
        self.slow = set()

    def __call__(self, bench, server, number):
        is_late = bench.say.seconds() > bench.plan.budget_seconds
        if (server in self.slow or is_late) and number != self.last:
            return None
        server.forget()
        seconds = server.start()
        if seconds > SLOW_SECONDS:
            self.slow.add(server)
        if number != self.last:
            server.stop()
        return seconds


def restart(_bench, server, _number):
    """Again, with what it has kept, in the page cache."""
    await_kept(server)
    server.stop()
    return server.start()


def restart_cold(_bench, server, _number):
    """Again, with what it has kept, which has to be read from the disk."""
    await_kept(server)
    server.stop()
    drop_cached(server.kept_files())
    return server.start()


def await_kept(server):
    """Until the files that it keeps are there and change no more."""
    begin = since = time.monotonic()
    seen = None
    while time.monotonic() < begin + (KEEPING_SECONDS if seen else BEGIN_SECONDS):
        now = sorted((str(path), path.stat().st_size) for path in server.kept_files())
        if now != seen:
            seen, since = now, time.monotonic()
        elif now and time.monotonic() - since > QUIET_SECONDS:
            return
        time.sleep(0.05)
    raise Failed(f"{server.name} has kept nothing to start from")


def drop_cached(paths):
    """From the page cache; what is not written yet, is."""
    for path in paths:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
