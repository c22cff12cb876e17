"""EDNS as the compliance tests of ISC and RFC 8906 8.2 go about it: each combination of version, flags, options, DO and
transport, asked by an independent client. Whatever is combined, each part has the effect that it has alone."""

import itertools
import socket

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from dnsd import SECONDS

NSID, EXPIRE, COOKIE, KEEPALIVE, PADDING, EDE, ZONEVERSION = 3, 9, 10, 11, 12, 15, 19
UNKNOWN = 65001
CLIENT = bytes(range(8))
HOSTS = ("127.0.0.1", "::1")

# What is put into the query: name, data. What comes back is in `expected`.
OPTIONS = {
    "nsid": (NSID, b""),
    "cookie": (COOKIE, CLIENT),
    "keepalive": (KEEPALIVE, b""),
    "padding": (PADDING, bytes(20)),
    "zoneversion": (ZONEVERSION, b""),
    "expire": (EXPIRE, b""),
    "subnet": (8, bytes.fromhex("00011800c00002")),
    "unknown": (UNKNOWN, b"data"),
}


def expected(asked, how, name):
    """The option codes that belong into the response."""
    codes = {OPTIONS[word][0] for word in asked} & {NSID, COOKIE}
    if "keepalive" in asked and how == "tcp":
        codes.add(KEEPALIVE)
    if "zoneversion" in asked and name.endswith("example.com"):
        codes.add(ZONEVERSION)
    if not name.endswith("example.com"):
        codes.add(EDE)
    return codes


def ask(served, how, host, query):
    return getattr(dns.query, how)(query, host, SECONDS, served.ports[host])


def make(name, asked=(), flags=0, version=0, rdtype="A", payload=1232):
    options = [dns.edns.GenericOption(*OPTIONS[word]) for word in asked]
    query = dns.message.make_query(name, rdtype)
    query.use_edns(version, flags, payload, options=options)
    return query


def check_opt(reply, asked, how, name, flags):
    assert reply.edns == 0  # the version that we speak
    assert reply.payload == 1232
    assert reply.ednsflags & 0xffff == flags & dns.flags.DO  # all other flags are 0
    codes = [option.otype for option in reply.options]
    assert len(codes) == len(set(codes)) and set(codes) == expected(asked, how, name)


@pytest.mark.parametrize("how", ("udp", "tcp"))
@pytest.mark.parametrize("flags", (0, dns.flags.DO, 0x4001, 0x7fff | dns.flags.DO))
def test_each_pair_of_options(served, how, flags):
    names = {"www.example.com": "NOERROR", "nothing.example.com": "NXDOMAIN", "www.example.org": "REFUSED"}
    sets = [(), *itertools.combinations(OPTIONS, 1), *itertools.combinations(OPTIONS, 2), tuple(OPTIONS)]
    for asked in sets:
        for name, rcode in names.items():
            reply = ask(served, how, HOSTS[len(asked) % 2], make(name, asked, flags))
            assert dns.rcode.to_text(reply.rcode()) == rcode, asked
            assert bool(reply.answer) == (rcode == "NOERROR")
            check_opt(reply, asked, how, name, flags)


@pytest.mark.parametrize("how", ("udp", "tcp"))
@pytest.mark.parametrize("version", (1, 2, 100, 255))
def test_a_version_to_come(served, how, version):
    for asked, flags in itertools.product([(), ("nsid",), ("unknown",), ("cookie",)], [0, dns.flags.DO, 0x40]):
        reply = ask(served, how, "127.0.0.1", make("www.example.com", asked, flags, version))
        assert reply.rcode() == dns.rcode.BADVERS and not reply.answer and not reply.authority
        check_opt(reply, asked, how, "www.example.com", flags)


@pytest.mark.parametrize("how", ("udp", "tcp"))
def test_no_opt_for_those_who_send_none(served, how):
    for name in ("www.example.com", "nothing.example.com", "www.example.org"):
        query = dns.message.make_query(name, "A")
        assert ask(served, how, "127.0.0.1", query).edns == -1


@pytest.mark.parametrize("asked", ((), ("nsid",), tuple(OPTIONS)))
@pytest.mark.parametrize("payload", (0, 511, 512, 513, 1232, 4096, 65535))
def test_opt_survives_truncation(served, asked, payload):
    reply = ask(served, "udp", "127.0.0.1", make("big.example.com", asked, rdtype="TXT", payload=payload))
    assert reply.flags & dns.flags.TC and reply.flags & dns.flags.AA
    assert len(reply.to_wire()) <= max(512, min(payload, 1232))
    check_opt(reply, asked, "udp", "big.example.com", 0)


def raw(served, wire):
    """The reply to these bytes, as bytes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(SECONDS)
        client.sendto(wire, ("127.0.0.1", served.ports["127.0.0.1"]))
        return client.recv(4096)


def test_two_opt_records(served):
    wire = bytearray(make("www.example.com").to_wire())
    wire += wire[-11:]
    wire[11] = 2
    reply = dns.message.from_wire(raw(served, bytes(wire)))
    assert reply.rcode() == dns.rcode.FORMERR and not reply.answer


def test_an_option_longer_than_its_record(served):
    wire = bytearray(make("www.example.com", ("nsid",)).to_wire())
    wire[-1] = 9
    reply = dns.message.from_wire(raw(served, bytes(wire)))
    assert reply.rcode() == dns.rcode.FORMERR and not reply.answer


@pytest.mark.parametrize("opcode", range(1, 16))
def test_other_opcodes_get_the_header_only(served, opcode):
    wire = bytearray(make("www.example.com", tuple(OPTIONS)).to_wire())
    wire[2:4] = opcode << 3, 0
    reply = raw(served, bytes(wire))
    assert reply == wire[:2] + bytes([0x80 | opcode << 3, dns.rcode.NOTIMP]) + bytes(8)
