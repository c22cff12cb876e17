"""The steady client as the lab sees it: start it, and read what it noted while it runs."""

import mmap
import struct
import time
from dataclasses import dataclass

from netns import OTHER_MACHINES

HEADER = struct.Struct("8sQ")
RECORD = struct.Struct("qqBB22s")
LATE_NS = 500_000_000  # as in steady.c: an answer later than this is a lost one


@dataclass(frozen=True)
class Query:
    sent_ns: int
    received_ns: int
    address: int
    rcode: int
    node: str

    @property
    def answered(self):
        return self.rcode == 0 and 0 < self.received_ns < self.sent_ns + LATE_NS


class Steady:
    def __init__(self, namespace, program, path, zone, addresses, rate, seconds=900):
        self.path = path
        self.rate = rate
        path.unlink(missing_ok=True)
        self.process = namespace.start(
            [program, path, rate, seconds, zone, *addresses], nice=OTHER_MACHINES
        )
        deadline = time.monotonic() + 5
        while not (path.exists() and path.stat().st_size > HEADER.size):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the steady client did not start")
            time.sleep(0.005)
        with open(path, "rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)

    @property
    def sent(self):
        return HEADER.unpack_from(self.map, 0)[1]

    def query(self, number):
        sent_ns, received_ns, address, rcode, node = RECORD.unpack_from(
            self.map, HEADER.size + number * RECORD.size
        )
        return Query(sent_ns, received_ns, address, rcode, node.rstrip(b"\0").decode())

    def between(self, from_ns, to_ns):
        """The queries sent from one moment to another, in the order of sending."""
        low, high = 0, self.sent
        while low < high:
            middle = (low + high) // 2
            if self.query(middle).sent_ns < from_ns:
                low = middle + 1
            else:
                high = middle
        queries = []
        while low < self.sent:
            query = self.query(low)
            if query.sent_ns >= to_ns:
                break
            queries.append(query)
            low += 1
        return queries

    def settle(self, until_ns):
        """Waits until every query sent before `until_ns` is answered or lost for good."""
        open_ns = until_ns - LATE_NS
        while time.monotonic_ns() < until_ns + LATE_NS:
            if all(query.received_ns for query in self.between(open_ns, until_ns)):
                return
            time.sleep(0.02)

    def serving(self):
        """Who answers now: the node of the last answered query of each address."""
        seen = {}
        number = self.sent - 1
        while number >= 0 and number > self.sent - 400 and len(seen) < 2:
            query = self.query(number)
            if query.answered:
                seen.setdefault(query.address, query.node)
            number -= 1
        return seen

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
