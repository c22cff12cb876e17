"""Asks one server many questions, some hundred at a time, over UDP; and those whose response is truncated again over
TCP. Hides sockets and patience."""

import socket
import struct
import time

IN_FLIGHT = 64
PATIENCE_SECONDS = 1.0
TRIES = 5
RECEIVE_BYTES = 4 << 20  # a burst of responses must not be lost here
HOST = "127.0.0.1"


class Silent(Exception):
    """A server does not answer at all."""


def ask_udp(port, queries):
    """The response to each of `queries` (messages; their ids are ours to choose); None: there was none."""
    responses = [None] * len(queries)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        sock.connect((HOST, port))
        sock.settimeout(PATIENCE_SECONDS)
        waiting, following = {}, iter(range(len(queries)))
        while True:
            while len(waiting) < IN_FLIGHT and (index := next(following, None)) is not None:
                waiting[index & 0xFFFF] = [index, 1]
                sock.send(struct.pack(">H", index & 0xFFFF) + queries[index][2:])
            if not waiting:
                return responses
            try:
                wire = sock.recv(65535)
            except TimeoutError:
                _ask_again(sock, queries, waiting)
                continue
            index = waiting.pop(int.from_bytes(wire[:2], "big"), (None,))[0]
            if index is not None:
                responses[index] = wire


def _ask_again(sock, queries, waiting):
    """Lost, or never to be answered."""
    for number, (index, tries) in list(waiting.items()):
        if tries == TRIES:
            del waiting[number]
            continue
        waiting[number][1] += 1
        sock.send(struct.pack(">H", number) + queries[index][2:])


def ask_tcp(port, queries):
    """As ask_udp."""
    responses = [None] * len(queries)
    for begin in range(0, len(queries), IN_FLIGHT):
        _ask_some(port, queries, responses, range(begin, min(begin + IN_FLIGHT, len(queries))))
    return responses


def _ask_some(port, queries, responses, indexes):
    end = time.monotonic() + PATIENCE_SECONDS * TRIES
    with socket.create_connection((HOST, port), PATIENCE_SECONDS * TRIES) as sock:
        stream = sock.makefile("rb")
        for index in indexes:
            message = struct.pack(">H", index & 0xFFFF) + queries[index][2:]
            sock.sendall(struct.pack(">H", len(message)) + message)
        for _ in indexes:
            length = int.from_bytes(stream.read(2), "big")
            wire = stream.read(length)
            if len(wire) < 2 or time.monotonic() > end:
                raise Silent(f"port {port}: a connection ended early")
            index = next(i for i in indexes if i & 0xFFFF == int.from_bytes(wire[:2], "big"))
            responses[index] = wire


def is_truncated(wire):
    return wire is not None and len(wire) > 2 and bool(wire[2] & 2)
