"""What BIRD has is not yet what the neighbours are sent: anycastd looks, and says so. Two BIRDs of this machine, with a
BGP session between them on loopback addresses."""

import pytest

from node import BIRD, PREFIXES
from peers import anycastctl, peered, wait_no_route, wait_route

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

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
            wait_route(neighbour, prefix)
        assert node.wait_status(lambda status: status["healthy"])["alarms"] == []
        assert anycastctl(node, "status").returncode == 0
        rows = anycastctl(node, "check").stdout
        for number in PREFIXES:
            assert f"service dns, IPv{number}: heard by the neighbours" in rows
        assert rows.count("exported to 1 of 1 sessions: up") == 2
        assert node.events("exports") == []


def unheard(number, level):
    return (f"BIRD has it at {level}, but exports it to no session: "
            f"see birdc show route {PREFIXES[number]} all")


def test_a_hidden_route_is_told_and_the_node_isolated(tmp_path):
    with peered(tmp_path) as (node, neighbour):
        wait_family(node, 4, exports=["up"])
        node.bird.ask("enable trap")
        status = wait_family(node, 4, exports=[], exports_of=1, exports_problem=unheard(4, "backup"), actual="backup")
        wait_no_route(neighbour, PREFIXES[4])
        assert not status["healthy"] and f"dns IPv4: {unheard(4, 'backup')}" in status["alarms"]
        shown = anycastctl(node, "status")
        assert shown.returncode == 1
        assert f"  ALARM: dns IPv4: {unheard(4, 'backup')}" in shown.stdout.splitlines()
        assert "dns      IPv4    backup (not exported)" in shown.stdout
        assert "dns      IPv6    normal  " in shown.stdout
        failed = [line for line in anycastctl(node, "check").stdout.splitlines() if line.startswith("FAILED")]
        assert len(failed) == 2 and unheard(4, "backup") in failed[1]
        node.wait_event("exports", family=4, problem=unheard(4, "normal"))
        health = node.wait_event("health", family=4, cause="isolated")
        assert health["evidence"] == "it is exported to no session"

        node.bird.ask("disable trap")
        wait_family(node, 4, exports=["up"], exports_problem="", actual="normal")
        assert node.wait_status(lambda status: status["healthy"])["alarms"] == []
        node.wait_event("exports", family=4, problem="")
        assert {event["family"] for event in node.events("exports")} == {4}


def test_a_filter_that_lets_nothing_out_is_told(tmp_path):
    with peered(tmp_path, export="none") as (node, _):
        for number in PREFIXES:
            wait_family(node, number, exports=[], exports_of=1, actual="backup",
                        exports_problem=unheard(number, "backup"))


def test_a_lost_session_isolates_and_its_return_ends_that(tmp_path):
    with peered(tmp_path) as (node, neighbour):
        wait_family(node, 4, exports=["up"])
        neighbour.ask("disable site")
        for number in PREFIXES:
            health = node.wait_event("health", family=number, cause="isolated")
            assert health["evidence"] == "no session to a provider is established"
            wait_family(node, number, actual="backup")
        neighbour.ask("enable site")
        for number in PREFIXES:
            wait_family(node, number, actual="normal", exports=["up"])


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
        wait_route(neighbour, PREFIXES[4])
        assert "dns      IPv4    withdrawn (still exported)" in anycastctl(node, "status").stdout


def test_sessions_of_the_fleet_bring_no_traffic(tmp_path):
    with peered(tmp_path, name="fleet_other") as (node, _):
        for number in PREFIXES:
            wait_family(node, number, exports=None, exports_of=None, exports_problem="")
        assert node.wait_status(lambda status: status["healthy"])


def channels(status):
    return status["bird"]["sessions"][0]["channels"]


def test_a_limit_that_is_hit_is_told(tmp_path):
    with peered(tmp_path, imports="import all; import limit 1 action block;",
                theirs=("198.18.0.0/24", "198.18.1.0/24")) as (node, _):
        full = [{"family": 4, "up": True, "imported": 1, "exported": 1, "limit_hit": "import"},
                {"family": 6, "up": True, "imported": 0, "exported": 1, "limit_hit": None}]
        status = node.wait_status(lambda status: channels(status) == full)
        assert ("session up IPv4: its import limit of 1 routes is hit, and what is beyond is blocked: does the neighbour "
                "send more than agreed? else raise it in bird.conf; see birdc show protocols all up") in status["alarms"]
        assert node.wait_event("health", family=4, cause="limit_hit")["class"] == "alarm"
        wait_family(node, 4, actual="normal", decided="normal")
