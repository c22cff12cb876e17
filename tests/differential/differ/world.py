"""What is in the zones, as the servers loaded them: for rules, which want to know what a record or a name is."""

import dns.dnssec
import dns.message
import dns.name
import dns.rdatatype
import dns.zone

import proofs

from .message import NS, is_at_or_below, parent, read_rdata


class World:
    """Names and records as in message.Response."""

    def __init__(self, files):
        self.origins = {wire_of(dns.name.from_text(origin)): [] for origin in files.origins}
        self.types = {}  # {owner: types there}
        self.records = set()
        self.names = set()  # (apex, name): owners, and the empty non-terminals above them
        self.validators = {}  # {origin of a signed zone: proofs.Validator}
        for origin in files.origins:
            self._read(origin, files.files / origin)

    def _read(self, origin, path):
        zone = dns.zone.from_file(str(path), origin=origin, relativize=False, check_origin=False)
        apex = wire_of(dns.name.from_text(origin))
        for owner, ttl, rdata in zone.iterate_rdatas():
            name = wire_of(owner)
            wire = rdata.to_wire()
            self.records.add((name, rdata.rdtype, ttl, read_rdata(wire, 0, len(wire), rdata.rdtype, {})))
            self.types.setdefault((apex, name), set()).add(int(rdata.rdtype))
            while (apex, name) not in self.names and name != parent(apex):
                self.names.add((apex, name))
                name = parent(name)
        if zone.get_rdataset(zone.origin, "DNSKEY"):
            self.validators[apex] = proofs.Validator(zone.origin, zone.find_rrset(zone.origin, "DNSKEY"))

    def zone_of(self, name):
        """The origin of the nearest zone; None: none of ours."""
        while name not in self.origins:
            if name == b"\0":
                return None
            name = parent(name)
        return name

    def cut_above(self, name, apex):
        """The topmost delegation of that zone at or above the name, if there is one."""
        found = None
        while name != apex and is_at_or_below(name, apex):
            if NS in self.types.get((apex, name), ()):
                found = name
            name = parent(name)
        return found

    def closest_encloser(self, name):
        """In the name's own zone; the name itself if it is there."""
        apex = self.zone_of(name)
        while (apex, name) not in self.names:
            name = parent(name)
        return name

    def is_true(self, record):
        """Whether it stands in a zone, or a wildcard's stands for it."""
        owner, *data = record
        while record not in self.records and owner != b"\0":
            owner = parent(owner)
            record = (b"\1*" + owner, *data)
        return record in self.records

    def is_orphan(self, apex):
        """Whether the zone above, one of ours, does not delegate it."""
        above = self.zone_of(parent(apex))
        return above is not None and self.cut_above(apex, above) != apex

    def objection(self, case, reply):
        """What a validator has against what a response says of the last of our zones that its chain leads to; empty if
        all of that is proven."""
        homes = [self.zone_of(name) for name in case.dnsd_chain]
        home = [apex for apex in homes if apex][-1]
        validator = self.validators.get(home)
        if not validator or not case.wants_dnssec:
            return "not signed"
        message, name = dns.message.from_wire(reply.wire), case.dnsd_chain[homes.index(home)]
        if set(homes) - {home, None}:
            for section in (message.answer, message.authority):  # without what other zones say
                section[:] = [rrset for rrset in section if self.zone_of(wire_of(rrset.name)) == home]
        try:
            validator.check(dns.name.from_wire(name, 0)[0], case.rdtype, message)
        except (proofs.Unproven, dns.dnssec.ValidationFailure) as problem:
            return str(problem)
        return ""


def wire_of(name):
    return name.canonicalize().to_wire()
