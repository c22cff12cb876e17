"""Random zones and random questions, answered by dnsd and by the model below, which walks from the apex down
as RFC 1034 4.3.2 tells it, over plain dictionaries. They must agree. PROXIMA_SEED repeats a failure."""

import os
import random

import dns.flags
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

LABELS = ["a", "b", "c", "*"]
TYPES = ["A", "TXT", "NS", "CNAME", "DNAME", "DS", "SOA", "MX"]
APEXES = [dns.name.from_text(text) for text in ("m.", "b.m.", "a.b.m.", "n.")]
DIGEST = "ab" * 32
CHAIN_MAX = 16


def below(apex, rng, depth):
    return dns.name.Name(tuple(rng.choice(LABELS) for _ in range(depth)) + apex.labels)


def random_zone(apex, rng):
    """{owner: {type: [rdata text]}} that a loader takes: CNAME alone, no DNAME beside a cut, no wildcard cut."""
    zone = {apex: {"SOA": ["ns.test. admin.test. 1 2 3 4 300"], "NS": ["ns.test."]}}
    for _ in range(rng.randrange(2, 14)):
        owner = below(apex, rng, rng.randrange(1, 4))
        target = str(below(rng.choice(APEXES), rng, rng.randrange(0, 4)))
        kinds = [{"A": ["192.0.2.1", "192.0.2.2"]}, {"TXT": ['"x"']}, {"A": ["192.0.2.3"], "TXT": ['"y"']},
                 {"CNAME": [target]}, {"DNAME": [target]}]
        cuts = [{"NS": ["ns.test."]}, {"NS": ["ns." + str(owner), "ns.test."], "DS": [f"1 8 2 {DIGEST}"]}]
        zone[owner] = rng.choice(kinds if owner.is_wild() else kinds + cuts)
    return zone


def zone_text(zone):
    lines = ["$TTL 60"]
    for owner, rrsets in zone.items():
        lines += [f"{owner} {rdtype} {rdata}" for rdtype, rdatas in rrsets.items() for rdata in rdatas]
    return "\n".join(lines) + "\n"


class Model:
    """What the answer must be."""

    def __init__(self, zones):
        self.zones = zones  # {apex: zone}

    def zone_of(self, name, strictly_above=False):
        for skip in range(strictly_above, len(name.labels)):
            apex = dns.name.Name(name.labels[skip:])
            if apex in self.zones:
                return apex
        return None

    def locate(self, apex, name):
        """("cut" | "dname" | "node" | "nothing", the owner that decides), from the apex down."""
        zone = self.zones[apex]
        for skip in range(len(name.labels) - len(apex.labels), -1, -1):
            here = dns.name.Name(name.labels[skip:])
            if not any(owner.is_subdomain(here) for owner in zone):
                wildcard = dns.name.Name((b"*",) + here.parent().labels)
                exists = any(owner.is_subdomain(wildcard) for owner in zone)
                return ("node", wildcard) if exists else ("nothing", None)
            rrsets = zone.get(here, {})
            if here != apex and "NS" in rrsets:
                return "cut", here
            if skip and "DNAME" in rrsets:
                return "dname", here
        return "node", name

    def side_of(self, name, rdtype):
        """The zone that answers: for DS at an apex the parent, if it delegates that name."""
        apex = self.zone_of(name)
        if rdtype == "DS" and apex == name:
            parent = self.zone_of(name, strictly_above=True)
            if parent and self.locate(parent, name) == ("cut", name):
                return parent
        return apex

    def answer(self, name, rdtype):
        """(rcode, aa, answer, authority), sections as sets of (owner, type, rdata)."""
        result, seen, first = set(), [], self.side_of(name, rdtype)
        if first is None:
            return "REFUSED", False, set(), set()
        while home := self.side_of(name, rdtype):
            zone, soa = self.zones[home], {(home, "SOA", self.zones[home][home]["SOA"][0])}
            what, owner = self.locate(home, name)
            if what == "cut" and not (rdtype == "DS" and owner == name):
                upwards = home != first and first.is_subdomain(home)
                cut = set() if upwards else {(owner, "NS", rdata) for rdata in zone[owner]["NS"]}
                return "NOERROR", bool(seen), result, cut
            if what == "nothing":
                return "NXDOMAIN", True, result, soa
            rrsets = zone.get(owner, {})
            if what == "dname":
                target = dns.name.from_text(rrsets["DNAME"][0])
                result.add((owner, "DNAME", str(target)))
                target = name.relativize(owner).concatenate(target)
            elif rdtype in rrsets:
                return "NOERROR", True, result | {(name, rdtype, rdata) for rdata in rrsets[rdtype]}, set()
            elif "CNAME" in rrsets:
                target = dns.name.from_text(rrsets["CNAME"][0])
            else:
                return "NOERROR", True, result, soa
            result.add((name, "CNAME", str(target)))
            seen.append(name)
            if target in seen or len(seen) > CHAIN_MAX or (what == "dname" and rdtype == "CNAME"):
                break
            name = target
        return "NOERROR", True, result, set()


def records(section):
    return {(rrset.name, dns.rdatatype.to_text(rrset.rdtype), rdata.to_text()) for rrset in section for rdata in rrset}


def observed(reply):
    return (dns.rcode.to_text(reply.rcode()), bool(reply.flags & dns.flags.AA),
            records(reply.answer), records(reply.authority))


def show(outcome):
    rcode, aa, answer, authority = outcome
    lines = [f"{rcode}{' aa' if aa else ''}"]
    for title, section in (("an", answer), ("ns", authority)):
        lines += [f"{title} {owner} {rdtype} {rdata}" for owner, rdtype, rdata in sorted(section)]
    return "\n".join(lines)


@pytest.mark.parametrize("round_", range(6))
def test_model(round_, new_dnsd):
    seed = int(os.environ.get("PROXIMA_SEED", "1000")) + round_
    rng = random.Random(seed)
    zones = {apex: random_zone(apex, rng) for apex in APEXES if rng.random() < 0.8 or apex == APEXES[0]}
    model = Model(zones)
    with new_dnsd(zones={str(apex): zone_text(zone) for apex, zone in zones.items()}, workers=1) as server:
        assert server.ask("status")["zones"]["serving"] == len(zones), server.log_text()
        for _ in range(400):
            name, rdtype = below(rng.choice(APEXES), rng, rng.randrange(0, 5)), rng.choice(TYPES)
            reply = server.udp(str(name), rdtype, use_edns=0, payload=1232)
            expected, got = show(model.answer(name, rdtype)), show(observed(reply))
            assert got == expected, f"PROXIMA_SEED={seed}: {name} {rdtype}"
