"""Signed zones and many questions: a validator of our own finds all that is denied proven, and no more than that.
Names that are there, names just beside them in the canonical order, below them, and empty non-terminals."""

import random
from pathlib import Path

import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.zone
import pytest
from dns.rdatatype import DS, NSEC, NSEC3, RRSIG

from dnsd import SECONDS, Dnsd, framed, receive_message
from proofs import Unproven, Validator

pytest.importorskip("cryptography", reason="python3-cryptography verifies the signatures")

FOLDER = Path(__file__).parent.parent / "data" / "zones" / "signed"
ZONES = ["nsec.test", "nsec3.test", "optout.test"]
TYPES = ["A", "A", "TXT", "DS", "NS", "CNAME", "MX", "NSEC", "NSEC3", "SOA", "DNSKEY"]
IN_FLIGHT = 50
SHOWN = 5


def read_zone(name):
    return dns.zone.from_file(str(FOLDER / f"{name}.zone"), origin=name, relativize=False)


def beside(name):
    """Names next to this one and below it."""
    label, rest = name.labels[0], name.labels[1:]
    firsts = [label + b"\0", label + b"a", label[:-1] + bytes([max(label[-1] - 1, 0)]), b"zz" + label, b"*"]
    yield from (dns.name.Name((first,) + rest) for first in firsts if len(first) <= 63)
    for below in ((b"x",), (b"*",), (b"\0",), (b"\xff",), (b"a", b"b", b"c")):
        yield dns.name.Name(below + name.labels)
    yield longest(name)


def longest(name):
    """As long as a name may be, below this one."""
    labels, room = name.labels, 255 - len(name.to_wire())
    while room > 1:
        take = min(room - 1, 63) - (room in (65, 66))  # what is left must not be one byte
        labels, room = (b"l" * take,) + labels, room - take - 1
    return dns.name.Name(labels)


def questions(origin, zone, rng):
    names = {name for name, node in zone.nodes.items()}
    names |= {dns.name.Name(name.labels[skip:]) for name in names
              for skip in range(len(name.labels) - len(origin.labels))}
    for name in sorted(names):
        around = sorted({other for other in beside(name) if other.is_subdomain(origin)})
        if zone.get_rdataset(name, "NSEC3"):
            around = rng.sample(around, 2)
        yield from ((other, rng.choice(TYPES)) for other in [name, name, *around])


@pytest.fixture(scope="module")
def server():
    dnsd = Dnsd(zones={name: (FOLDER / f"{name}.zone").read_text() for name in ZONES})
    for name in ZONES:
        dnsd.zones[name] = 'allow_transfer = [ "127.0.0.1" ];'
    dnsd.write_conf()
    with dnsd:
        yield dnsd


def ask(server, asked, **options):
    """(name, type, response) for each; over TCP, so that all fit."""
    with server.connect() as client:
        for at in range(0, len(asked), IN_FLIGHT):
            some = asked[at:at + IN_FLIGHT]
            queries = [dns.message.make_query(owner, rdtype, id=i, **options) for i, (owner, rdtype) in enumerate(some)]
            client.sendall(framed(*(query.to_wire() for query in queries)))
            replies = {reply.id: reply for reply in (receive_message(client) for _ in queries)}
            for query, (owner, rdtype) in zip(queries, some):
                yield owner, dns.rdatatype.from_text(rdtype), replies[query.id]


@pytest.mark.parametrize("name", ZONES)
def test_all_that_is_denied_is_proven(server, name):
    origin, zone, rng = dns.name.from_text(name), read_zone(name), random.Random(name)
    validator, wrong, proven = Validator(origin, zone.find_rrset(origin, "DNSKEY")), [], 0
    for owner, rdtype, response in ask(server, list(questions(origin, zone, rng)), want_dnssec=True):
        try:
            validator.check(owner, rdtype, response)
        except Unproven as problem:
            wrong.append(f"{problem}\n{response}\n")
        proven += any(rrset.rdtype in (NSEC, NSEC3) for rrset in response.authority)
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:SHOWN])
    assert proven > 300, "few proofs were asked for"


@pytest.mark.parametrize("name", ZONES)
def test_who_does_not_say_do_gets_no_signature_and_no_proof(server, name):
    origin, zone, rng = dns.name.from_text(name), read_zone(name), random.Random(name)
    for _, rdtype, response in ask(server, rng.sample(list(questions(origin, zone, rng)), 100)):
        types = {rrset.rdtype for rrset in response.answer + response.authority}
        assert not (types - {rdtype}) & {RRSIG, NSEC, NSEC3, DS}, response


@pytest.mark.parametrize("name", ZONES)
def test_a_transfer_has_the_whole_chain(server, name):
    messages = dns.query.xfr("127.0.0.1", name, port=server.ports["127.0.0.1"], lifetime=SECONDS, relativize=False)
    assert dns.zone.from_xfr(messages, relativize=False) == read_zone(name)
