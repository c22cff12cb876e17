"""Why servers answer differently: the table of all that is known. A rule says who differs from dnsd, in which respects,
when exactly, and who is right. What no rule explains is a failure."""

from dataclasses import dataclass
from typing import Callable

from . import when
from .compare import TRUNCATION

KNOT, NSD, BIND = "knot", "nsd", "bind9"
ALL = frozenset({KNOT, NSD, BIND})
DNSD, PEER, BOTH = "dnsd", "the peer", "both"


@dataclass(frozen=True)
class Rule:
    id: str
    peers: frozenset
    explains: frozenset  # respects, see compare.py
    when: Callable  # of a Case, whether this is it
    right: str
    why: str


def rule(name, peers, explains, condition, right, why):
    return Rule(name, frozenset(peers), frozenset(explains), condition, right, why)


SECTIONS = ("answer", "authority", "additional")
OUTCOME = ("rcode", *SECTIONS, TRUNCATION)

RULES = (
    rule("stays-in-zone", (KNOT, BIND), OUTCOME, when.peer_stays_in_zone, BOTH,
         "A chain goes on in another zone that is served here, too: dnsd and NSD follow it (RFC 1034 4.3.2 step 3a)."),
    rule("refers-to-child", (KNOT, BIND), OUTCOME, when.peer_refers_to_child, BOTH,
         "The same, where the other zone is a child of the first: the peer refers to it."),
    rule("above-orphan", (KNOT, BIND), OUTCOME, when.peer_answers_above_orphan, BOTH,
         "The same, where the first zone is above the other and does not delegate it: the peer looks into the first."),
    rule("overflow", (KNOT,), OUTCOME, when.overflows, DNSD,
         "A DNAME makes a name that is too long: that is YXDOMAIN, and the end (RFC 6672 3.2 step 3c); Knot goes on."),
    rule("alias-at-loop", (BIND,), OUTCOME, when.bind_fails_at_loop, BOTH,
         "A chain comes back to a name that it has been at: SERVFAIL from BIND (an error, RFC 1034 3.6.2); the others "
         "leave it to the resolver, which sees it."),
    rule("repeated", (KNOT, NSD), ("repeated",), when.peer_repeats, DNSD,
         "The peer gives a record of a chain twice, which comes back to it (RFC 2181 5: an RRset has no record twice)."),
    rule("chain-limit-peer", (KNOT, BIND), OUTCOME, when.peer_gives_up, BOTH,
         "The peer follows fewer CNAMEs of a chain: Knot 5, BIND 12, with SERVFAIL. No RFC says how many."),
    rule("chain-limit-dnsd", ALL, OUTCOME, when.dnsd_gives_up, BOTH,
         "dnsd gives 17 CNAMEs of a chain at most, and leaves the rest to the resolver. No RFC says how many."),
    rule("upward-referral", (NSD,), ("authority", "additional", TRUNCATION), when.peer_refers_upwards, BOTH,
         "A chain ends below a delegation that a zone above the question's own makes: dnsd leaves that referral out."),
    rule("any-one-rrset", ALL, OUTCOME, when.any_has_one_rrset, BOTH,
         "ANY: dnsd gives one RRset, the smallest (RFC 8482 4.1); the peer gives all of them, or another one."),
    rule("dnssec-type-at-alias", ALL, OUTCOME, when.alias_is_no_such_data, BOTH,
         "NSEC, NSEC3 or RRSIG of a name that has a CNAME and no such record: dnsd follows it, as for any type (RFC "
         "1034 3.6.2)."),
    rule("wildcard-missed", (NSD,), OUTCOME, when.misses_wildcard, DNSD,
         "A wildcard stands for the name (RFC 4592 3.3.1), but NSD does not see it beside a label that is one byte 0."),
    rule("nsec-at-cut", (BIND,), ("flags", *OUTCOME), when.nsec_at_cut, BOTH,
         "NSEC of a delegation: BIND gives the parent's, with authority; the others refer to the child, which has "
         "one too."),
    rule("some-signatures", ALL, ("answer", TRUNCATION), when.some_signatures, BOTH,
         "RRSIG: dnsd gives all that are there; the peer leaves some out, as RFC 8482 7 allows."),
    rule("signatures-of-wildcard", (KNOT, NSD), ("authority",), when.signatures_of_wildcard, BOTH,
         "RRSIG that a wildcard stands for: dnsd shows that there is no closer name; the peer does not, or not "
         "rightly."),
    rule("own-target", (KNOT,), ("additional", "repeated"), when.record_is_its_own_target, DNSD,
         "An SVCB that leads through a wildcard back to itself: Knot gives it again (RFC 2181 5), proof and all."),
    rule("ds-of-orphan", ALL, ("flags", *OUTCOME), when.ds_of_orphan, BOTH,
         "DS of a zone that the zone above, served here too, does not delegate: the peer answers from the zone above."),
    rule("ds-behind-alias", (KNOT, BIND), OUTCOME, when.ds_behind_alias, DNSD,
         "DS of an apex that a CNAME leads to: the peer answers from the child, where the parent has to (RFC 4035 "
         "3.1.4.1)."),
    rule("proof-incomplete", ALL, ("authority",), when.proof_is_incomplete, DNSD,
         "A proof lacks a record, mostly the one about the wildcard (RFC 4035 3.1.3.4, RFC 5155 7.2.5)."),
    rule("proof-wrong", (KNOT, NSD), ("authority",), when.proof_is_another, DNSD,
         "A proof has other records, which do not prove it: mostly of names with a byte 0, sorted wrongly (RFC "
         "4034 6.1)."),
    rule("proof-too-long", ALL, ("authority",), when.proof_is_too_long, DNSD,
         "A proof has records that nothing needs."),
    rule("proof-impossible", (KNOT, NSD), ("flags", "answer", "authority"), when.nobody_can_prove, BOTH,
         "A name that only insecure delegations below it make has no NSEC3 with opt-out (RFC 5155 7.1); what the "
         "wildcard above it stands for cannot be denied. dnsd gives what there is, NSD something else, Knot nothing, "
         "not even SOA."),
    rule("lost-silently", ALL, (TRUNCATION,), when.lost_silently, DNSD,
         "What must be there does not fit, and the peer does not set TC (RFC 2181 9, for glue RFC 9471 3.1)."),
    rule("glue-lost-silently", ALL, ("additional",), when.glue_lost_silently, DNSD,
         "The peer leaves in-domain glue out, mostly for want of room, and does not set TC (RFC 9471 3.1); dnsd "
         "has it."),
    rule("peer-smaller", ALL, (TRUNCATION,), when.peer_is_smaller, BOTH,
         "The peer's response is smaller by its compression, and fits."),
    rule("peer-larger", ALL, (TRUNCATION,), when.peer_is_larger, BOTH,
         "The peer's response is larger, and does not fit."),
    rule("courtesy", ALL, ("additional",), when.is_courtesy, BOTH,
         "The additional section has more or less of what may be there: addresses of MX, SRV, SVCB, sibling glue."),
)
