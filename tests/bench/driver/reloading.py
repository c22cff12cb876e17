"""Reloads of a zone of which one record in a hundred has changed, while queries are answered."""

import threading
import time

from . import proc
from .ask import Client
from .server import Failed

PROBE_RATE = 1000  # queries per second
BEFORE_SECONDS, AFTER_SECONDS = 1.0, 0.3
SAMPLE_SECONDS = 0.02
DONE_SECONDS = 60


def reload(bench, server, _):
    """How long until the new version is served, and what clients see meanwhile. What they see as long beforehand
    stands beside it: that is the machine's share."""
    serial, path = bench.next_edition()
    before = bench.udp.run(server, warmup=0.1, seconds=BEFORE_SECONDS, rate=PROBE_RATE)
    with bench.udp.begin(server, warmup=0, seconds=DONE_SECONDS, rate=PROBE_RATE) as probe:
        time.sleep(0.1)
        seconds = reload_once(server, serial, path)
        time.sleep(AFTER_SECONDS)
        during = probe.end()
    return {"seconds": seconds, "before": before, "during": during}


def reload_memory(bench, server, number):
    """The most memory that a reload needs, beside what was held before the first. Apart from the other reloads,
    because taking samples disturbs."""
    serial, path = bench.next_edition()
    pids = server.pids()
    proc.forget_peak(pids)
    if number == 0:
        bench.before_reloads[server.name] = proc.pss_bytes(pids), proc.peak_bytes(pids)
    pss, resident = bench.before_reloads[server.name]
    with Sampler(server) as sampler:
        reload_once(server, serial, path)
        time.sleep(AFTER_SECONDS)
    if len(pids) == 1:  # the kernel has seen every moment
        return {"ratio": proc.peak_bytes(pids) / resident, "before": resident, "peak": proc.peak_bytes(pids)}
    return {"ratio": sampler.most / pss, "before": pss, "peak": sampler.most}


def reload_once(server, serial, path):
    """Seconds from the command to the first answer with the new serial."""
    complaint = []
    server.replace_zone(path)
    with Client(server.port) as client:
        begin = time.monotonic()
        command = threading.Thread(target=_command, args=(server, complaint))
        command.start()
        try:
            _await_serial(server, client, serial, begin + DONE_SECONDS, complaint)
            return time.monotonic() - begin
        finally:
            command.join()


def _command(server, complaint):
    try:
        server.reload()
    except (Failed, OSError) as failed:
        complaint.append(str(failed))


def _await_serial(server, client, serial, end, complaint):
    while client.serial(server.zone.origins[0]) != serial:
        if complaint:
            raise Failed(f"{server.name} did not reload: {complaint[0]}")
        if time.monotonic() > end:
            raise Failed(f"{server.name} did not serve serial {serial} within {DONE_SECONDS} s of its reload")
        time.sleep(0.002)


class Sampler:
    """Looks again and again at how much memory a server's processes hold; `most` of all samples."""

    def __init__(self, server):
        self.server = server
        self.most = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.done.wait(SAMPLE_SECONDS):
            self.most = max(self.most, proc.pss_bytes(self.server.pids()))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
