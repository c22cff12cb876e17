"""The packets themselves, as they are on the wire: fragmentation and segments."""

import os
import socket
import struct
import time

import dns.message
import dns.query
import pytest

from dnsd import SECONDS, large_zone

SO_RCVBUFFORCE = 33  # socket(7); Python has no name for it


class Wire:
    """Packets on the loopback interface that come from a port."""

    def __init__(self, port):
        self.port = port
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)  # other tests use this device, too
        self.socket.bind(("lo", 0))
        self.socket.settimeout(SECONDS)
        self.until = time.monotonic() + SECONDS

    def next(self, protocol):
        """(the IP packet, its transport's header and payload) of the next one from our port."""
        while time.monotonic() < self.until:
            packet, address = self.socket.recvfrom(65535)
            kind = packet[0] >> 4
            head = (packet[0] & 15) * 4 if kind == 4 else 40
            if address[2] != socket.PACKET_OUTGOING or kind not in (4, 6) or protocol != packet[9 if kind == 4 else 6]:
                continue
            if struct.unpack("!H", packet[head:head + 2])[0] == self.port:
                return packet, packet[head:]
        raise TimeoutError(f"no packet from port {self.port}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def has_df(packet):
    return bool(packet[6] & 0x40)


def has_data(tcp):
    return len(tcp) > (tcp[12] >> 4) * 4


def segment_size_in(tcp):
    """The MSS option of a SYN-ACK (RFC 9293 3.2)."""
    assert tcp[13] & 0x12 == 0x12
    options = tcp[20:(tcp[12] >> 4) * 4]
    while options and options[0] != 2:
        options = options[1:] if options[0] == 1 else options[options[1]:]
    return struct.unpack("!H", options[2:4])[0]


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to see packets")


@needs_root
@pytest.mark.parametrize("extra, df", [
    ("", True),
    ("udp = { dont_fragment = false; };", False),
    ("udp = { payload_max = 4096; };", False),
])
def test_df_of_udp_responses(new_dnsd, extra, df):
    with new_dnsd(listen=["127.0.0.1@0"], extra=extra) as dnsd, Wire(dnsd.ports["127.0.0.1"]) as wire:
        dns.query.udp(dns.message.make_query("www.example.com", "A"), "127.0.0.1", port=wire.port, timeout=SECONDS)
        packet, _ = wire.next(socket.IPPROTO_UDP)
        assert has_df(packet) == df


@needs_root
@pytest.mark.parametrize("host, extra, size", [
    ("127.0.0.1", "", 1220), ("::1", "", 1220), ("::1", "tcp = { segment_max = 1000; };", 1000),
])
def test_segments_on_the_wire(new_dnsd, host, extra, size):
    """The SYN-ACK says it to the client, and packets over IPv4 may be fragmented on the way."""
    dnsd = new_dnsd(listen=[f"{host}@0"], extra=extra, zones={"example.com": large_zone(2000)})
    dnsd.zones["example.com"] = 'allow_transfer = [ "127.0.0.1", "::1" ];'
    dnsd.write_conf()
    with dnsd, Wire(dnsd.ports[host]) as wire:
        received = list(dns.query.xfr(host, "example.com", port=wire.port, lifetime=SECONDS, relativize=False))
        assert received and segment_size_in(wire.next(socket.IPPROTO_TCP)[1]) == size
        packet = next(packet for packet, tcp in iter(lambda: wire.next(socket.IPPROTO_TCP), None) if has_data(tcp))
        assert host == "::1" or not has_df(packet)
