"""Watches a router's kernel routes to the service prefixes, with the moment of every change.

This is the neighbour's view, and the proof of a withdrawal: not what our own BIRD says it did."""

import ipaddress
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass

from netns import be_punctual

RTM_NEWROUTE, RTM_DELROUTE = 24, 25
RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE = 0x40, 0x400
RTA_DST, RTA_OIF = 1, 4
NLMSG = struct.Struct("=IHHII")
RTMSG = struct.Struct("=BBBBBBBBI")
RTATTR = struct.Struct("=HH")


@dataclass(frozen=True)
class Change:
    at_ns: int
    prefix: str
    device: str | None  # where it points now; None: gone


class RouteWatch:
    """Collects the changes of `prefixes` in one namespace until closed."""

    def __init__(self, namespace, prefixes):
        self.prefixes = {str(ipaddress.ip_network(p)) for p in prefixes}
        self.changes = []
        self.names = {}
        self.namespace = namespace
        self.socket = namespace.enter(self._open)
        self.wake_read, self.wake_write = socket.socketpair()
        self.thread = threading.Thread(target=self._loop, daemon=True)
        self.thread.start()

    def _open(self):
        self.names = {number: name for number, name in socket.if_nameindex()}
        watch = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        watch.bind((0, RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE))
        return watch

    def _loop(self):
        be_punctual()
        while True:
            ready, _, _ = select.select([self.socket, self.wake_read], [], [])
            if self.wake_read in ready:
                return
            data = self.socket.recv(65536)
            now_ns = time.monotonic_ns()
            for change in self._parse(data, now_ns):
                self.changes.append(change)

    def _parse(self, data, now_ns):
        while len(data) >= NLMSG.size:
            length, kind, _, _, _ = NLMSG.unpack_from(data)
            if kind in (RTM_NEWROUTE, RTM_DELROUTE):
                change = self._route(data[NLMSG.size:length], kind, now_ns)
                if change:
                    yield change
            data = data[(length + 3) & ~3:]

    def _route(self, body, kind, now_ns):
        family, bits = body[0], body[1]
        attributes = {}
        rest = body[RTMSG.size:]
        while len(rest) >= RTATTR.size:
            length, number = RTATTR.unpack_from(rest)
            attributes[number] = rest[RTATTR.size:length]
            rest = rest[(length + 3) & ~3:]
        if RTA_DST not in attributes:
            return None
        address = socket.inet_ntop(family, attributes[RTA_DST])
        prefix = f"{address}/{bits}"
        if prefix not in self.prefixes:
            return None
        device = None
        if kind == RTM_NEWROUTE and RTA_OIF in attributes:
            device = self.names.get(struct.unpack("=I", attributes[RTA_OIF])[0], "?")
        return Change(now_ns, prefix, device)

    def left(self, prefix, device, after_ns):
        """When, after a moment, the route to `prefix` no longer pointed at `device`; None: it still does."""
        for change in list(self.changes):
            if change.at_ns >= after_ns and change.prefix == prefix and change.device != device:
                return change.at_ns
        return None

    def close(self):
        self.wake_write.send(b"x")
        self.thread.join()
        self.socket.close()
        self.wake_read.close()
        self.wake_write.close()
