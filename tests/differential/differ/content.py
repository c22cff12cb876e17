"""Random zones in which the hard cases are frequent: few labels, so that names meet, and everything that an answer may
turn on. All servers load them without complaint: CNAMEs stand alone, nothing is below a DNAME, no wildcard is a cut."""

from dataclasses import dataclass

import dns.name

LABELS = [b"a", b"b", b"c", b"d", b"*", b"www", b"ns", b"MiXed", b"\0", b"\xff", b"a.b", b"_tcp"]
TARGET_LABELS = [b"a", b"b", b"c", b"d", b"www", b"ns"]
OUTSIDE = ["host.elsewhere.", "a.b.invalid.", "."]
PLANTS = 260  # for each zone
TTLS = [0, 60, 300, 3600, 86400]
DIGEST = "ab" * 32


@dataclass(frozen=True)
class Plan:
    origin: str
    chain: str = ""  # "nsec", "nsec3", "optout": how it is signed; "": not
    delegated: str = ""  # in its parent: "secure", "insecure", "": not at all


PLANS = [
    Plan("plain.test"), Plan("child.plain.test", delegated="insecure"), Plan("apart.b.plain.test"),
    Plan("signed.plain.test", "nsec", "secure"),
    Plan("nsec.test", "nsec"), Plan("child.nsec.test", "nsec3", "secure"),
    Plan("deep.child.nsec.test", delegated="insecure"),
    Plan("nsec3.test", "nsec3"), Plan("child.nsec3.test", delegated="insecure"),
    Plan("optout.test", "optout"), Plan("child.optout.test", delegated="insecure"),
    Plan("safe.optout.test", "nsec", "secure"),
]


class Content:
    """One zone: rrsets {owner: {type: [RDATA as text]}}."""

    def __init__(self, plan, rng):
        self.plan, self.rng = plan, rng
        self.origin = dns.name.from_text(plan.origin)
        self.rrsets = {}

    # what may stand where ---------------------------------------------------------------------------

    def types(self, owner):
        return self.rrsets.get(owner, {})

    def is_below_dname(self, owner):
        return any("DNAME" in self.types(above) for above in ancestors(owner, self.origin))

    def has_below(self, owner):
        return any(other != owner and other.is_subdomain(owner) for other in self.rrsets)

    def may_stand(self, owner, rdtype):
        there = self.types(owner)
        if self.is_below_dname(owner) or rdtype in there or "CNAME" in there:
            return False
        if rdtype == "CNAME":
            return not there
        if rdtype == "DNAME":
            return not (self.has_below(owner) or "NS" in there or owner.is_wild())
        if rdtype == "NS":
            return not (owner.is_wild() or "DNAME" in there)
        return True

    def add(self, owner, rdtype, *rdatas):
        """Whether it could be."""
        if not self.may_stand(owner, rdtype):
            return False
        self.rrsets.setdefault(owner, {})[rdtype] = list(dict.fromkeys(rdatas))
        return True

    # names ------------------------------------------------------------------------------------------

    def name(self, depth=None, labels=LABELS):
        depth = depth or self.rng.choice([1, 1, 2, 2, 3, 4])
        return under(self.origin, *(self.rng.choice(labels) for _ in range(depth)))

    def target(self, origins):
        """Where something may point: here, into another zone, nowhere."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.45 and self.rrsets:
            return rng.choice(list(self.rrsets))
        if roll < 0.65:
            return self.name(labels=TARGET_LABELS)
        if roll < 0.9:
            depth = rng.randrange(0, 3)
            return under(rng.choice(origins), *(rng.choice(TARGET_LABELS) for _ in range(depth)))
        return dns.name.from_text(rng.choice(OUTSIDE))

    # text -------------------------------------------------------------------------------------------

    def text(self):
        lines = []
        for owner, types in sorted(self.rrsets.items()):
            for rdtype, rdatas in types.items():
                ttl = TTLS[hash_of(owner, rdtype) % len(TTLS)]
                lines += [f"{owner} {ttl} IN {rdtype} {rdata}\n" for rdata in rdatas]
        return "".join(lines)


def hash_of(owner, rdtype):
    """The same in every run, as hash() is not."""
    return sum(owner.canonicalize().to_wire()) + sum(rdtype.encode())


def ancestors(owner, origin):
    """The names strictly above `owner`, down from nowhere above `origin`."""
    while owner != origin:
        owner = owner.parent()
        yield owner


def under(origin, *labels):
    """The name with the labels in front; with fewer of them where it would be too long."""
    for skip in range(len(labels) + 1):
        try:
            return dns.name.Name(labels[skip:] + origin.labels)
        except dns.name.NameTooLong:
            continue
    return origin


def address(rng):
    return f"192.0.2.{rng.randrange(1, 255)}"


# --- what is planted: each takes (zone, rng, origins), where targets may be ------------------------------

def plant_addresses(zone, rng, _):
    owner = zone.name()
    zone.add(owner, "A", *(address(rng) for _ in range(rng.choice([1, 1, 2, 20]))))
    if rng.random() < 0.5:
        zone.add(owner, "AAAA", f"2001:db8::{rng.randrange(1, 0xffff):x}")


def plant_text(zone, rng, _):
    zone.add(zone.name(), "TXT", *(f'"{i}{"x" * rng.randrange(1, 200)}"' for i in range(rng.choice([1, 1, 2, 9]))))


def plant_hosts(zone, rng, origins):
    """Types that name hosts, whose addresses go along."""
    owner, targets = zone.name(), [zone.target(origins) for _ in range(rng.randrange(1, 4))]
    rdtype, before, behind = rng.choice([
        ("MX", "10", ""), ("SRV", "0 5 443", ""), ("SVCB", "0", ""), ("HTTPS", "1", "alpn=h2"),
        ("SVCB", "2", "port=53"),
        ("NAPTR", '10 10 "S" "SIP" ""', ""), ("NAPTR", '10 20 "A" "" ""', ""), ("PTR", "", "")])
    targets = targets[:1] if before == "0" else targets
    zone.add(owner, rdtype, *(f"{before} {target} {behind}" for target in targets))


def plant_rarities(zone, rng, _):
    rdtype, rdata = rng.choice([
        ("CAA", '0 issue "ca.test"'), ("TLSA", f"3 1 1 {DIGEST}"), ("TYPE65280", "\\# 3 010203"), ("HINFO", '"a" "b"'),
        ("SSHFP", "1 1 " + "cd" * 20), ("LOC", "52 0 0.000 N 4 0 0.000 E 0.00m 1m 10000m 10m")])
    zone.add(zone.name(), rdtype, rdata)


def plant_alias(zone, rng, origins):
    zone.add(zone.name(), "CNAME", str(zone.target(origins)))


def plant_loop(zone, rng, _):
    names = [zone.name(depth=2) for _ in range(rng.randrange(1, 4))]
    for name, following in zip(names, names[1:] + names[:1]):
        zone.add(name, "CNAME", str(following))


def plant_chain(zone, rng, origins):
    """As long as servers follow one, and longer."""
    top, length = zone.name(depth=1, labels=TARGET_LABELS), rng.choice([3, 7, 8, 9, 11, 15, 16, 17, 18, 30])
    for i in range(length):
        last = i == length - 1
        zone.add(under(top, b"s%d" % i), "CNAME", str(zone.target(origins) if last else under(top, b"s%d" % (i + 1))))


def plant_dname(zone, rng, origins):
    owner = zone.name()
    target = zone.target(origins)
    if rng.random() < 0.2:  # so long that some names do not fit any more
        target = under(target, b"l" * 63, b"m" * 63, b"n" * 50)
    if not target.is_subdomain(owner) and zone.add(owner, "DNAME", str(target)) and rng.random() < 0.3:
        zone.add(owner, "TXT", '"beside a DNAME"')


def plant_cut(zone, rng, origins):
    owner = zone.name(labels=[label for label in LABELS if label != b"*"])
    inside, beside = under(owner, b"ns"), zone.name(depth=2, labels=TARGET_LABELS)
    hosts = rng.sample([inside, beside, owner, zone.target(origins), under(owner, b"ns", b"deep")], rng.randrange(1, 4))
    if not zone.add(owner, "NS", *(str(host) for host in hosts)):
        return
    if rng.random() < 0.5:
        zone.add(owner, "DS", f"{rng.randrange(1, 65535)} 13 2 {DIGEST}")
    for host in hosts:
        if host.is_subdomain(zone.origin) and zone.add(host, "A", address(rng)) and rng.random() < 0.4:
            zone.add(host, "AAAA", "2001:db8::53")
    if rng.random() < 0.3:  # data that nobody sees
        zone.add(under(owner, b"hidden"), "TXT", '"occluded"')
        zone.add(under(owner, b"*"), "A", address(rng))
        zone.add(under(owner, b"cut"), "NS", str(under(owner, b"cut", b"ns")))


def plant_wildcard(zone, rng, origins):
    """With data, as alias, as an empty non-terminal, below another; and names beside it."""
    owner = under(zone.name(depth=rng.randrange(1, 3)), b"*")
    kind = rng.randrange(6)
    if kind < 2:
        zone.add(owner, "A", address(rng))
        zone.add(owner, "MX", f"10 {zone.target(origins)}")
    elif kind == 2:
        zone.add(owner, "CNAME", str(zone.target(origins)))
    elif kind == 3:
        zone.add(under(owner, b"a"), "TXT", '"below an asterisk"')
    elif kind == 4:
        zone.add(under(owner, b"*"), "TXT", '"two asterisks"')
    else:
        zone.add(owner, "TXT", '"wild"')
        zone.add(under(dns.name.Name(owner.labels[1:]), b"beside"), "A", address(rng))


def plant_ent(zone, rng, _):
    zone.add(under(zone.name(depth=1), b"e", b"n", b"t"), "TXT", '"below empty non-terminals"')


def plant_long(zone, rng, _):
    labels = [bytes([97 + rng.randrange(26)]) * 63 for _ in range(2)]
    zone.add(under(zone.name(depth=1, labels=TARGET_LABELS), *labels), "A", address(rng))


KINDS = {plant_addresses: 6, plant_text: 2, plant_hosts: 4, plant_rarities: 2, plant_alias: 4, plant_loop: 1,
         plant_chain: 0.5, plant_dname: 2, plant_cut: 4, plant_wildcard: 5, plant_ent: 1, plant_long: 0.5}


def plant_apex(zone):
    minimum = zone.rng.choice([30, 7200])  # below and above the TTLs of SOAs
    zone.add(zone.origin, "SOA", f"ns.{zone.origin} host.{zone.origin} 1 7200 900 1209600 {minimum}")
    zone.add(zone.origin, "NS", f"ns.{zone.origin}", "ns.elsewhere.")
    zone.add(under(zone.origin, b"ns"), "A", "192.0.2.53")
    zone.add(zone.origin, "MX", f"10 mail.{zone.origin}")


def delegate(zone, plans):
    """To those children that are served too."""
    for plan in plans:
        child = dns.name.from_text(plan.origin)
        if plan.delegated and child.is_subdomain(zone.origin) and child != zone.origin \
                and is_nearest(zone.origin, child, plans):
            zone.add(child, "NS", f"ns.{child}", "ns.elsewhere.")
            zone.add(under(child, b"ns"), "A", "192.0.2.53")
            if plan.delegated == "secure":
                zone.add(child, "DS", f"4711 13 2 {DIGEST}")


def is_nearest(origin, child, plans):
    above = [dns.name.from_text(plan.origin) for plan in plans]
    return max((name for name in above if name != child and child.is_subdomain(name)), key=len, default=None) == origin


def make_all(rng, plans=None, plants=PLANTS):
    """The zones, each with its own content."""
    plans = plans or PLANS
    origins, zones = [dns.name.from_text(plan.origin) for plan in plans], []
    for plan in plans:
        zone = Content(plan, rng)
        plant_apex(zone)
        delegate(zone, plans)
        for plant in rng.choices(list(KINDS), list(KINDS.values()), k=plants):
            plant(zone, rng, origins)
        zones.append(zone)
    return zones
