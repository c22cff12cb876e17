"""The signed root zone: all that dnsd says of it is validated by dnspython, from a trust anchor down, at a time when
its signatures were valid. What is denied has to be proven. PROXIMA_ROOT_ZONE may name another root zone, whole and of
today."""

import functools
import lzma
import os
import random
from pathlib import Path

import dns.dnssec
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from dns.rdatatype import DS, NS, NSEC, RRSIG, SOA

from dnsd import Dnsd
from proofs import Unproven, Validator
from test_proofs import ask, beside

pytest.importorskip("cryptography", reason="python3-cryptography verifies the signatures")

ZONES = Path(__file__).parent.parent / "data" / "zones"
ROOT = dns.name.root
# Trust anchors: that of the archive which signed the whole zone, and those that IANA publishes.
ARCHIVE = ["21544 8 2 5E6FDF4581117BB35CE3935F8EC3B17615BE2B239BC839CE44EFE340C0F4D438"]
IANA = ["20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
        "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"]
APEX_TYPES = ["SOA", "NS", "DNSKEY", "NSEC", "TYPE63", "A", "DS", "CNAME", "TXT", "NSEC3PARAM"]
SHOWN = 5


class Served:
    """A dnsd with one root zone, and whom to trust."""

    def __init__(self, text, anchors):
        self.anchors = set(dns.rrset.from_text(ROOT, 0, "IN", "DS", *anchors))
        self.dnsd = Dnsd(zones={".": text})
        self.cuts = sorted({dns.name.from_text(line.split()[0]) for line in text.splitlines()
                            if line.split()[3:4] == ["NS"]} - {ROOT})

    def apex(self, rdtype):
        """(RRset, its signatures) of an answer."""
        answer = self.dnsd.tcp(".", rdtype, want_dnssec=True).answer
        return [next(rrset for rrset in answer if rrset.rdtype == wanted)
                for wanted in (dns.rdatatype.from_text(rdtype), RRSIG)]

    def now(self):
        """The middle of the time for which the SOA is signed."""
        (signature,) = self.apex("SOA")[1]
        return (signature.inception + signature.expiration) // 2

    def trusted_keys(self):
        """The DNSKEY RRset, once a key that an anchor names is seen to have signed it."""
        keys, signatures = self.apex("DNSKEY")
        anchored = dns.rrset.from_rdata_list(ROOT, keys.ttl, [
            key for key in keys if dns.dnssec.make_ds(ROOT, key, "SHA256") in self.anchors])
        dns.dnssec.validate(keys, signatures, {ROOT: anchored}, now=self.now())
        return keys

    @functools.cached_property
    def validator(self):
        return Validator(ROOT, self.trusted_keys(), self.now())


def whole_zones():
    """(text, anchors) of root zones with all signatures."""
    with lzma.open(ZONES / "root-signed.zone.xz", "rt") as file:
        yield file.read(), ARCHIVE
    if os.environ.get("PROXIMA_ROOT_ZONE"):
        yield Path(os.environ["PROXIMA_ROOT_ZONE"]).read_text(encoding="ascii"), IANA


@pytest.fixture(scope="module", params=whole_zones(), ids=lambda zone: f"anchor-{zone[1][0].split()[0]}")
def root(request):
    served = Served(*request.param)
    with served.dnsd:
        yield served


def validate(root, asked):
    """All responses, once each is seen to be proven and signed whole."""
    wrong, responses = [], []
    for name, rdtype, response in ask(root.dnsd, asked, want_dnssec=True):
        responses.append(response)
        try:
            root.validator.check(name, rdtype, response)
        except (Unproven, dns.dnssec.ValidationFailure) as problem:
            wrong.append(f"{problem}\n{response}\n")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:SHOWN])
    return responses


def have(responses, rdtype):
    """How many have such a record in the authority section."""
    return sum(any(rrset.rdtype == rdtype for rrset in response.authority) for response in responses)


def test_the_apex(root):
    responses = validate(root, [(ROOT, rdtype) for rdtype in APEX_TYPES])
    assert sum(bool(response.answer) for response in responses) == 5, "SOA, NS, DNSKEY, NSEC, ZONEMD"
    assert have(responses, NSEC) == len(APEX_TYPES) - 5


def test_every_referral(root):
    responses = validate(root, [(dns.name.Name((b"www",) + cut.labels), "A") for cut in root.cuts])
    secure, insecure = have(responses, DS), have(responses, NSEC)
    assert have(responses, NS) == len(root.cuts) == secure + insecure
    assert secure > 1000 and insecure > 50, "both kinds of delegations were met"


def test_every_ds(root):
    responses = validate(root, [(cut, "DS") for cut in root.cuts])
    assert sum(bool(response.answer) for response in responses) + have(responses, SOA) == len(root.cuts)
    assert have(responses, SOA) > 50, "some have none"


def test_names_that_are_not_there(root):
    rng = random.Random(1)
    asked = [(name, "A") for cut in root.cuts for name in beside(cut) if not name.is_subdomain(cut)]
    responses = validate(root, rng.sample(asked, 1000))
    assert sum(response.rcode() == dns.rcode.NXDOMAIN for response in responses) > 700


def test_the_root_zone_of_today_is_signed_by_ianas_keys():
    """The archive that it is from left out all signatures but these."""
    served = Served((ZONES / "root.zone").read_text(encoding="ascii"), IANA)
    with served.dnsd:
        keys = served.trusted_keys()
        assert {dns.dnssec.make_ds(ROOT, key, "SHA256") for key in keys} >= served.anchors
        dns.dnssec.validate(*served.apex("SOA"), {ROOT: keys}, now=served.now())
