"""Responses in a normal form: two that say the same are equal, however they are ordered, compressed, or written in
upper and lower case. Knows the form of messages; what is malformed it does not read."""

import struct
from dataclasses import dataclass

A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, NAPTR, DNAME, OPT = 1, 2, 5, 6, 15, 16, 28, 33, 35, 39, 41
DS, RRSIG, NSEC, DNSKEY, NSEC3, NSEC3PARAM, SVCB, HTTPS, ANY = 43, 46, 47, 48, 50, 51, 64, 65, 255
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN = range(7)
QR, AA, TC, RD, RA, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010
DO = 0x8000
HEADER_BYTES = 12

# Where names stand in RDATA, and whether they may be compressed (RFC 3597 4): {type: (bytes before, names, may be)}.
NAMES_IN_RDATA = {NS: (0, 1, True), CNAME: (0, 1, True), SOA: (0, 2, True), 12: (0, 1, True), MX: (2, 1, True),
                  SRV: (6, 1, False), DNAME: (0, 1, False), RRSIG: (18, 1, False), NSEC: (0, 1, False),
                  SVCB: (2, 1, False), HTTPS: (2, 1, False)}


class Malformed(Exception):
    """No message, or not one that may be sent."""


@dataclass(frozen=True)
class Response:
    """Records are (owner, type, TTL, RDATA), names in them lower-case and uncompressed."""

    rcode: int
    flags: int  # without the response code
    question: bytes
    answer: frozenset
    authority: frozenset
    additional: frozenset  # without OPT
    edns: tuple  # (version, flags); empty without OPT
    repeated: tuple  # records that are there twice
    size: int


def read_name(wire, at, known, pointers=True):
    """(the name at `at`, what is behind it). `known`: {offset: name} of those read before."""
    labels, here = [], at
    while 0 < (length := wire[here]) < 64:
        labels.append(wire[here:here + length + 1])
        here += length + 1
    end, rest = here + 1, b"\0"
    if length:
        target = int.from_bytes(wire[here:here + 2], "big") - 0xC000
        if not pointers or not HEADER_BYTES <= target < at:
            raise Malformed(f"a pointer at {here} that may not be")
        end, rest = here + 2, known.get(target) or read_name(wire, target, known)[0]
    name = b"".join(labels).lower() + rest  # a label's length is below any letter
    if len(name) > 255:
        raise Malformed(f"a name of {len(name)} bytes")
    known[at] = name
    return name, end


def read_naptr(wire, at, end, known):
    name_at = at + 4
    for _ in range(3):
        name_at += 1 + wire[name_at]
    name, behind = read_name(wire, name_at, known, False)
    return wire[at:name_at] + name + wire[behind:end]


def read_rdata(wire, at, end, rdtype, known):
    if rdtype == NAPTR:
        return read_naptr(wire, at, end, known)
    layout = NAMES_IN_RDATA.get(rdtype)
    if not layout:
        return wire[at:end]
    head, count, pointers = layout
    parts = [wire[at:at + head]]
    at += head
    for _ in range(count):
        name, at = read_name(wire, at, known, pointers)
        parts.append(name)
    return b"".join(parts) + wire[at:end]


def read_section(wire, at, count, known):
    """(records in their order, what is behind them)."""
    records = []
    for _ in range(count):
        owner, at = read_name(wire, at, known)
        rdtype, rdclass, ttl, length = struct.unpack_from(">HHIH", wire, at)
        at += 10
        end = at + length
        if end > len(wire):
            raise Malformed("RDATA beyond the end")
        if rdclass != 1 and rdtype != OPT:
            raise Malformed(f"class {rdclass}")
        rdata = (rdclass, wire[at:end]) if rdtype == OPT else read_rdata(wire, at, end, rdtype, known)
        records.append((owner, rdtype, ttl, rdata))
        at = end
    return records, at


def read(wire):
    """The response in normal form."""
    try:
        return _read(wire)
    except (IndexError, struct.error) as problem:
        raise Malformed("cut short") from problem


def _read(wire):
    _, flags, questions, *counts = struct.unpack_from(">6H", wire)
    if not flags & QR or questions != 1:
        raise Malformed("not a response to one question")
    known = {}
    at = read_name(wire, HEADER_BYTES, known)[1] + 4
    question = wire[HEADER_BYTES:at]
    sections = []
    for count in counts:
        records, at = read_section(wire, at, count, known)
        sections.append(records)
    if at != len(wire):
        raise Malformed(f"{len(wire) - at} bytes behind the end")
    options = [record for record in sections[2] if record[1] == OPT]
    if len(options) > 1:
        raise Malformed("two OPT records")
    edns = tuple((ttl >> 16 & 0xFF, ttl & 0xFFFF) for _, _, ttl, _ in options)
    sections[2] = [record for record in sections[2] if record[1] != OPT]
    every = [record for records in sections for record in records]
    repeated = () if len(set(every)) == len(every) else tuple(sorted(r for r in set(every) if every.count(r) > 1))
    rcode = flags & 15 | (options[0][2] >> 24 << 4 if options else 0)
    return Response(rcode, flags & ~15, question, *map(frozenset, sections), edns, repeated, len(wire))


def is_at_or_below(name, above):
    at = 0
    while len(name) - at > len(above):
        at += name[at] + 1
    return name[at:] == above


def parent(name):
    return name[name[0] + 1:]
