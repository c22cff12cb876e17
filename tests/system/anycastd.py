"""A stand-in for anycastd on the report socket: takes what dnsd says, says what the test wants."""

import json
import os
import select
import socket
import time

from dnsd import SECONDS


class Anycastd:
    """Listens where dnsd reports to; a context manager."""

    def __init__(self, path):
        self.path = str(path)
        self.listener = None
        self.connection = None
        self.pidfd = None

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(self.path)
        self.listener.listen()
        self.listener.settimeout(SECONDS)
        return self

    def __exit__(self, *_):
        self.hang_up()
        self.listener.close()
        os.unlink(self.path)

    def accept(self):
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(SECONDS)
        return self

    def hang_up(self):
        if self.connection:
            self.connection.close()
            self.connection = None
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None

    def say(self, withdrawn=False, watch=None):
        reply = {"v": 1, "withdrawn": withdrawn}
        if watch is not None:
            reply |= {"watch": watch, "watch_left_out": 0}
        self.connection.send(json.dumps(reply).encode())

    def receive(self):
        """The next report, or None at the end; a passed descriptor goes into self.pidfd."""
        data, descriptors, _, _ = socket.recv_fds(self.connection, 16384, 1)
        if not data:
            return None
        report = json.loads(data)
        report["received_ns"] = time.monotonic_ns()
        report["descriptors"] = len(descriptors)
        if descriptors:
            (self.pidfd,) = descriptors
        return report

    def receive_until(self, condition):
        """The first report for which `condition` holds."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            report = self.receive()
            assert report, "dnsd hung up"
            if condition(report):
                return report
        raise AssertionError("no such report")

    def wait_end(self):
        """Waits until dnsd hangs up; returns the last report (None: there was none) and the moment."""
        last, until = None, time.monotonic() + SECONDS
        while report := self.receive():
            last = report
            assert time.monotonic() < until, "dnsd goes on reporting"
        return last, time.monotonic_ns()

    def process_is_dead(self, seconds=0):
        """By its pidfd."""
        return bool(select.select([self.pidfd], [], [], seconds)[0])
