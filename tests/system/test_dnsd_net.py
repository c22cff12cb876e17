"""The network side of dnsd: addresses of replies, TCP in all its ways, transfers, and bad input."""

import contextlib
import os
import random
import socket
import struct
import time
from contextlib import suppress

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

import threads
from dnsd import (
    SECONDS, example_zone, framed, receive_exactly, receive_message, wait_for,
)

QUESTION = dns.message.make_query("www.example.com", "A", id=4711).to_wire()


def question(id, name="www.example.com", rdtype="A"):
    return dns.message.make_query(name, rdtype, id=id).to_wire()


def arrived(client):
    """The datagrams that are there now."""
    try:
        while True:
            yield client.recv(65535, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return


def is_closed(client):
    """Waits for the other end to close."""
    client.settimeout(SECONDS)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


# UDP ----------------------------------------------------------------------------------------------

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


# TCP ----------------------------------------------------------------------------------------------

def test_pipelined_queries_are_answered_in_order(served):
    ids = list(range(1, 501))
    with served.connect() as client:
        client.sendall(framed(*(question(id) for id in ids)))
        assert [receive_message(client).id for _ in ids] == ids


def test_query_byte_by_byte(served):
    with served.connect() as client:
        for byte in framed(QUESTION):
            client.send(bytes([byte]))
        assert receive_message(client).answer


def test_queries_are_cut_anywhere(served):
    """Several in a segment, and one over several."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    ids = list(range(200))
    stream = framed(*(question(id, "x" * chance.randrange(1, 60) + ".example.com") for id in ids))
    with served.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while stream:
            length = chance.choice([1, 2, 3, 20, 100, 1000])
            client.sendall(stream[:length])
            stream = stream[length:]
        assert [receive_message(client).id for _ in ids] == ids


def data_segments_received(client):
    return struct.unpack_from("I", client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192), 152)[0]


@pytest.mark.parametrize("count, segments", [(1, 1), (100, 10)])
def test_responses_share_writes(served, count, segments):
    """Length and message, and the responses to queries that came together (RFC 7766 8)."""
    with served.connect() as client:
        client.sendall(framed(*(question(id) for id in range(count))))
        for id in range(count):
            assert receive_message(client).id == id
        assert data_segments_received(client) <= segments


@pytest.mark.parametrize("name, rdtype, count", [("www.example.com", "A", 20), ("big.example.com", "TXT", 500)])
def test_half_closed_client_gets_all_its_answers(served, name, rdtype, count):
    """Also those that have to wait until it reads."""
    with served.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(framed(*(question(id, name, rdtype) for id in range(count))))
        client.shutdown(socket.SHUT_WR)
        assert [receive_message(client).id for _ in range(count)] == list(range(count))
        assert is_closed(client)


def test_connection_is_used_again(served):
    with served.connect() as client:
        for id in range(1, 6):
            client.sendall(framed(question(id)))
            assert receive_message(client).id == id


def test_bytes_that_are_no_query_end_the_connection(served):
    with served.connect() as client:
        client.sendall(framed(QUESTION) + framed(b"GET / HTTP")[:8] + b"\r\n\r\n")
        assert receive_message(client).answer
        client.sendall(framed(b"x", QUESTION))
        assert is_closed(client)


def test_answers_are_large_and_many_for_a_client_that_does_not_read(served):
    """It stops itself, and nobody else; what it then reads is complete and in order."""
    count = 3000  # 12 MB of answers: more than the buffers of both sides
    with served.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        data = framed(*(question(id, "big.example.com", "TXT") for id in range(count)))
        sent = wait_until_stuck(client, data)
        for _ in range(20):  # whatever worker they reach
            assert served.tcp("www.example.com").answer and served.udp("www.example.com").answer
        client.setblocking(True)
        client.settimeout(SECONDS)
        got = 0
        while sent < len(data) or got < count:
            if sent < len(data):
                client.setblocking(False)
                try:
                    sent += client.send(data[sent:])
                except BlockingIOError:
                    pass
                client.settimeout(SECONDS)
            message = receive_message(client)
            assert message.id == got and len(message.answer[0][0].strings) == 20
            got += 1


def wait_until_stuck(client, data):
    """Sends until nothing goes any more; returns the bytes sent."""
    sent, progress = 0, time.monotonic()
    while sent < len(data) and time.monotonic() - progress < 0.3:
        try:
            sent += client.send(data[sent:])
            progress = time.monotonic()
        except BlockingIOError:
            time.sleep(0.005)
    return sent


def test_idle_connections_are_closed(new_dnsd):
    with new_dnsd(extra='tcp = { idle_timeout = "300ms"; };') as dnsd:
        with dnsd.connect() as idle:
            begin = time.monotonic()
            assert is_closed(idle)
            assert 0.25 < time.monotonic() - begin < 5


def test_client_that_never_ends_a_message_is_idle(new_dnsd):
    """However often it sends a byte of it."""
    with new_dnsd(extra='tcp = { idle_timeout = "300ms"; };') as dnsd:
        with dnsd.connect() as client:
            begin = time.monotonic()
            client.settimeout(0.02)
            client.sendall(b"\xff\xff")
            with pytest.raises((EOFError, ConnectionError)):
                while time.monotonic() - begin < SECONDS:
                    client.sendall(b"x")
                    with suppress(TimeoutError):
                        receive_exactly(client, 1)
            assert time.monotonic() - begin > 0.25


@pytest.mark.parametrize("queries, half_closed", [
    (3000, False),  # more than the buffers of both sides
    (1000, True),  # all are sent before anything is stuck
    (100, False),  # all are read and answered
])
def test_client_that_never_reads_is_bounded(new_dnsd, queries, half_closed):
    """It is answered a little, waits no longer than others, and leaves nothing in the kernel."""
    data = framed(*(question(id, "big.example.com", "TXT") for id in range(queries)))
    with new_dnsd(extra='tcp = { idle_timeout = "500ms"; };') as dnsd, dnsd.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        with suppress(ConnectionError):  # on a slow machine it is closed before it is stuck
            wait_until_stuck(client, data)
            if half_closed:
                client.shutdown(socket.SHUT_WR)
        wait_for(lambda: dnsd.counters()["queries_tcp4"], "some answers")
        wait_for(lambda: dnsd.counters()["tcp_open"] == 0, "end of the connection")
        assert dnsd.counters()["queries_tcp4"] < 400  # of some 4 KB each
        client.setblocking(True)
        with pytest.raises(ConnectionResetError):
            while client.recv(65536):
                pass


def test_client_that_stops_reading_holds_little_in_the_kernel(new_dnsd):
    """However fast it was before, for which the kernel would grow its buffer."""
    some, many = (framed(*(question(id, "big.example.com", "TXT") for id in range(count))) for count in (100, 2000))
    with new_dnsd(extra='tcp = { idle_timeout = "2s"; };') as dnsd, dnsd.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        for _ in range(20):
            client.sendall(some)
            assert [receive_message(client).id for _ in range(100)] == list(range(100))
        client.sendall(many)
        wait_for(lambda: dnsd.counters()["tcp_open"] == 0, "end of the connection")
        assert dnsd.counters()["queries_tcp4"] - 2000 < 200  # of some 4 KB each


def idle_timeout_told(dnsd, client):
    """In seconds, by edns-tcp-keepalive."""
    keepalive = dns.edns.GenericOption(dns.edns.OptionType(11), b"")
    query = dns.message.make_query("www.example.com", "A", use_edns=0, options=[keepalive])
    client.sendall(framed(query.to_wire()))
    (option,) = [option for option in receive_message(client).options if option.otype == 11]
    return int.from_bytes(option.to_wire(), "big") / 10


def test_idle_timeout_shortens_as_connections_fill(new_dnsd):
    with new_dnsd(workers=1, extra='tcp = { connections_max = 4; idle_timeout = "10s"; };') as dnsd:
        with contextlib.ExitStack() as stack:
            clients, told = [], []
            for _ in range(4):
                clients.append(stack.enter_context(dnsd.connect()))
                told.append(idle_timeout_told(dnsd, clients[-1]))
            assert told == [10, 10, 5.5, 1]
            begin = time.monotonic()
            wait_for(lambda: dnsd.counters()["tcp_open"] < 4, "end of the one that was idle for longest")
            assert is_closed(clients[0]) and time.monotonic() - begin < 5


@pytest.mark.parametrize("limit", ["connections_max = 3; per_network_max = 100", "per_network_max = 3"])
def test_longest_idle_connection_makes_place(new_dnsd, limit):
    with new_dnsd(workers=1, extra=f'tcp = {{ {limit}; idle_timeout = "5m"; }};') as dnsd:
        clients = []
        for id in range(3):
            clients.append(dnsd.connect())
            clients[-1].sendall(framed(question(id)))
            receive_message(clients[-1])
        clients[0].sendall(framed(question(9)))  # now the second is the one that is idle for longest
        receive_message(clients[0])
        with dnsd.connect() as fourth:
            fourth.sendall(framed(QUESTION))
            assert receive_message(fourth).answer
            assert is_closed(clients[1])
            for client in (clients[0], clients[2], fourth):
                client.sendall(framed(QUESTION))
                assert receive_message(client).answer
        for client in clients:
            client.close()


def test_a_network_that_has_its_share_takes_from_none_but_itself(new_dnsd):
    with new_dnsd(workers=1, extra='tcp = { per_network_max = 2; idle_timeout = "5m"; };') as dnsd:
        with contextlib.ExitStack() as stack:
            address = ("127.0.0.1", dnsd.ports["127.0.0.1"])
            clients = []
            for source in ("127.0.1.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"):  # the last three are of one /24
                client = socket.create_connection(address, SECONDS, (source, 0))
                clients.append(stack.enter_context(client))
                client.sendall(framed(QUESTION))
                assert receive_message(client).answer
            assert is_closed(clients[1])
            for client in (clients[0], clients[2], clients[3]):
                client.sendall(framed(QUESTION))
                assert receive_message(client).answer


def test_reset_connections_do_no_harm(served):
    for _ in range(200):
        client = served.connect()
        client.send(framed(QUESTION) * 10)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert served.tcp("www.example.com").answer


# AXFR ---------------------------------------------------------------------------------------------

def large_zone(names):
    return example_zone(7) + "".join(f"h{i} A 192.0.2.{i % 256}\n" for i in range(names))


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
    assert transfers.counters()["transfers"] == 1


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


# Packets ------------------------------------------------------------------------------------------

SO_RCVBUFFORCE = 33  # socket(7); Python has no name for it


class Wire:
    """Packets on the loopback interface that come from a port."""

    def __init__(self, port):
        self.port = port
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)  # other tests use this device, too
        self.socket.bind(("lo", 0))
        self.socket.settimeout(SECONDS)
        self.until = time.monotonic() + SECONDS

    def next(self, protocol):
        """(the IP packet, its transport's header and payload) of the next one from our port."""
        while time.monotonic() < self.until:
            packet, address = self.socket.recvfrom(65535)
            kind = packet[0] >> 4
            head = (packet[0] & 15) * 4 if kind == 4 else 40
            if address[2] != socket.PACKET_OUTGOING or kind not in (4, 6) or protocol != packet[9 if kind == 4 else 6]:
                continue
            if struct.unpack("!H", packet[head:head + 2])[0] == self.port:
                return packet, packet[head:]
        raise TimeoutError(f"no packet from port {self.port}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def has_df(packet):
    return bool(packet[6] & 0x40)


def has_data(tcp):
    return len(tcp) > (tcp[12] >> 4) * 4


def segment_size_in(tcp):
    """The MSS option of a SYN-ACK (RFC 9293 3.2)."""
    assert tcp[13] & 0x12 == 0x12
    options = tcp[20:(tcp[12] >> 4) * 4]
    while options and options[0] != 2:
        options = options[1:] if options[0] == 1 else options[options[1]:]
    return struct.unpack("!H", options[2:4])[0]


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to see packets")


@needs_root
@pytest.mark.parametrize("extra, df", [
    ("", True),
    ("udp = { dont_fragment = false; };", False),
    ("udp = { payload_max = 4096; };", False),
])
def test_df_of_udp_responses(new_dnsd, extra, df):
    with new_dnsd(listen=["127.0.0.1@0"], extra=extra) as dnsd, Wire(dnsd.ports["127.0.0.1"]) as wire:
        dns.query.udp(dns.message.make_query("www.example.com", "A"), "127.0.0.1", port=wire.port, timeout=SECONDS)
        packet, _ = wire.next(socket.IPPROTO_UDP)
        assert has_df(packet) == df


@needs_root
@pytest.mark.parametrize("host, extra, size", [
    ("127.0.0.1", "", 1220), ("::1", "", 1220), ("::1", "tcp = { segment_max = 1000; };", 1000),
])
def test_segments_on_the_wire(new_dnsd, host, extra, size):
    """The SYN-ACK says it to the client, and packets over IPv4 may be fragmented on the way."""
    dnsd = new_dnsd(listen=[f"{host}@0"], extra=extra, zones={"example.com": large_zone(2000)})
    dnsd.zones["example.com"] = 'allow_transfer = [ "127.0.0.1", "::1" ];'
    dnsd.write_conf()
    with dnsd, Wire(dnsd.ports[host]) as wire:
        received = list(dns.query.xfr(host, "example.com", port=wire.port, lifetime=SECONDS, relativize=False))
        assert received and segment_size_in(wire.next(socket.IPPROTO_TCP)[1]) == size
        packet = next(packet for packet, tcp in iter(lambda: wire.next(socket.IPPROTO_TCP), None) if has_data(tcp))
        assert host == "::1" or not has_df(packet)


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
