"""Zone transfers: who gets one, and readers that are slow or go."""

import socket

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from dnsd import (QUESTION, SECONDS, example_zone, framed, large_zone, question, receive_exactly, receive_message,
                  wait_for)


@pytest.fixture
def transfers(new_dnsd):
    names = 20000
    dnsd = new_dnsd(workers=1, zones={"example.com": large_zone(names), "other.test": example_zone().replace(
        "example.com", "other.test")})
    dnsd.zones["example.com"] = 'allow_transfer = [ "127.0.0.2", "127.0.1.0/24" ];'
    dnsd.write_conf()
    dnsd.names = names
    with dnsd:
        yield dnsd


def transfer(dnsd, source, zone="example.com"):
    return dns.query.xfr("127.0.0.1", zone, port=dnsd.ports["127.0.0.1"], source=source, lifetime=SECONDS,
                         relativize=False)


@pytest.mark.parametrize("source", ["127.0.0.2", "127.0.1.77"])
def test_transfer_to_those_who_may(transfers, source):
    records = sum(len(rrset) for message in transfer(transfers, source) for rrset in message.answer)
    (zone,) = transfers.ask("zones", zone="example.com")["zones"]
    assert records == zone["records"] + 1  # the SOA at both ends
    wait_for(lambda: transfers.counters()["transfers"] == 1, "count of the transfer")


@pytest.mark.parametrize("source, zone", [("127.0.0.3", "example.com"), ("127.0.0.2", "other.test")])
def test_transfer_is_refused_to_others(transfers, source, zone):
    with pytest.raises(dns.query.TransferError) as refused:
        list(transfer(transfers, source, zone))
    assert refused.value.rcode == dns.rcode.REFUSED


@pytest.mark.parametrize("listen", [["127.0.0.7@0", "127.0.0.8@0"], ["0.0.0.0@0"]])
def test_no_transfer_at_an_address_that_other_sites_have_too(new_dnsd, listen):
    """Whose zone would it be? The unicast address of the same server gives it; both answer all else."""
    dnsd = new_dnsd(listen=listen, extra='anycast = [ "127.0.0.8/29" ];')
    dnsd.zones["example.com"] = 'allow_transfer = [ "127.0.0.0/8" ];'
    dnsd.write_conf()
    with dnsd:
        for host, may in (("127.0.0.7", True), ("127.0.0.8", False)):
            port = dnsd.ports.get(host) or next(iter(dnsd.ports.values()))
            if may:
                assert list(dns.query.xfr(host, "example.com", port=port, lifetime=SECONDS, relativize=False))
            else:
                with pytest.raises(dns.query.TransferError) as refused:
                    list(dns.query.xfr(host, "example.com", port=port, lifetime=SECONDS, relativize=False))
                assert refused.value.rcode == dns.rcode.REFUSED
            for ask in (dns.query.udp, dns.query.tcp):
                reply = ask(dns.message.make_query("www.example.com", "A"), host, port=port, timeout=SECONDS)
                assert reply.rcode() == dns.rcode.NOERROR and reply.answer


def test_slow_reader_of_a_transfer_keeps_its_version_and_delays_nobody(transfers):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind(("127.0.0.2", 0))
        client.settimeout(SECONDS)
        client.connect(("127.0.0.1", transfers.ports["127.0.0.1"]))
        client.sendall(framed(question(1, "example.com", "AXFR"), QUESTION))
        first = receive_message(client)
        assert first.answer[0][0].serial == 7
        transfers.write_zone("example.com", example_zone(8))
        assert transfers.ask("reload")["loaded"] == 1
        assert transfers.serial() == 8
        soas, records = 1, sum(len(rrset) for rrset in first.answer)
        while soas < 2:
            message = receive_message(client)
            records += sum(len(rrset) for rrset in message.answer)
            soas += sum(rrset.rdtype == dns.rdatatype.SOA for rrset in message.answer)
        assert message.answer[-1][0].serial == 7 and records > transfers.names
        assert receive_message(client).id == 4711  # what was asked behind it


def test_transfer_that_is_broken_off_does_no_harm(transfers):
    for _ in range(5):
        with socket.socket() as client:
            client.bind(("127.0.0.2", 0))
            client.settimeout(SECONDS)
            client.connect(("127.0.0.1", transfers.ports["127.0.0.1"]))
            client.sendall(framed(question(1, "example.com", "AXFR")))
            receive_exactly(client, 20000)
    assert transfers.udp("www.example.com").answer
