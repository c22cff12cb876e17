"""A validator of one zone's answers, written from RFC 4035 5, RFC 5155 8 and RFC 6840 4: whether a response proves
what it says, with no record of NSEC or NSEC3 missing and none too many. It knows the zone's keys, not its names."""

import base64
import functools
import hashlib

import dns.dnssec
import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdatatype import CNAME, DNAME, DS, NS, NSEC, NSEC3, RRSIG, SOA

NOW = 1893456000  # 2030: the test zones' signatures hold until 2037
ASTERISK = dns.name.Name((b"*",))
HEX_TO_32 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghijklmnopqrstuv")


class Unproven(AssertionError):
    """The response does not prove what it says."""


def need(condition, what):
    if not condition:
        raise Unproven(what)


def has_type(rdata, rdtype):
    window, low = divmod(rdtype, 256)
    return any(number == window and low // 8 < len(bits) and bits[low // 8] & (0x80 >> low % 8)
               for number, bits in rdata.windows)


def is_cut(rdata):
    return has_type(rdata, NS) and not has_type(rdata, SOA)


def ancestor(name, labels):
    """The last `labels` labels, the root's not counted."""
    return dns.name.Name(name.labels[len(name.labels) - labels - 1:])


def common_labels(a, b):
    return a.fullcompare(b)[2] - 1


@functools.lru_cache(maxsize=None)
def nsec3_hash(name, salt, iterations):
    digest = name.canonicalize().to_wire()
    for _ in range(iterations + 1):
        digest = hashlib.sha1(digest + salt).digest()
    return base64.b32encode(digest).translate(HEX_TO_32)


class Links:
    """The records of NSEC or NSEC3 in a response, and which of them a proof has used."""

    def __init__(self, origin, rrsets):
        self.origin = origin
        self.records = [(rrset.name.canonicalize(), rdata) for rrset in rrsets for rdata in rrset]
        self.used = set()

    def first(self, matches):
        """Those used already come first: one record may prove several things."""
        found = [i for i, record in enumerate(self.records) if matches(*record)]
        found.sort(key=lambda i: i not in self.used)
        if not found:
            return None
        self.used.add(found[0])
        return self.records[found[0]]

    def need_all_used(self):
        unused = [str(owner) for i, (owner, _) in enumerate(self.records) if i not in self.used]
        need(not unused, f"superfluous: {unused}")

    def no_type(self, rdata, rdtype, name):
        need(not has_type(rdata, rdtype) and not has_type(rdata, CNAME), "the bitmap has the type")
        need(rdtype == DS or not is_cut(rdata), "the bitmap is a cut's")
        need(rdtype != DS or name == self.origin or not has_type(rdata, SOA), "the bitmap is a child's")


class NsecLinks(Links):
    def match(self, name):
        return self.first(lambda owner, rdata: owner == name)

    def cover(self, name):
        """RFC 6840 4.1: not by a record from above a cut or DNAME."""
        def covers(owner, rdata):
            if name.is_subdomain(owner) and (is_cut(rdata) or has_type(rdata, DNAME)):
                return False
            return owner < name and (name < rdata.next or rdata.next == self.origin)
        return self.first(covers)

    def absent(self, name):
        """That the name is not there, nor anything below; returns its closest encloser."""
        link = self.cover(name)
        need(link, f"nothing covers {name}")
        need(not link[1].next.is_subdomain(name), f"{name} is an empty non-terminal")
        return ancestor(name, max(common_labels(name, link[0]), common_labels(name, link[1].next)))

    def nxdomain(self, name):
        self.absent(ASTERISK + self.absent(name))

    def at(self, name, rdtype):
        """That there is no such type at a name that is there; False: it is not."""
        link = self.match(name)
        if link:
            self.no_type(link[1], rdtype, name)
            return True
        link = self.first(lambda owner, rdata: owner < name and rdata.next.is_subdomain(name))
        return bool(link)

    def nodata(self, name, rdtype):
        if not self.at(name, rdtype):
            need(self.at(ASTERISK + self.absent(name), rdtype), "nothing about the wildcard")

    def no_closer(self, name, encloser):
        need(self.absent(name) == encloser, "another closest encloser than the signature says")

    def insecure(self, cut):
        link = self.match(cut)
        need(link and is_cut(link[1]) and not has_type(link[1], DS), f"{cut} is not proven insecure")


class Nsec3Links(Links):
    def hash(self, name, rdata):
        return nsec3_hash(name, rdata.salt, rdata.iterations)

    def match(self, name):
        return self.first(lambda owner, rdata: owner.labels[0] == self.hash(name, rdata))

    def cover(self, name):
        def covers(owner, rdata):
            low, high = owner.labels[0], base64.b32encode(rdata.next).translate(HEX_TO_32)
            this = self.hash(name, rdata)
            return low < this < high if low < high else this > low or this < high
        return self.first(covers)

    def encloser(self, name):
        """The closest provable encloser, and what covers the next closer name (RFC 5155 8.3)."""
        for labels in range(len(name.labels) - 2, len(self.origin.labels) - 2, -1):
            link = self.match(ancestor(name, labels))
            if not link:
                continue
            need(not is_cut(link[1]) and not has_type(link[1], DNAME), "the encloser hides what is below")
            next_closer = ancestor(name, labels + 1)
            covering = self.cover(next_closer)
            need(covering, f"nothing covers the next closer name {next_closer}")
            return ancestor(name, labels), covering[1]
        raise Unproven("no closest encloser")

    def nxdomain(self, name):
        encloser, _ = self.encloser(name)
        need(self.cover(ASTERISK + encloser), "nothing covers the wildcard")

    def nodata(self, name, rdtype):
        link = self.match(name)
        if link:
            self.no_type(link[1], rdtype, name)
            return
        encloser, covering = self.encloser(name)
        link = self.match(ASTERISK + encloser)
        if rdtype == DS and covering.flags & 1:
            return  # RFC 5155 8.6, whatever a wildcard has
        if link:
            self.no_type(link[1], rdtype, name)
        else:
            need(covering.flags & 1, "no NSEC3 at the name, and no opt-out")  # RFC 5155 8.6, 6

    def no_closer(self, name, encloser):
        need(self.cover(ancestor(name, len(encloser.labels))), "nothing covers the next closer name")

    def insecure(self, cut):
        link = self.match(cut)
        if link:
            need(is_cut(link[1]) and not has_type(link[1], DS), f"{cut} is not proven insecure")
        else:
            need(self.encloser(cut)[1].flags & 1, "no NSEC3 at the cut, and no opt-out")


class Validator:
    """Of the zone `origin`, whose DNSKEY RRset is `keys`; signatures have to be valid at the time `now`."""

    def __init__(self, origin, keys, now=NOW):
        self.origin = origin
        self.keys = {origin: keys}
        self.now = now
        self.algorithms = {rdata.algorithm for rdata in keys}
        self.verified = set()

    def verify(self, rrset, signatures):
        need(signatures is not None, f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} is not signed")
        need({rdata.algorithm for rdata in signatures} == self.algorithms, "a signature of each algorithm, no more")
        for rdata in signatures:
            known = (rrset.to_text(), rdata)
            if known not in self.verified:
                dns.dnssec.validate_rrsig(rrset, rdata, self.keys, now=self.now)
                self.verified.add(known)

    @staticmethod
    def signatures(section, rrset):
        found = [other for other in section
                 if other.rdtype == RRSIG and other.covers == rrset.rdtype and other.name == rrset.name]
        need(len(found) < 2, "signatures in two places")
        return found[0] if found else None

    def check_wildcard(self, rrset, signatures, links):
        labels = len(rrset.name.labels) - 1 - (rrset.name.labels[0] == b"*")
        if signatures[0].labels < labels:
            links.no_closer(rrset.name, ancestor(rrset.name, signatures[0].labels))

    def follow(self, name, rdtype, answer, links):
        """The chain in the answer section. Returns its last name, and whether the answer is all there is to say."""
        data = [rrset for rrset in answer if rrset.rdtype != RRSIG]
        if rdtype == RRSIG:
            return name, bool(answer)
        seen = set()
        while data and name not in seen:
            seen.add(name)
            rrset = data.pop(0)
            if rrset.rdtype == DNAME and rrset.name != name:
                self.verify(rrset, self.signatures(answer, rrset))
                need(name.is_subdomain(rrset.name), "a DNAME that is not above")
                need(data, "a DNAME without the CNAME that it makes")
                made = data.pop(0)
                target = name.relativize(rrset.name) + rrset[0].target
                need(made.name == name and made.rdtype == CNAME and made[0].target == target, "another CNAME")
                need(self.signatures(answer, made) is None, "a signature where none can be")
                if rdtype == CNAME:
                    return name, True
                name = target
                continue
            need(rrset.name == name, f"{rrset.name} is not the chain's next name")
            signatures = self.signatures(answer, rrset)
            self.verify(rrset, signatures)
            self.check_wildcard(rrset, signatures, links)
            if rrset.rdtype != CNAME or rdtype == CNAME:
                need(not data and rrset.rdtype == rdtype, "what is that?")
                return name, True
            name = rrset[0].target
        need(not data, "more than a loop")
        return name, name in seen  # a loop ends as it is

    def check_referral(self, name, rdtype, ns, authority, links):
        need(name.is_subdomain(ns.name) and (name != ns.name or rdtype != DS), "the cut is not above the name")
        need(self.signatures(authority, ns) is None, "a signature where none can be")
        secure = [rrset for rrset in authority if rrset.rdtype == DS]
        if secure:
            self.verify(secure[0], self.signatures(authority, secure[0]))
        else:
            links.insecure(ns.name)

    def check(self, name, rdtype, response):
        """Raises Unproven where the response does not prove what it says, or more."""
        authority = response.authority
        chains = [rrset for rrset in authority if rrset.rdtype in (NSEC, NSEC3)]
        kind = Nsec3Links if any(rrset.rdtype == NSEC3 for rrset in chains) else NsecLinks
        links = kind(self.origin, chains)
        soa = [rrset for rrset in authority if rrset.rdtype == SOA]
        cut = [rrset for rrset in authority if rrset.rdtype == NS]
        for rrset in chains + soa:
            self.verify(rrset, self.signatures(authority, rrset))
        last, is_there = self.follow(name, rdtype, response.answer, links)
        if cut:
            self.check_referral(last, rdtype, cut[0], authority, links)
        elif response.rcode() == dns.rcode.NXDOMAIN:
            need(soa, "no SOA")
            links.nxdomain(last)
        elif response.rcode() == dns.rcode.NOERROR and not is_there and last.is_subdomain(self.origin):
            need(soa, "no SOA")
            links.nodata(last, rdtype)
        else:
            need(not soa, "an SOA where there is an answer")
        links.need_all_used()
