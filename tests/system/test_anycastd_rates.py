"""Whose queries are they? Two services on one node, in the same address family: what a drain waits for, and what proves
a change, are the queries of the service that it is about."""

import contextlib
import threading
import time

import pytest

from dnsd import wait_for
from node import BIRD, TIMES, Node, Service, rate_of
from patience import Late, thrice
from test_anycastd_proof import ask_until, queries_of

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

BUSY, QUIET = 0, 1
SERVICES = {"busy": Service(prefixes={4: "127.0.1.0/24", 6: "::/127"}, hosts={4: "127.0.1.53", 6: "::1"}),
            "quiet": Service((4,), prefixes={4: "127.0.2.0/24"}, hosts={4: "127.0.2.53"})}
ENDLESS = TIMES[:TIMES.index("drain")] + 'drain = { min = "100ms"; max = "1h"; linger = "100ms"; quiet_percent = 50; };\n'


@contextlib.contextmanager
def asked(address):
    """A client that asks there, until its event is set."""
    ending = threading.Event()
    client = threading.Thread(target=ask_until, args=(ending, address))
    client.start()
    try:
        yield ending
    finally:
        ending.set()
        client.join()


def announced(node, service):
    return node.status()["services"][service]["families"][0]["actual"]


def wait_announced(node, service, level):
    node.wait_status(lambda status: status["services"][service]["families"][0]["actual"] == level)


def wait_drain(node, service):
    """It waits for queries that never pause: but who stands still asks nothing."""
    def is_so():
        if announced(node, service) == "withdrawn":
            raise Late("nobody asked for a moment")
        return announced(node, service) == "drain"
    wait_for(is_so, "drain")
    until = time.monotonic() + 0.5  # five times drain.min
    while time.monotonic() < until:
        if announced(node, service) != "drain":
            raise Late("nobody asked for a moment")


@thrice
def test_a_drain_waits_for_the_queries_of_its_own_service():
    with Node(ENDLESS, services=SERVICES) as node:
        busy, _, quiet = node.addresses
        wait_announced(node, QUIET, "normal")
        with asked(busy) as busy_ends, asked(quiet) as quiet_ends:
            node.wait_status(lambda status: rate_of(status, BUSY) > 50 and rate_of(status, QUIET) > 50)
            node.order("drain", service="quiet")
            wait_drain(node, QUIET)
            quiet_ends.set()
            wait_announced(node, QUIET, "withdrawn")  # though the node is as busy as ever
            step = queries_of(node, service="quiet")
            assert step["state"] == "proven" and "of" not in step, step
            node.wait_status(lambda status: rate_of(status, BUSY) > 50 and rate_of(status, QUIET) < 10)

            node.order("drain", service="busy")
            wait_drain(node, BUSY)
            busy_ends.set()
            wait_announced(node, BUSY, "withdrawn")


@thrice
def test_behind_a_wildcard_the_queries_of_the_whole_node_count():
    node = Node(ENDLESS, services=SERVICES)
    busy = node.addresses[0]
    port = busy.split("@")[1]
    node.dnsd.listen = [f"0.0.0.0@{port}", f"::@{port}"]
    node.dnsd.write_conf()
    with node, asked(busy) as ending:
        wait_announced(node, QUIET, "normal")
        status = node.wait_status(lambda status: (status["dnsd"]["queries_per_second"] or 0) > 50)
        assert status["services"][QUIET]["families"][0]["queries_per_second"] is None
        node.order("drain", service="quiet")
        wait_drain(node, QUIET)
        step = queries_of(node, "drain", service="quiet")
        assert step == {"step": "queries", "state": "unproven", "of": "node",
                        "why": "dnsd does not count its queries apart from another service's"}
        ending.set()
        wait_announced(node, QUIET, "withdrawn")
