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
        if zone.get_rdataset(zone.origin, "DNSKEY"):
            self.validators[apex] = proofs.Validator(zone.origin, zone)

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

    def has(self, apex, name, rdtype):
        return rdtype in self.types.get((apex, name), ())

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

    def objection(self, case, reply, last):
        """What a validator has against a response to a chain that ends at `last`; empty if it proves what it says there."""
        home = self.zone_of(last)
        validator = self.validators.get(home)
        if not validator or not case.wants_dnssec:
            return "not signed"
        message = dns.message.from_wire(reply.wire)
        name = next(name for name in case.dnsd_chain if self.zone_of(name) == home)
        if any(self.zone_of(name) != home for name in case.dnsd_chain):
            for section in (message.answer, message.authority):  # without what other zones say
                section[:] = [rrset for rrset in section if self.zone_of(wire_of(rrset.name)) == home]
        try:
            validator.check(dns.name.from_wire(name, 0)[0], case.rdtype, message)
        except (proofs.Unproven, dns.dnssec.ValidationFailure) as problem:
            return str(problem)
        return ""


def wire_of(name):
    return name.canonicalize().to_wire()
