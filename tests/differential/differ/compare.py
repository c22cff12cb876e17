"""One question and what two servers say: in which respects they differ, and which rules explain that."""

from dataclasses import dataclass
from functools import cached_property

from .message import A, AAAA, CNAME, DO, HEADER_BYTES, NS, SOA, TC, Malformed, is_at_or_below, read, read_name

SECTIONS = ("answer", "authority", "additional")
RESPECTS = ("rcode", "flags", "question", *SECTIONS, "edns", "repeated")
NO_ANSWER, MALFORMED, TRUNCATION = "no answer", "malformed", "truncation"


@dataclass(frozen=True)
class Reply:
    """What one server said."""

    udp: object  # message.Response, or None if it is not one
    whole: object  # the same over TCP if anybody truncated this one
    wire: bytes = b""  # of that
    problem: str = ""

    @classmethod
    def of(cls, udp, tcp):
        if udp is None:
            return cls(None, None, problem=NO_ANSWER)
        try:
            first = read(udp)
            return cls(first, read(tcp) if tcp else first, tcp or udp)
        except Malformed as problem:
            return cls(None, None, problem=f"{MALFORMED}: {problem}")

    @property
    def is_cut(self):
        return bool(self.udp.flags & TC)


class Case:
    """`peer` is the name of the server that is compared with dnsd."""

    def __init__(self, world, query, peer, dnsd_reply, peer_reply):
        self.world, self.query, self.peer = world, query, peer
        self.dnsd_reply, self.peer_reply = dnsd_reply, peer_reply
        self.dnsd, self.other = dnsd_reply.whole, peer_reply.whole

    @cached_property
    def respects(self):
        """In which they differ."""
        problems = {reply.problem.split(":")[0] for reply in (self.dnsd_reply, self.peer_reply) if reply.problem}
        if problems:
            return problems
        found = {name for name in RESPECTS if getattr(self.dnsd, name) != getattr(self.other, name)}
        if self.dnsd_reply.is_cut != self.peer_reply.is_cut:
            found.add(TRUNCATION)
        return found

    # the question -----------------------------------------------------------------------------------

    @cached_property
    def name(self):
        return read_name(self.query, HEADER_BYTES, {})[0]

    @cached_property
    def rdtype(self):
        at = HEADER_BYTES + len(self.name)
        return int.from_bytes(self.query[at:at + 2], "big")

    @cached_property
    def edns(self):
        return self.query[HEADER_BYTES + len(self.name) + 4:]

    @property
    def wants_dnssec(self):
        return bool(self.edns) and bool(int.from_bytes(self.edns[7:9], "big") & DO)

    @property
    def limit(self):
        """Of bytes over UDP."""
        return int.from_bytes(self.edns[3:5], "big") if self.edns else 512

    @cached_property
    def zone(self):
        """The nearest to the question's name."""
        return self.world.zone_of(self.name)

    # what the servers say ---------------------------------------------------------------------------

    def only(self, ours, theirs, section):
        return getattr(ours, section) - getattr(theirs, section)

    @cached_property
    def dnsd_more(self):
        """{section: records that only dnsd has}."""
        return {section: self.only(self.dnsd, self.other, section) for section in SECTIONS}

    @cached_property
    def peer_more(self):
        return {section: self.only(self.other, self.dnsd, section) for section in SECTIONS}

    @cached_property
    def dnsd_chain(self):
        return chain(self.dnsd, self.name)

    @cached_property
    def peer_chain(self):
        return chain(self.other, self.name)

    @cached_property
    def needed_glue(self):
        """The addresses of a referral that RFC 9471 wants: those of hosts at or below the cut."""
        if types_of(self.dnsd.authority) & {SOA}:
            return frozenset()
        hosts = {rdata for owner, rdtype, _, rdata in self.dnsd.authority
                 if rdtype == NS and is_at_or_below(rdata, owner)}
        given = self.dnsd.additional | self.other.additional
        return frozenset(record for record in given if record[0] in hosts and record[1] in (A, AAAA))


def types_of(records):
    return {record[1] for record in records}


def chain(response, name):
    """The names that CNAMEs lead through, the question's own first; a loop ends with the name that is met again."""
    targets = {owner: rdata for owner, rdtype, _, rdata in response.answer if rdtype == CNAME}
    names = [name]
    while (following := targets.get(names[-1])) and names.count(names[-1]) == 1:
        names.append(following)
    return names


def chain_is_loop(names):
    return names.count(names[-1]) > 1


def explain(case, rules):
    """(the rules that explain something of the difference, the respects that none explains)."""
    left, used = set(case.respects), []
    for rule in rules:
        if rule.explains & left and case.peer in rule.peers and rule.when(case):
            left -= rule.explains
            used.append(rule)
        if not left:
            break
    return used, left
