"""The servers that are compared: those of the bench, set to what changes no answer but its size."""

import struct

from driver import peers
from driver.programs import find_program
from driver.server import Server

from . import asking

PAYLOAD = 1232  # the most that any sends over UDP; it is the default of all but NSD


class Quiet(Server):
    """Starts when it answers for the SOA of its every zone."""

    def probes(self):
        return [("answer", soa_question(origin)) for origin in self.zone.origins]

    def ask(self, queries):
        """[(response over UDP, the same over TCP if that was truncated, else None)]."""
        first = asking.ask_udp(self.port, queries)
        cut = [index for index, wire in enumerate(first) if asking.is_truncated(wire)]
        whole = dict(zip(cut, asking.ask_tcp(self.port, [queries[index] for index in cut])))
        return [(wire, whole.get(index)) for index, wire in enumerate(first)]


def soa_question(origin):
    labels = [label.encode() for label in origin.split(".")]
    return struct.pack(">6H", 0, 0, 1, 0, 0, 0) + b"".join(bytes([len(label)]) + label for label in labels) \
        + b"\0\0\6\0\1"


class Dnsd(Quiet, peers.Dnsd):
    more = f"udp: {{ payload_max = {PAYLOAD}; }};"


class Knot(Quiet, peers.Knot):
    more = f"    udp-max-payload: {PAYLOAD}"


class Nsd(Quiet, peers.Nsd):
    more = f" ipv4-edns-size: {PAYLOAD}"


class Bind(Quiet, peers.Bind):
    more = f"    max-udp-size {PAYLOAD};\n    check-names primary ignore;"


PEERS = (Knot, Nsd, Bind)
BY_NAME = {kind.name: kind for kind in PEERS}


def missing(kinds):
    return [kind.name for kind in kinds if not find_program(kind.program)]
