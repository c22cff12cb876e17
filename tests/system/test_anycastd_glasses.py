"""Looking glasses: what the neighbours see is part of the proof, and of the status; it decides nothing."""

import datetime
import ipaddress
import json
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest

from dnsd import wait_for
from ladders import is_proven_so_far, steps_of
from node import BIRD, BOTH_NORMAL, PREFIXES, Node
from peers import anycastctl, peered

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")


class Glass:
    """birdwatcher's API as far as it is asked: /routes/prefix?prefix=…; `answer` makes the reply of a prefix."""

    def __init__(self):
        self.asked = []
        self.answer = lambda prefix: self.routes(prefix, level=1)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/routes/prefix?prefix={{prefix}}"

    @staticmethod
    def routes(prefix, level=None, **more):
        ours = {"network": prefix, "from_protocol": "site", "learnt_from": "198.51.100.6",
                "bgp": {"large_communities": [[64500, 1, 1], [64500, 2, level]]}}
        another = {"network": prefix, "from_protocol": "other",
                   "bgp": {"large_communities": [[64500, 1, 2], [64500, 2, 1]]}}
        return 200, json.dumps({"routes": [another] + ([ours] if level else []), **more}).encode()

    def handler(self):
        glass = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urlparse(self.path)
                assert url.path == "/routes/prefix" and "%2F" in url.query
                prefix = parse_qs(url.query)["prefix"][0]
                glass.asked.append(prefix)
                status, body = glass.answer(prefix)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # who asked has heard enough

            def log_message(self, *_):
                pass

        return Handler

    def settings(self, **more):
        rest = "".join(f'{key} = "{value}"; ' for key, value in more.items())
        return f'looking_glasses = ( {{ name = "lg"; type = "http"; url = "{self.url}"; {rest}}} );\n'


@contextmanager
def http_glass():
    glass = Glass()
    thread = threading.Thread(target=glass.server.serve_forever)
    thread.start()
    try:
        yield glass
    finally:
        glass.server.shutdown()
        thread.join()
        glass.server.server_close()


def test_a_neighbours_router_is_a_looking_glass(tmp_path):
    extra = f'looking_glasses = ( {{ name = "transit"; type = "bird"; socket = "{tmp_path}/bird.ctl"; via = "site"; }} );'
    with peered(tmp_path, extra=extra) as (node, _):
        for family in PREFIXES:
            up = node.wait_event("level", family=family, to="normal")["change"]
            wait_for(lambda change=up: is_proven_so_far(node, change, "glass transit"), "sight of what is announced")
        node.order("withdrawn")
        for family in PREFIXES:
            proof = node.wait_event("proof", family=family, to="withdrawn")
            seen = steps_of(proof)["glass transit"]
            assert proof["end"] == "complete" and seen["state"] == "proven", proof
        status = node.wait_status(lambda status: all(row["route"] is False
                                                     for row in status["looking_glasses"][0]["sees"]))
        assert status["looking_glasses"][0]["problem"] == ""
        rows = anycastctl(node, "history", str(proof["change"])).stdout
        assert "  looking glass transit sees it no more  " in rows


def test_birdwatcher_is_asked_until_it_agrees():
    with http_glass() as glass, Node(extra=glass.settings()) as node:
        wait_for(lambda: set(glass.asked) == set(PREFIXES.values()), "questions")
        change = node.wait_event("level", family=4, to="normal")["change"]
        wait_for(lambda: is_proven_so_far(node, change, "glass lg"), "sight")
        glass.asked.clear()
        node.order("withdrawn")  # which it goes on seeing
        wait_for(lambda: glass.asked.count(PREFIXES[4]) >= 3, "questions")
        assert not [event for event in node.events("proof") if event["to"] == "withdrawn"]
        glass.answer = lambda prefix: glass.routes(prefix)  # another site's, only
        for family in PREFIXES:
            proof = node.wait_event("proof", family=family, to="withdrawn")
            assert steps_of(proof)["glass lg"]["state"] == "proven"


def test_an_answer_from_a_cache_proves_nothing():
    with http_glass() as glass, Node(extra=glass.settings() + 'proof = { limit = "1s"; };') as node:
        old = {"api": {"result_from_cache": True}, "cached_at": "2026-01-01T00:00:00Z"}
        glass.answer = lambda prefix: glass.routes(prefix, **old)
        node.order("withdrawn")
        step = steps_of(node.wait_event("proof", family=4, to="withdrawn", end="time_over"))["glass lg"]
        assert step["state"] == "unproven"


@pytest.mark.parametrize("answer, problem", [
    ((500, b"{}"), "it answers with status 500"),
    ((302, b""), "it answers with status 302"),  # redirects are not followed
    ((200, b"<html>"), "its answer is no JSON: line 1: "),
    ((200, b'{"error":"bird unreachable"}'), 'it says "bird unreachable"'),
    ((200, b" " * 300000), "its answer is longer than 256 KiB"),
])
def test_what_is_no_answer_is_told_and_decides_nothing(answer, problem):
    with http_glass() as glass:
        glass.answer = lambda prefix: answer
        with Node(extra=glass.settings() + 'proof = { limit = "3s"; };') as node:
            status = node.wait_status(lambda status: status["looking_glasses"][0]["problem"])
            assert status["looking_glasses"][0]["problem"].startswith(problem)
            assert {row["route"] for row in status["looking_glasses"][0]["sees"]} == {None}
            node.order("withdrawn")
            step = steps_of(node.wait_event("proof", family=6, to="withdrawn"))["glass lg"]
            assert step == {"step": "glass", "name": "lg", "state": "unproven", "why": "the looking glass does not answer"}
            node.order("auto")
            node.wait_levels(BOTH_NORMAL)


def test_silence_is_told_in_time():
    ending = threading.Event()
    with http_glass() as glass:
        glass.answer = lambda prefix: ending.wait() and glass.routes(prefix, level=1)
        try:
            with Node(extra=glass.settings(timeout="200ms", interval="1s")) as node:
                status = node.wait_status(lambda status: status["looking_glasses"][0]["problem"])
                assert "timed out" in status["looking_glasses"][0]["problem"]
                ending.set()
                node.wait_status(lambda status: status["looking_glasses"][0]["sees"][0]["route"])
        finally:
            ending.set()


def self_signed(folder):
    pytest.importorskip("cryptography", reason="python3-cryptography makes the certificate")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
                   .sign(key, hashes.SHA256()))
    path = folder / "server.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                     + certificate.public_bytes(Encoding.PEM))
    return path


def test_who_cannot_prove_who_he_is_is_not_believed(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with http_glass() as glass:
        glass.server.socket = context.wrap_socket(glass.server.socket, server_side=True)
        glass.url = glass.url.replace("http:", "https:")
        with Node(extra=glass.settings()) as node:
            status = node.wait_status(lambda status: status["looking_glasses"][0]["problem"])
            assert "certificate" in status["looking_glasses"][0]["problem"]
            assert glass.asked == []


def test_a_provider_that_still_sees_the_prefix_is_an_alarm():
    with http_glass() as glass, Node(extra=glass.settings(interval="1s") + 'proof = { limit = "500ms"; };') as node:
        node.order("withdrawn")
        alarm = "dns IPv4: looking glass lg still sees what was withdrawn, long after: ask whose it is"
        node.wait_status(lambda status: alarm in status["alarms"])
        glass.answer = lambda prefix: glass.routes(prefix)
        node.wait_status(lambda status: alarm not in status["alarms"])
        node.order("auto")
        node.wait_levels(BOTH_NORMAL)
        missing = "dns IPv6: looking glass lg does not see what is announced, long after: ask whose it is"
        node.wait_status(lambda status: missing in status["alarms"])
        assert node.status()["services"][0]["families"][1]["actual"] == "normal"


def test_a_looking_glass_that_is_not_there():
    settings = 'looking_glasses = ( { name = "gone"; type = "bird"; socket = "none.ctl"; timeout = "200ms"; } );'
    with Node(extra=settings) as node:
        status = node.wait_status(lambda status: status["looking_glasses"][0]["problem"])
        assert "No such file or directory" in status["looking_glasses"][0]["problem"]
