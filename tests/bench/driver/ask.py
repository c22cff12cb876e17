"""Asking a server: just enough DNS to see whether it gives the right answers, and which serial it has."""

import select
import socket
import struct
import time

KINDS = ("answer", "nxdomain", "referral", "nodata", "other")
SIGNED = 0x80  # beside a kind: with signatures
TYPE_A, TYPE_SOA = 1, 6


def read_queries(path, count):
    """The first `count` queries of a file that zonegen wrote: [(kind, message)]."""
    queries = []
    with open(path, "rb") as file:
        while len(queries) < count and (head := file.read(3)):
            kind, length = struct.unpack(">BH", head)
            queries.append((KINDS[kind & ~SIGNED], file.read(length)))
    return queries


def kind_of(message):
    """As kind_of_response() of queries.c."""
    flags, rcode, answers, authority = message[2], message[3] & 15, *struct.unpack_from(">HH", message, 6)
    if flags & 2 or rcode not in (0, 3):
        return "other"
    if rcode == 3:
        return "nxdomain"
    if answers:
        return "answer"
    return "nodata" if flags & 4 or not authority else "referral"


def question(name, rrtype):
    labels = [label.encode() for label in name.strip(".").split(".") if label]
    qname = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack(">6H", 0, 0, 1, 0, 0, 0) + qname + struct.pack(">HH", rrtype, 1)


class Client:
    """A connected UDP socket."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.id = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, message, seconds):
        """The response to `message` if one comes within `seconds`, else None."""
        self.id = (self.id + 1) & 0xFFFF
        end = time.monotonic() + seconds
        try:
            self.socket.send(struct.pack(">H", self.id) + message[2:])
            while (left := end - time.monotonic()) > 0 and select.select([self.socket], [], [], left)[0]:
                response = self.socket.recv(65535)
                if len(response) >= 12 and response[:2] == struct.pack(">H", self.id):
                    return response
        except ConnectionRefusedError:
            time.sleep(min(seconds, 0.001))
        return None

    def answers_right(self, queries, seconds):
        """True once each of `queries` got an answer of its kind, in turn; False when `seconds` are over."""
        end = time.monotonic() + seconds
        patience = 0.002
        for kind, message in queries:
            while True:
                response = self.ask(message, patience)
                if response and kind_of(response) == kind:
                    break
                if time.monotonic() > end:
                    return False
                patience = min(patience * 1.05, 0.02)
                if response:
                    time.sleep(0.001)
        return True

    def serial(self, origin, seconds=0.05):
        """The serial of the zone's SOA as it is served; None without an answer."""
        response = self.ask(question(origin, TYPE_SOA), seconds)
        if not response or kind_of(response) != "answer":
            return None
        return serial_of(response)


def serial_of(response):
    """Of a response whose first answer is a SOA."""
    at = _skip_name(response, _skip_name(response, 12) + 4)
    length = struct.unpack_from(">H", response, at + 8)[0]
    return struct.unpack_from(">I", response, at + 10 + length - 20)[0]


def _skip_name(message, at):
    while message[at]:
        if message[at] >= 0xC0:
            return at + 2
        at += 1 + message[at]
    return at + 1
