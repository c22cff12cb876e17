"""The conditions of rules.py: each says of a Case whether the difference is just the one that the rule tells of."""

from .compare import chain_is_loop, types_of
from .message import (ANY, CNAME, DNAME, DS, HTTPS, NS, NSEC, NSEC3, RRSIG, SERVFAIL, SOA, SVCB, YXDOMAIN,
                      is_at_or_below)

PROOFS = {NSEC, NSEC3, RRSIG}
STEPS_MAX = {"dnsd": 17, "knot": 5, "bind9": 12}  # CNAMEs that are given at most; NSD knows no such limit


def is_prefix(short, long):
    return long[:len(short)] == short


# --- chains -------------------------------------------------------------------------------------------

def leaves_zone(case):
    """The peer's chain ends with the first name outside the zone that it began in."""
    names = case.peer_chain
    return is_prefix(names, case.dnsd_chain) and len(names) > 1 and case.other.answer <= case.dnsd.answer \
        and case.world.zone_of(names[-1]) not in (case.zone, None)


def peer_stays_in_zone(case):
    return leaves_zone(case) and types_of(case.other.authority) <= PROOFS and not case.other.additional


def peer_refers_to_child(case):
    """The zone that the chain goes on in is a child of its first one."""
    cuts = {owner for owner, rdtype, _, _ in case.other.authority if rdtype == NS}
    return leaves_zone(case) and cuts == {case.world.cut_above(case.peer_chain[-1], case.zone)}


def peer_answers_above_orphan(case):
    """The name belongs to a zone that the chain's first one, above it, does not delegate."""
    home = case.world.zone_of(case.dnsd_chain[-1])
    return home not in (None, case.zone) and case.world.is_orphan(home) and is_at_or_below(home, case.zone)


def overflows(case):
    return case.dnsd.rcode == YXDOMAIN and case.dnsd.answer <= case.other.answer


def peer_gives_up(case):
    """After as many steps as it takes at most."""
    return len(case.peer_chain) - 1 == STEPS_MAX.get(case.peer) and is_prefix(case.peer_chain, case.dnsd_chain)


def dnsd_gives_up(case):
    return len(case.dnsd_chain) - 1 == STEPS_MAX["dnsd"] and is_prefix(case.dnsd_chain, case.peer_chain)


def chain_loops(case):
    return chain_is_loop(case.dnsd_chain) and case.other.answer <= case.dnsd.answer


def peer_repeats(case):
    """Aliases, in the answer."""
    twice = set(case.other.repeated)
    return not case.dnsd.repeated and twice <= case.other.answer and types_of(twice) <= {CNAME, DNAME, RRSIG}


def bind_fails_at_loop(case):
    return chain_loops(case) and case.other.rcode == SERVFAIL


def peer_refers_upwards(case):
    """To a delegation by a zone above the question's own, at the end of a chain that both give."""
    above = case.world.zone_of(case.peer_chain[-1])
    cuts = {record[0] for record in case.peer_more["authority"] if record[1] == NS}
    return case.dnsd_chain == case.peer_chain and bool(cuts) and above != case.zone \
        and is_at_or_below(case.zone, above) and not types_of(case.dnsd.authority) - PROOFS


def misses_wildcard(case):
    """At a name that has a child of the one byte 0."""
    last = case.peer_chain[-1]
    if not case.world.zone_of(last):
        return False
    apex, encloser = case.world.zone_of(last), case.world.closest_encloser(last)
    return encloser != last and {(apex, b"\1*" + encloser), (apex, b"\1\0" + encloser)} <= case.world.names \
        and SOA in types_of(case.other.authority)


# --- single types ---------------------------------------------------------------------------------------

def any_has_one_rrset(case):
    """Or the alias that a DNAME makes, which is not followed."""
    data = {(owner, rdtype) for owner, rdtype, _, _ in case.dnsd.answer if rdtype != RRSIG}
    true = {record for record in case.dnsd.answer if case.world.is_true(record)}
    if len(data) == 2 and {rdtype for _, rdtype in data} == {CNAME, DNAME}:
        return case.rdtype == ANY and types_of(case.dnsd.answer - true) <= {CNAME}
    return case.rdtype == ANY and len(data) == 1 and case.dnsd.answer == true and case.dnsd.rcode == case.other.rcode


def alias_is_no_such_data(case):
    """These may stand beside a CNAME (RFC 4035 2.5): to the peer, a name without them has no such data."""
    return case.rdtype in (NSEC, NSEC3, RRSIG) and len(case.dnsd_chain) > len(case.peer_chain) \
        and SOA in types_of(case.other.authority) and case.other.answer < case.dnsd.answer


def nsec_at_cut(case):
    return case.rdtype == NSEC and case.world.cut_above(case.name, case.zone) == case.name \
        and types_of(case.other.answer) == {NSEC} | ({RRSIG} if case.wants_dnssec else set())


def some_signatures(case):
    """Asked for the signatures themselves, each gives those that it likes."""
    more = case.dnsd_more["answer"]
    return case.rdtype == RRSIG and types_of(more) == {RRSIG} and case.other.answer < case.dnsd.answer \
        and all(map(case.world.is_true, more))


def signatures_of_wildcard(case):
    return case.rdtype == RRSIG and case.dnsd.answer and types_of(case.dnsd.authority | case.other.authority) <= PROOFS


def record_is_its_own_target(case):
    """Additional records that are the answer's, or of a wildcard with its proof."""
    more = case.peer_more["additional"]
    return case.rdtype in (SVCB, HTTPS) and bool(case.other.answer & more) and case.dnsd.answer == case.other.answer \
        and all(record[1] == NSEC3 or case.world.is_true(record) for record in more if record[1] != RRSIG)


def ds_of_orphan(case):
    end = case.dnsd_chain[-1]
    return case.rdtype == DS and end == case.world.zone_of(end) and case.world.is_orphan(end)


def ds_behind_alias(case):
    """The end of a chain is an apex: for the peer, the child answers for its own DS."""
    end = case.dnsd_chain[-1]
    return case.rdtype == DS and case.dnsd_chain == case.peer_chain and end != case.name \
        and soa_owners(case.other) == {end} != soa_owners(case.dnsd)


def soa_owners(response):
    return {owner for owner, rdtype, _, _ in response.authority if rdtype == SOA}


# --- proofs: judged by a validator that knows neither server ---------------------------------------------

def proof_is_incomplete(case):
    return case.dnsd_more["authority"] and not case.peer_more["authority"] and only_dnsd_proves(case)


def proof_is_too_long(case):
    return case.peer_more["authority"] and not case.dnsd_more["authority"] and only_dnsd_proves(case)


def proof_is_another(case):
    return case.peer_more["authority"] and case.dnsd_more["authority"] and only_dnsd_proves(case)


def only_dnsd_proves(case):
    return case.dnsd_chain == case.peer_chain and not case.world.objection(case, case.dnsd_reply) \
        and case.world.objection(case, case.peer_reply)


def nobody_can_prove(case):
    """A name is there only because of insecure delegations below it, and opt-out gives it no NSEC3 (RFC 5155 7.1)."""
    flags = {rdata[1] for _, rdtype, _, rdata in case.dnsd.authority if rdtype == NSEC3}
    return flags == {1} and case.other.answer <= case.dnsd.answer \
        and case.world.objection(case, case.dnsd_reply) == "nothing covers the wildcard"


# --- what does not fit ------------------------------------------------------------------------------------

def lost_silently(case):
    """The peer left out what a response over UDP must have, and does not say so with TC."""
    udp = case.peer_reply.udp
    lost = case.other.authority - udp.authority or case.needed_glue & (case.other.additional - udp.additional)
    return case.dnsd_reply.is_cut and not case.peer_reply.is_cut and bool(lost)


def glue_lost_silently(case):
    """As before, where dnsd's response fits."""
    lost = case.dnsd_more["additional"] & case.needed_glue
    return bool(lost) and not case.peer_reply.is_cut and is_courtesy_but(case, lost) \
        and not case.peer_more["additional"] & case.needed_glue


def peer_is_smaller(case):
    return case.dnsd_reply.is_cut and not lost_silently(case) and case.dnsd.size > max(case.limit, case.other.size)


def peer_is_larger(case):
    return case.peer_reply.is_cut and case.other.size > case.limit >= case.dnsd_reply.udp.size


# --- additional -----------------------------------------------------------------------------------------

def is_courtesy(case):
    """What either has more is true, and no glue that the other must have."""
    more = case.dnsd_more["additional"] | case.peer_more["additional"]
    return is_courtesy_but(case, set()) and not more & case.needed_glue


def is_courtesy_but(case, lost):
    more = case.dnsd_more["additional"] - lost | case.peer_more["additional"]
    return all(case.world.is_true(record) for record in more)
