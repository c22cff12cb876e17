"""BIND's own validator, delv, from a local trust anchor: what dnsd says of zones that were signed just now is fully
validated, positive or negative, or shown to be insecure."""

import subprocess
from pathlib import Path

import dns.name
import dns.zone
import pytest

from dnsd import Dnsd
from driver import signing
from driver.programs import find_program

CONTENT = Path(__file__).parent.parent / "data" / "zones" / "signed" / "content.zone"
CHAINS = ["nsec", "nsec3", "optout"]
SECONDS = 30
FULLY, NEGATIVE, UNSIGNED = "; fully validated", "; negative response, fully validated", "; unsigned answer"
WILDCARD = "a wildcard's"  # fully validated; with opt-out, there may be an insecure delegation instead (RFC 5155 6)

pytestmark = pytest.mark.skipif(not find_program("delv") or not find_program("dnssec-signzone"),
                                reason="SKIPPED: delv or dnssec-signzone is missing (bind9-dnsutils, bind9-utils)")

# (name, type, what delv says of it)
QUESTIONS = [
    ("@", "SOA", FULLY), ("@", "DNSKEY", FULLY), ("@", "MX", FULLY), ("www", "A", FULLY), ("a.b.ent", "A", FULLY),
    ("upper.order", "A", FULLY), ("\\000.\\001.order", "A", NEGATIVE), ("\\001.order", "A", FULLY),
    ("x.wild", "A", WILDCARD), ("x.y.wild", "TXT", WILDCARD), ("*.wild", "A", FULLY), ("x.wildalias", "A", WILDCARD),
    ("a.nothing.order", "A", WILDCARD),
    ("alias", "A", FULLY), ("alias-wild", "TXT", FULLY), ("x.dname", "A", FULLY), ("y.x.dname", "TXT", FULLY),
    ("secure", "DS", FULLY),
    ("www", "MX", NEGATIVE), ("@", "CAA", NEGATIVE), ("ent", "A", NEGATIVE), ("b.ent", "TXT", NEGATIVE),
    ("x.wild", "MX", NEGATIVE), ("wild", "A", NEGATIVE), ("x.wildtxt", "A", NEGATIVE), ("x.wildent", "A", NEGATIVE),
    ("nothing", "A", NEGATIVE), ("x.nothing", "A", NEGATIVE), ("x.www", "A", NEGATIVE), ("x.ent.wild", "A", NEGATIVE),
    ("zzz", "NS", NEGATIVE),
]


class Signed:
    """A dnsd that serves one zone, signed now, and delv's trust in it."""

    def __init__(self, chain, folder):
        self.chain, self.origin = chain, f"{chain}.test"
        unsigned, signed = folder / "unsigned", folder / self.origin
        unsigned.write_bytes(CONTENT.read_bytes())
        signing.sign(unsigned, signed, self.origin, folder / "keys", chain)
        self.dnsd = Dnsd(zones={self.origin: signed.read_text(encoding="ascii")})
        self.anchors = folder / "anchors"
        self.anchors.write_text(self.trust(signed), encoding="ascii")

    def trust(self, path):
        zone = dns.zone.from_file(str(path), origin=self.origin, relativize=False)
        keys = [key.to_text().split(None, 3) for key in zone.find_rdataset(zone.origin, "DNSKEY") if key.flags == 257]
        lines = [f'{self.origin}. static-key {flags} {protocol} {algorithm} "{key}";'
                 for flags, protocol, algorithm, key in keys]
        return "trust-anchors {\n" + "\n".join(lines) + "\n};\n"

    def delv(self, name, rdtype):
        full = str(dns.name.from_text(name, dns.name.from_text(self.origin)))
        command = [find_program("delv"), "@127.0.0.1", "-p", str(self.dnsd.ports["127.0.0.1"]), "-a", str(self.anchors),
                   f"+root={self.origin}", full, rdtype]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        return done.stdout + done.stderr


@pytest.fixture(scope="module", params=CHAINS, name="signed")
def _signed(request, tmp_path_factory):
    signed = Signed(request.param, tmp_path_factory.mktemp("delv"))
    with signed.dnsd:
        yield signed


@pytest.mark.parametrize("name, rdtype, verdict", QUESTIONS)
def test_delv_validates(signed, name, rdtype, verdict):
    if verdict == WILDCARD:
        verdict = UNSIGNED if signed.chain == "optout" else FULLY
    said = signed.delv(name, rdtype)
    assert verdict in said.splitlines(), said


def test_delv_refuses_what_is_not_proven(signed):
    """As a check of the check: another key is to be trusted than the zone's."""
    text = signed.anchors.read_text(encoding="ascii")
    other = signed.anchors.with_name("others")
    key = text.split('"')[1]
    other.write_text(text.replace(key, key[:20] + ("A" if key[20] != "A" else "B") + key[21:]), encoding="ascii")
    signed.anchors, kept = other, signed.anchors
    said = signed.delv("www", "A")
    signed.anchors = kept
    assert FULLY not in said.splitlines(), said
