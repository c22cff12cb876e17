"""Random questions about zones: names that are there, names just beside them, names below; as messages."""

import struct

import dns.name
import dns.rdatatype

from .content import LABELS, under

TYPES = ["A"] * 8 + ["AAAA", "TXT", "MX", "NS", "NS", "CNAME", "CNAME", "DNAME", "DS", "DS", "DS", "SOA", "SRV",
                     "SVCB", "HTTPS", "NAPTR", "PTR", "ANY", "NSEC", "NSEC3", "NSEC3PARAM", "RRSIG", "DNSKEY", "CAA",
                     "TYPE65280", "TYPE4711"]
ODD_LABELS = LABELS + [b"x", b"s3", b"s12", b"\1", b"aa", b"a\0", b"e", b"l" * 63]
OUTSIDE = ["test.", ".", "plain.tes.", "xplain.test.", "nsec.test.elsewhere."]
PAYLOAD = 1232
DO = 0x8000


def question_names(zones):
    """All owners and their empty non-terminals, of all zones."""
    names = set()
    for zone in zones:
        for owner in zone.rrsets:
            names |= {dns.name.Name(owner.labels[skip:]) for skip in range(len(owner) - len(zone.origin) + 1)}
    return sorted(names)


def beside(name, rng):
    """A name next to this one in the canonical order."""
    label, rest = name.labels[0], name.labels[1:]
    other = rng.choice([label + b"\0", label + b"a", label[:-1] + bytes([max(label[-1] - 1, 0)]),
                        label[:-1] + bytes([min(label[-1] + 1, 255)]), b"zz" + label])
    return under(dns.name.Name(rest), other[:63] or b"z")


def vary(name, zones, rng):
    """The name itself, or one near it."""
    roll = rng.random()
    if roll < 0.35:
        return name
    if roll < 0.65:
        return under(name, *(rng.choice(ODD_LABELS) for _ in range(rng.choice([1, 1, 2, 3]))))
    if roll < 0.80 and len(name) > 1:
        return beside(name, rng)
    if roll < 0.99:
        zone = rng.choice(zones)
        return under(zone.origin, *(rng.choice(LABELS) for _ in range(rng.randrange(0, 5))))
    return dns.name.from_text(rng.choice(OUTSIDE))


def shuffle_case(wire, rng):
    """As resolvers do against forgers (0x20)."""
    return bytes(byte ^ 0x20 if chr(byte).isalpha() and byte < 128 and rng.random() < 0.5 else byte for byte in wire)


def message(name, rdtype, rng):
    wire = name.to_wire()
    if rng.random() < 0.25:
        wire = shuffle_case(wire, rng)
    flags = rng.choice([0, 0, 0, 0x0100])  # RD
    kind = rng.random()
    edns = b"" if kind < 0.2 else struct.pack(">BHHIH", 0, 41, PAYLOAD, DO if kind < 0.8 else 0, 0)
    return struct.pack(">6H", 0, flags, 1, 0, 0, bool(edns)) + wire + struct.pack(">HH", rdtype, 1) + edns


def make(zones, count, rng):
    """`count` messages, no two alike."""
    names, made = question_names(zones), {}
    present = {name: list(zone.types(name)) for zone in zones for name in zone.rrsets}
    while len(made) < count:
        name = rng.choice(names)
        asked = vary(name, zones, rng)
        there = present.get(name)
        rdtype = rng.choice(there) if there and rng.random() < 0.4 else rng.choice(TYPES)
        made[message(asked, dns.rdatatype.from_text(rdtype), rng)] = True
    return list(made)
