"""What BIRD has is not yet what the neighbours are sent: anycastd looks, and says so. Two BIRDs of this machine, with a
BGP session between them on loopback addresses."""

import subprocess
from contextlib import contextmanager

import pytest

from node import BIRD, BUILD, PREFIXES, Bird, Node, free_port

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

SITE, NEIGHBOUR = ("127.0.0.2", 64500), ("127.0.0.3", 64501)
OURS = 'where proto ~ "svc_*"'
# What an operator may have: a better route to the same prefix, here as one that can be switched on and off.
TRAP = f"protocol static trap {{ disabled yes; ipv4 {{ preference 240; }}; route {PREFIXES[4]} blackhole; }}\n"


def session(name, port, local, neighbour, filters, next_hop):
    return f"""protocol bgp {name} {{
    local {local[0]} port {port} as {local[1]};
    neighbor {neighbour[0]} port {port} as {neighbour[1]};
    multihop; strict bind yes;
    connect delay time 1; connect retry time 1; error wait time 1, 2; hold time 9;
    ipv4 {{ {filters} next hop self; }};
    ipv6 {{ {filters} next hop address {next_hop}; }};
}}
"""


@contextmanager
def peered(folder, export=OURS, name="up"):
    """A node that announces and its neighbour, with a session that is up."""
    port = free_port([SITE[0], NEIGHBOUR[0]])
    neighbour = Bird(folder, "router id 10.0.0.2;\nprotocol device {}\n" + session(
        "site", port, NEIGHBOUR, SITE, "import all; export none;", "2001:db8::3"))
    ours = session(name, port, SITE, NEIGHBOUR, f"import none; export {export};", "2001:db8::2")
    try:
        neighbour.start()
        with Node(bird=TRAP + ours) as node:
            node.wait_status(lambda status: status["bird"]["sessions"][0]["established"])
            yield node, neighbour
    finally:
        neighbour.end()


def anycastctl(node, command):
    return subprocess.run([BUILD / "anycastctl" / "cli" / "anycastctl", "--socket", node.control,
                           "--dnsd-socket", node.folder / "dnsd.sock", command],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


def wait_family(node, number, **fields):
    """Waits until status says all that of one family, and returns the status."""
    def is_so(status):
        family = next(f for f in status["services"][0]["families"] if f["family"] == number)
        return all(family[key] == value for key, value in fields.items())
    return node.wait_status(is_so)


def test_what_the_neighbour_is_sent_is_proven(tmp_path):
    with peered(tmp_path) as (node, neighbour):
        for number, prefix in PREFIXES.items():
            wait_family(node, number, exports=["up"], exports_of=1, exports_problem="")
            assert prefix in neighbour.ask(f"show route {prefix}")
        assert node.wait_status(lambda status: status["healthy"])["alarms"] == []
        assert anycastctl(node, "status").returncode == 0
        rows = anycastctl(node, "check").stdout
        for number in PREFIXES:
            assert f"service dns, IPv{number}: heard by the neighbours" in rows
        assert rows.count("exported to 1 of 1 sessions: up") == 2
        assert node.events("exports") == []


def test_a_hidden_route_is_told(tmp_path):
    with peered(tmp_path) as (node, neighbour):
        wait_family(node, 4, exports=["up"])
        node.bird.ask("enable trap")
        problem = ("BIRD has it at normal, but exports it to no session: "
                   f"see birdc show route {PREFIXES[4]} all")
        status = wait_family(node, 4, exports=[], exports_of=1, exports_problem=problem, actual="normal")
        assert "Network not found" in neighbour.ask(f"show route {PREFIXES[4]}")
        assert not status["healthy"] and status["alarms"] == [f"dns IPv4: {problem}"]
        shown = anycastctl(node, "status")
        assert shown.returncode == 1
        assert f"  ALARM: dns IPv4: {problem}" in shown.stdout.splitlines()
        assert "dns      IPv4    normal (not exported)" in shown.stdout
        assert "dns      IPv6    normal  " in shown.stdout
        failed = [line for line in anycastctl(node, "check").stdout.splitlines() if line.startswith("FAILED")]
        assert len(failed) == 1 and problem in failed[0]
        node.wait_event("exports", family=4, problem=problem)

        node.bird.ask("disable trap")
        wait_family(node, 4, exports=["up"], exports_problem="")
        assert node.wait_status(lambda status: status["healthy"])["alarms"] == []
        node.wait_event("exports", family=4, problem="")
        assert {event["family"] for event in node.events("exports")} == {4}


def test_a_filter_that_lets_nothing_out_is_told(tmp_path):
    with peered(tmp_path, export="none") as (node, _):
        for number in PREFIXES:
            wait_family(node, number, exports=[], exports_of=1, actual="normal",
                        exports_problem="BIRD has it at normal, but exports it to no session: "
                                        f"see birdc show route {PREFIXES[number]} all")


def test_a_route_that_a_withdrawal_does_not_take_away_is_told(tmp_path):
    with peered(tmp_path, export="all") as (node, neighbour):
        wait_family(node, 4, exports=["up"])
        node.bird.ask("enable trap")
        wait_family(node, 4, exports=[],
                    exports_problem="BIRD has it at normal, but exports to up a route of its protocol trap instead, "
                                    f"which we do not command: see birdc show route {PREFIXES[4]} all")
        node.order("withdrawn")
        wait_family(node, 4, actual="withdrawn", exports=["up"],
                    exports_problem=f"withdrawn, but BIRD still exports {PREFIXES[4]} to up, from its protocol trap, "
                                    f"which we do not command: see birdc show route {PREFIXES[4]} all")
        wait_family(node, 6, actual="withdrawn", exports=[], exports_problem="")
        assert PREFIXES[4] in neighbour.ask(f"show route {PREFIXES[4]}")
        assert "dns      IPv4    withdrawn (still exported)" in anycastctl(node, "status").stdout


def test_sessions_of_the_fleet_bring_no_traffic(tmp_path):
    with peered(tmp_path, name="fleet_other") as (node, _):
        for number in PREFIXES:
            wait_family(node, number, exports=None, exports_of=None, exports_problem="")
        assert node.wait_status(lambda status: status["healthy"])
