"""UDP: which address replies leave from, and what datagrams may be."""

import contextlib
import os
import random
import socket
import struct

import dns.flags
import dns.message
import dns.query
import pytest

import threads
from dnsd import QUESTION, SECONDS, example_zone, question, wait_for


def arrived(client):
    """The datagrams that are there now."""
    try:
        while True:
            yield client.recv(65535, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return


@pytest.mark.parametrize("listen, hosts", [
    ("0.0.0.0@0", ["127.0.0.1", "127.0.0.2", "127.1.2.3"]),
    ("127.0.0.7@0", ["127.0.0.7"]),
    ("::@0", ["::1"]),
])
def test_replies_leave_from_the_address_that_was_asked(new_dnsd, listen, hosts):
    with new_dnsd(listen=[listen]) as dnsd:
        port = next(iter(dnsd.ports.values()))
        for host in hosts:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family, socket.SOCK_DGRAM) as client:
                client.settimeout(SECONDS)
                for _ in range(3):
                    client.sendto(QUESTION, (host, port))
                    wire, sender = client.recvfrom(4096)
                    assert sender[:2] == (host, port)
                    assert dns.message.from_wire(wire).id == 4711
            assert dns.query.tcp(dns.message.from_wire(QUESTION), host, SECONDS, port).answer


def test_replies_over_ipv6_fit_the_smallest_mtu(new_dnsd):
    """Whatever the configuration and the client allow."""
    zone = example_zone() + "more TXT " + " ".join(['"' + "x" * 250 + '"'] * 12) + "\n"
    settings = "udp = { payload_max = 4096; };"
    with new_dnsd(listen=["127.0.0.1@0", "::1@0"], zones={"example.com": zone}, extra=settings) as dnsd:
        over4 = dnsd.udp("more.example.com", "TXT", payload=4096)
        assert over4.payload == 4096 and not over4.flags & dns.flags.TC and len(over4.to_wire()) > 3000
        over6 = dnsd.udp("more.example.com", "TXT", "::1", payload=4096)
        assert over6.payload == 1232 and over6.flags & dns.flags.TC and len(over6.to_wire()) <= 1232


def test_both_families_share_a_port(new_dnsd):
    with new_dnsd(listen=["0.0.0.0@0"]) as first:
        port = first.ports["0.0.0.0"]
        with new_dnsd(listen=[f"::@{port}"]) as second:
            assert second.ports == {"::": port}


def test_every_worker_answers(new_dnsd):
    with new_dnsd(workers=3) as dnsd:
        for _ in range(200):  # each from a port of its own: the kernel spreads them
            dnsd.udp("www.example.com")
        per_worker = [worker["queries_udp4"] for worker in dnsd.ask("stats")["workers"]]
        assert sum(per_worker) == 200 and min(per_worker) > 20


def test_a_port_in_use_is_an_error_that_says_so(new_dnsd, served):
    second = new_dnsd(listen=[f"127.0.0.1@{served.ports['127.0.0.1']}"])
    second.start(wait=False)
    assert second.wait() == 1
    assert "Address already in use" in second.log_text()


def test_missing_address_is_told_and_does_not_hinder(new_dnsd):
    with new_dnsd(listen=["127.0.0.1@0", "192.0.2.53@0"]) as dnsd:
        assert dnsd.udp("www.example.com").answer
        present = {listen["address"].split("@")[0]: listen["present"] for listen in dnsd.ask("status")["listen"]}
        assert present == {"127.0.0.1": True, "192.0.2.53": False}
        dnsd.wait_for_log("listen-address-missing address=192.0.2.53@")


def test_random_bytes_get_an_error_or_silence(served):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", served.ports["127.0.0.1"]))
        for round in range(3000):
            wire = bytearray(chance.randbytes(chance.randrange(0, 80)))
            if round % 2:  # the header of a query, and noise behind it
                wire = bytearray(QUESTION[:12]) + wire
            if round % 3 == 0:  # a good query with a few bytes changed
                wire = bytearray(QUESTION)
                for _ in range(chance.randrange(1, 4)):
                    wire[chance.randrange(len(wire))] = chance.randrange(256)
            client.send(wire)
            for reply in arrived(client):
                assert len(reply) >= 12 and reply[2] & 0x80
    assert served.udp("www.example.com").answer


def test_responses_get_no_reply(new_dnsd):
    """Else two servers could be made to talk to each other for ever."""
    with new_dnsd() as dnsd, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", dnsd.ports["127.0.0.1"]))
        wire = bytearray(QUESTION)
        wire[2] |= 0x80
        client.send(wire)
        wait_for(lambda: dnsd.counters()["dropped"] == 1, "count of the dropped response")
        assert not list(arrived(client))


def from_port_0(host, port, payload):
    """A datagram as nobody sends who wants a reply (RFC 768: the port is optional)."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as raw:
        raw.sendto(struct.pack("!HHHH", 0, port, 8 + len(payload), 0) + payload, (host, 0))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a raw socket")
def test_queries_from_port_0_get_no_reply(new_dnsd):
    with new_dnsd() as dnsd:
        from_port_0("127.0.0.1", dnsd.ports["127.0.0.1"], QUESTION)
        wait_for(lambda: dnsd.counters()["dropped"] == 1, "count of the dropped query")
        counters = dnsd.counters()
        assert counters["responses"] == 0 and counters["send_failed"] == 0


def test_lone_queries_and_bursts_take_turns(new_dnsd):
    """Whichever way they are received, each is answered once, and to whom it belongs."""
    with new_dnsd(workers=1) as dnsd, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(10)]
        for client in clients:
            client.connect(("127.0.0.1", dnsd.ports["127.0.0.1"]))
            client.settimeout(SECONDS)
        for burst in [1] * 20 + [100, 1, 300, 1, 1] * 4:
            for id in range(burst):
                clients[id % 10].send(question(id))
            for id in range(burst):
                assert clients[id % 10].recv(4096)[:2] == id.to_bytes(2, "big")
        for client in clients:
            client.setblocking(False)
            assert not list(arrived(client))


def test_longest_datagram_does_no_harm(served):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", served.ports["127.0.0.1"]))
        client.settimeout(SECONDS)
        client.send(QUESTION + bytes(60000))
        client.send(question(4713))
        assert client.recv(4096)[:2] == (4713).to_bytes(2, "big")


@pytest.mark.skipif(not threads.may_hang(), reason="needs the right to trace a process")
def test_what_the_kernel_drops_is_counted(new_dnsd):
    with new_dnsd(workers=1, extra="udp = { receive_buffer_bytes = 4096; };") as dnsd:
        (tid,) = threads.threads_named(dnsd.process.pid, "udp-")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", dnsd.ports["127.0.0.1"]))
            with threads.hung(tid):
                for _ in range(200):
                    client.send(QUESTION)
            counted = lambda: dnsd.counters()["receive_drops"] + dnsd.counters()["queries_udp4"]
            wait_for(lambda: counted() == 200, "answer to or count of each query")
            assert dnsd.counters()["receive_drops"] > 100
            assert dnsd.udp("www.example.com").answer
