"""The servers that are compared: those of the bench, with the same limits, and without peculiarities that are an
option."""

import struct

from driver import peers
from driver.programs import find_program
from driver.server import Server

PAYLOAD = 1232  # the most that any sends over UDP; it is the default of all but NSD


class Compared(Server):
    """Starts when it answers for the SOA of its every zone."""

    def probes(self):
        return [("answer", soa_question(origin)) for origin in self.zone.origins]


def soa_question(origin):
    labels = [label.encode() for label in origin.split(".")]
    return struct.pack(">6H", 0, 0, 1, 0, 0, 0) + b"".join(bytes([len(label)]) + label for label in labels) \
        + b"\0\0\6\0\1"


class Dnsd(Compared, peers.Dnsd):
    more = f"udp: {{ payload_max = {PAYLOAD}; }};"


class Knot(Compared, peers.Knot):
    more = f"    udp-max-payload: {PAYLOAD}"


class Nsd(Compared, peers.Nsd):
    more = f" ipv4-edns-size: {PAYLOAD}"


class Bind(Compared, peers.Bind):
    more = f"    max-udp-size {PAYLOAD};\n    check-names primary ignore;\n    zero-no-soa-ttl no;"


PEERS = (Knot, Nsd, Bind)
BY_NAME = {kind.name: kind for kind in PEERS}


def missing(kinds):
    return [kind.name for kind in kinds if not find_program(kind.program)]
