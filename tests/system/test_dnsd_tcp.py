"""TCP in all its ways: streams, slow readers, idle connections, and who has to make place."""

import contextlib
import random
import socket
import struct
import time
from contextlib import suppress

import dns.edns
import dns.message
import pytest

from dnsd import QUESTION, SECONDS, framed, question, receive_exactly, receive_message, wait_for


def is_closed(client):
    """Waits for the other end to close."""
    client.settimeout(SECONDS)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


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
