"""The differential test's own parts, without any server: what makes two responses equal, and what no rule explains."""

import random
from types import SimpleNamespace

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

QUESTION = ("www.example.test.", "A")
ZONE = """\
@ 60 SOA ns admin 1 3600 900 604800 300
@ 60 NS ns
ns 60 A 192.0.2.53
mail 60 A 192.0.2.25
www 60 A 192.0.2.1
"""


@pytest.fixture
def left(differential, tmp_path):
    """What says which respects of two messages no rule explains."""
    (tmp_path / "example.test").write_text(ZONE)
    world = differential("world").World(SimpleNamespace(origins=["example.test"], files=tmp_path))
    compare, rules = differential("compare"), differential("rules")
    query = dns.message.make_query(*QUESTION, id=7).to_wire()

    def explain(ours, theirs, peer="nsd"):
        replies = [compare.Reply.of(message, None) for message in (ours, theirs)]
        return compare.explain(compare.Case(world, query, peer, *replies), rules.RULES)[1]
    return explain


def wire_name(text):
    return dns.name.from_text(text).canonicalize().to_wire()


def response(answer=(), authority=(), additional=(), rcode="NOERROR", flags="QR AA", question=QUESTION):
    message = dns.message.make_response(dns.message.make_query(*question, id=7))
    message.flags = dns.flags.from_text(flags)
    message.set_rcode(dns.rcode.from_text(rcode))
    for section, lines in ((message.answer, answer), (message.authority, authority), (message.additional, additional)):
        for line in lines:
            owner, rdtype, rdata = line.split(None, 2)
            section.append(dns.rrset.from_text(owner, 60, "IN", rdtype, rdata))
    return message


def wire(**sections):
    return response(**sections).to_wire()


# --- the normal form ------------------------------------------------------------------------------------

def test_order_case_and_compression_make_no_difference(differential):
    read = differential("message").read
    one = wire(answer=["www.example.test. A 192.0.2.1", "www.example.test. A 192.0.2.2"])
    message = response(answer=["WWW.example.test. A 192.0.2.2", "www.EXAMPLE.test. A 192.0.2.1"])
    one, other = read(one), read(message.to_wire())
    assert one.answer == other.answer and len(one.answer) == 2
    assert one.question == b"\3www\7example\4test\0\0\1\0\1"


@pytest.mark.parametrize("change", [
    {"answer": ["www.example.test. A 192.0.2.2"]}, {"answer": []}, {"rcode": "NXDOMAIN"}, {"flags": "QR"},
    {"authority": ["example.test. NS ns.example.test."]}])
def test_everything_else_does(differential, change):
    read = differential("message").read
    same = {"answer": ["www.example.test. A 192.0.2.1"]}
    assert read(wire(**same)) == read(wire(**same))
    assert read(wire(**same)) != read(wire(**{**same, **change}))


def test_ttl_and_repetition_make_a_difference(differential):
    read = differential("message").read
    once = wire(answer=["www.example.test. A 192.0.2.1"])
    later = once.replace(b"\0\0\0\x3c\0\4", b"\0\0\0\x3d\0\4")
    assert read(once).answer != read(later).answer
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
    assert once.endswith(record)
    assert read(once[:7] + b"\2" + once[8:] + record).repeated == (next(iter(read(once).answer)),)


@pytest.mark.parametrize("spoil, what", [
    (lambda wire: wire + b"\0", "behind the end"), (lambda wire: wire[:-1], "beyond the end"),
    (lambda wire: wire[:20], "short"), (lambda wire: wire.replace(b"\xc0\x0c", b"\xc0\x50"), "pointer")])
def test_what_is_malformed_is_not_read(differential, spoil, what):
    message = differential("message")
    with pytest.raises(message.Malformed, match=what):
        message.read(spoil(wire(answer=["www.example.test. A 192.0.2.1"])))


def test_a_compressed_name_in_srv_is_malformed(differential):
    message = differential("message")
    assert message.read(wire(answer=["www.example.test. SRV 0 0 53 elsewhere."])).answer
    with pytest.raises(message.Malformed, match="pointer"):  # as dnspython writes it
        message.read(wire(answer=["www.example.test. SRV 0 0 53 www.example.test."]))


# --- rules ------------------------------------------------------------------------------------------------

ADDRESS = {"answer": ["www.example.test. A 192.0.2.1"]}
REFERRAL = {"flags": "QR", "authority": ["example.test. NS ns.example.test."]}
GLUE = ["ns.example.test. A 192.0.2.53"]


def test_equal_responses_need_no_rule(left):
    assert left(wire(**ADDRESS), wire(**ADDRESS)) == set()


@pytest.mark.parametrize("planted, respects", [
    ({"answer": ["www.example.test. A 192.0.2.9"]}, {"answer"}), ({"answer": []}, {"answer"}),
    ({**ADDRESS, "flags": "QR"}, {"flags"}), ({**ADDRESS, "rcode": "NXDOMAIN"}, {"rcode"}),
    ({**ADDRESS, "authority": ["example.test. NS ns.example.test."]}, {"authority"})])
@pytest.mark.parametrize("peer", ["knot", "nsd", "bind9"])
def test_what_dnsd_would_do_wrong_is_not_explained(left, planted, respects, peer):
    assert left(wire(**planted), wire(**ADDRESS), peer) == respects


def test_no_answer_and_no_message_are_not_explained(left):
    assert left(None, wire(**ADDRESS)) == {"no answer"}
    assert left(wire(**ADDRESS)[:-1], wire(**ADDRESS)) == {"malformed"}


def test_addresses_of_others_are_a_courtesy(left):
    assert left(wire(**ADDRESS, additional=["mail.example.test. A 192.0.2.25"]), wire(**ADDRESS)) == set()


def test_glue_that_dnsd_leaves_out_is_none(left):
    assert left(wire(**REFERRAL), wire(**REFERRAL, additional=GLUE)) == {"additional"}


def test_glue_that_the_peer_leaves_out_has_a_rule(left):
    assert left(wire(**REFERRAL, additional=GLUE), wire(**REFERRAL)) == set()


def test_rules_have_names_of_their_own(differential):
    names = [rule.id for rule in differential("rules").RULES]
    assert len(names) == len(set(names)) > 20


# --- zones and questions ------------------------------------------------------------------------------------

def test_a_seed_makes_the_same_zones_and_questions(differential):
    def make():
        rng = random.Random(5)
        zones = differential("content").make_all(rng, plants=40)
        return [zone.text() for zone in zones], differential("questions").make(zones, 500, rng)
    texts, asked = make()
    assert (texts, asked) == make()
    assert len(set(asked)) == 500


def test_zones_are_such_as_all_servers_load(differential):
    for zone in differential("content").make_all(random.Random(6)):
        for owner, types in zone.rrsets.items():
            assert "CNAME" not in types or len(types) == 1
            assert not zone.is_below_dname(owner)
            assert not owner.is_wild() or not {"NS", "DNAME"} & set(types)
