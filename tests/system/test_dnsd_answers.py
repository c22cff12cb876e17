"""Each kind of answer, over UDP and TCP, IPv4 and IPv6, as an independent client reads it."""

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

HOSTS = ("127.0.0.1", "::1")


@pytest.fixture(params=[(how, host) for how in ("udp", "tcp") for host in HOSTS], ids="-".join)
def ask(request, served):
    how, host = request.param
    return lambda name, rdtype="A", **options: getattr(served, how)(name, rdtype, host, **options)


def owners(section):
    return [(str(rrset.name), dns.rdatatype.to_text(rrset.rdtype)) for rrset in section]


def test_exact_match(ask):
    reply = ask("www.example.com")
    assert reply.rcode() == dns.rcode.NOERROR
    assert reply.flags & dns.flags.AA and not reply.flags & dns.flags.RA
    assert [rdata.address for rdata in reply.answer[0]] == ["192.0.2.80"]
    assert reply.answer[0].ttl == 3600


def test_case_of_the_question_is_given_back(ask):
    assert str(ask("WwW.eXample.COM").question[0].name) == "WwW.eXample.COM."


def test_no_data(ask):
    reply = ask("www.example.com", "MX")
    assert reply.rcode() == dns.rcode.NOERROR and not reply.answer
    assert owners(reply.authority) == [("example.com.", "SOA")]
    assert reply.authority[0].ttl == 600  # RFC 2308 5: the SOA's MINIMUM


def test_empty_non_terminal_is_no_data(ask):
    reply = ask("ent.example.com")
    assert reply.rcode() == dns.rcode.NOERROR and not reply.answer and reply.authority


def test_name_that_does_not_exist(ask):
    reply = ask("nothing.example.com")
    assert reply.rcode() == dns.rcode.NXDOMAIN
    assert owners(reply.authority) == [("example.com.", "SOA")]


def test_alias_chain(ask):
    reply = ask("chain.example.com")
    assert owners(reply.answer) == [
        ("chain.example.com.", "CNAME"), ("alias.example.com.", "CNAME"), ("www.example.com.", "A")]


def test_dname_makes_an_alias(ask):
    reply = ask("host.old.example.com")
    assert owners(reply.answer) == [("old.example.com.", "DNAME"), ("host.old.example.com.", "CNAME")]
    assert str(reply.answer[1][0].target) == "host.www.example.net."


def test_wildcard(ask):
    reply = ask("any.thing.wild.example.com", "TXT")
    assert owners(reply.answer) == [("any.thing.wild.example.com.", "TXT")]


def test_referral_with_glue(ask):
    reply = ask("host.sub.example.com")
    assert not reply.flags & dns.flags.AA and not reply.answer
    assert ("sub.example.com.", "NS") in owners(reply.authority)
    assert owners(reply.additional) == [("ns.sub.example.com.", "A")]


def test_ds_at_the_cut_is_the_parents(ask):
    reply = ask("sub.example.com", "DS")
    assert reply.flags & dns.flags.AA
    assert owners(reply.answer) == [("sub.example.com.", "DS")]


def test_additional_addresses(ask):
    reply = ask("example.com", "MX")
    assert owners(reply.additional) == [("mail.example.com.", "A")]


def test_other_zones_are_refused(ask):
    assert ask("www.example.org").rcode() == dns.rcode.REFUSED


def test_node_says_its_name(ask):
    reply = ask("example.com", "SOA", use_edns=0, options=[dns.edns.GenericOption(dns.edns.NSID, b"")])
    assert [option.to_wire() for option in reply.options if option.otype == dns.edns.NSID] == [b"test1"]
    assert reply.payload == 1232


@pytest.mark.parametrize("name", ["id.server", "hostname.bind"])
def test_chaos_says_the_nodes_name(ask, name):
    reply = ask(name, "TXT", rdclass="CH")
    assert reply.answer[0][0].strings == (b"test1",)


def test_chaos_version_is_refused(ask):
    assert ask("version.bind", "TXT", rdclass="CH").rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("host", HOSTS)
def test_unknown_edns_version(served, host):
    query = dns.message.make_query("example.com", "SOA")
    query.use_edns(1)
    reply = dns.query.udp(query, host, 30, served.ports[host])
    assert reply.rcode() == dns.rcode.BADVERS and reply.edns == 0


@pytest.mark.parametrize("host", HOSTS)
def test_transfer_is_refused(served, host):
    assert served.tcp("example.com", "AXFR", host).rcode() == dns.rcode.REFUSED


def test_unknown_opcode(served):
    query = dns.message.make_query("example.com", "SOA")
    query.set_opcode(dns.opcode.STATUS)
    reply = dns.query.udp(query, "127.0.0.1", 30, served.ports["127.0.0.1"])
    assert reply.rcode() == dns.rcode.NOTIMP


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("payload, most", [(0, 512), (4096, 1232), (600, 600)])
def test_what_does_not_fit_is_truncated_and_had_over_tcp(served, host, payload, most):
    options = {"use_edns": 0, "payload": payload} if payload else {}
    reply = served.udp("big.example.com", "TXT", host, **options)
    assert reply.flags & dns.flags.TC
    assert len(reply.to_wire()) <= most
    whole = served.tcp("big.example.com", "TXT", host, **options)
    assert not whole.flags & dns.flags.TC
    assert len(whole.answer[0][0].strings) == 20


def test_every_question_is_counted(served):
    before = served.counters()
    served.udp("www.example.com")
    served.udp("www.example.com", host="::1")
    served.tcp("nothing.example.com")
    served.tcp("www.example.org", host="::1")
    after = served.counters()
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert {name: grown[name] for name in grown if name != "tcp_open"} == {
        "queries_udp4": 1, "queries_udp6": 1, "queries_tcp4": 1, "queries_tcp6": 1, "responses": 4,
        "noerror": 2, "nxdomain": 1, "refused": 1}
