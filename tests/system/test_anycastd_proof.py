"""Each change is proven step by step, and `anycastctl history ID` shows how."""

import json
import signal
import socket
import threading
import time

import dns.message
import pytest

from dnsd import SECONDS, wait_for
from ladders import steps_of, steps_so_far
from node import BIRD, PREFIXES, Node, rate_of
from othersite import NODE_ID, TIMES, OtherSite, seen_levels
from patience import Late, thrice
from peers import anycastctl, peered, wait_no_route

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")


def queries_of(node, to="withdrawn", **fields):
    """The last step of a proof. Of a machine that stood still just then, rates are not known."""
    queries = steps_of(proof_of(node, 4, to, **fields))["queries"]
    if queries.get("why") in ("the query rate is not known", "rate too low to tell"):
        raise Late(queries["why"])
    return queries


def proof_of(node, family, to, **fields):
    return node.wait_event("proof", family=family, to=to, **fields)


def test_a_withdrawal_is_proven_in_the_sessions_export(tmp_path):
    limit = 'proof = { limit = "20s"; };'  # of waiting for queries to come back: the guard's few may have counted
    with peered(tmp_path, extra=limit) as (node, neighbour):
        node.order("withdrawn")
        for family, prefix in PREFIXES.items():
            proof = proof_of(node, family, "withdrawn")
            steps = steps_of(proof)
            assert list(steps) == ["decided", "replied", "read_back", "export up", "glass", "queries"]
            for step in ("decided", "replied", "read_back", "export up"):
                assert steps[step]["state"] == "proven", steps[step]
            assert steps["decided"]["ms"] == 0 <= steps["replied"]["ms"] <= steps["export up"]["ms"]
            assert steps["glass"] == {"step": "glass", "state": "unproven", "why": "no looking glass configured"}
            count = {state: [step["state"] for step in steps.values()].count(state) for state in ("proven", "unproven")}
            assert count in ({"proven": 4, "unproven": 2}, {"proven": 5, "unproven": 1})  # the guard may have asked enough
            assert proof["end"] == "complete" and count == {state: proof[state] for state in count}
            assert proof["change"] == node.wait_event("level", family=family, to="withdrawn")["change"]
            wait_no_route(neighbour, prefix)

            shown = anycastctl(node, "history", str(proof["change"]))
            rows = shown.stdout.splitlines()
            assert shown.returncode == 0 and rows[0] == f"Change {proof['change']}: dns IPv{family}, normal > withdrawn"
            assert any(row.startswith("  gone from the export to up  ") and row.endswith(" ms") for row in rows)
            assert any(row.endswith("unproven: no looking glass configured") for row in rows)
            assert rows[-1] == "  complete: {proven} proven, {unproven} unproven".format(**count)
        at = time.monotonic_ns()
        node.order("auto")
        up = node.wait_event("proof", at, family=4, to="normal")
        assert steps_of(up)["export up"]["state"] == "proven"


def test_a_session_that_is_down_proves_nothing(tmp_path):
    with peered(tmp_path) as (node, neighbour):
        node.wait_status(lambda status: status["services"][0]["families"][1]["exports"] == ["up"])
        neighbour.ask("disable site")
        node.wait_status(lambda status: not status["bird"]["sessions"][0]["established"])
        node.wait_event("health", cause="isolated")
        node.order("withdrawn")
        steps = steps_of(proof_of(node, 6, "withdrawn"))
        assert steps["export up"] == {"step": "export", "name": "up", "state": "unproven", "why": "session down"}


def test_what_is_not_proven_in_time_is_told_until_it_is(tmp_path):
    """A route of somebody else's takes the withdrawn one's place."""
    with peered(tmp_path, export="all", extra='proof = { limit = "6s"; };') as (node, _):
        node.bird.ask("enable trap")
        node.wait_event("exports", family=4)
        node.order("withdrawn")
        change = node.wait_event("level", family=4, to="withdrawn")["change"]
        alarm = f"see anycastctl history {change}"

        def told(status):
            return [text for text in status["alarms"] if text.endswith(alarm)]
        assert told(node.wait_status(told)) == [
            "dns IPv4: withdrawn is not proven: BIRD still exports to up: see birdc show route exported up; " + alarm]
        assert node.wait_event("alarm", change=change, reason="unproven")["name"] == "up"
        live = json.loads(anycastctl(node, "history", str(change), "--json").stdout)["proof"]
        assert live["end"] == "open" and steps_of(live)["export up"]["state"] == "not_yet"

        proof = proof_of(node, 4, "withdrawn", end="time_over")
        assert steps_of(proof)["export up"]["why"] == "not within its time"
        node.wait_status(told)
        node.bird.ask("disable trap")
        node.wait_status(lambda status: not told(status))
        late = proof_of(node, 4, "withdrawn", end="late")
        assert late["change"] == change and steps_of(late)["export up"]["ms"] > 6000


def test_the_next_change_overtakes(tmp_path):
    with peered(tmp_path, export="all") as (node, _):
        node.bird.ask("enable trap")
        node.wait_event("exports", family=4)
        node.order("withdrawn")
        change = node.wait_event("level", family=4, to="withdrawn")["change"]
        wait_for(lambda: "export up" in steps_so_far(node, change), "look at the export")
        node.order("auto")
        proof = proof_of(node, 4, "withdrawn")
        assert proof["end"] == "overtaken"
        assert steps_of(proof)["export up"]["why"] == "overtaken by the next change"


def ask_until(ending, address):
    """Asks one question after the other."""
    host, port = address.split("@")
    query = dns.message.make_query("example.com", "SOA").to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(SECONDS)
        client.connect((host, int(port)))
        while not ending.wait(0.002):
            client.send(query)
            client.recv(4096)


def test_a_bird_that_hangs_proves_nothing_until_it_goes_on(tmp_path):
    with peered(tmp_path) as (node, _):
        node.wait_status(lambda status: status["services"][0]["families"][0]["exports"] == ["up"])
        node.signal(signal.SIGSTOP, "bird")
        node.order("withdrawn")
        change = node.wait_event("level", family=4, to="withdrawn")["change"]
        alarm = ("dns IPv4: withdrawn is not proven: BIRD has not taken the command: see birdc show status; "
                 f"see anycastctl history {change}")
        node.wait_status(lambda status: alarm in status["alarms"])
        node.signal(signal.SIGCONT, "bird")
        proof = proof_of(node, 4, "withdrawn")
        assert proof["change"] == change and proof["end"] == "complete"
        assert steps_of(proof)["export up"]["state"] in ("proven", "unproven")  # its session may have been lost
        node.wait_status(lambda status: alarm not in status["alarms"])


def test_a_bird_that_dies_takes_its_sessions_with_it(tmp_path):
    with peered(tmp_path) as (node, _):
        node.wait_status(lambda status: status["services"][0]["families"][0]["exports"] == ["up"])
        node.signal(signal.SIGSTOP, "bird")
        node.order("withdrawn")
        node.wait_event("level", family=6, to="withdrawn")
        node.kill("bird")
        for family in PREFIXES:
            steps = steps_of(proof_of(node, family, "withdrawn"))
            assert steps["read_back"]["state"] == "proven"
            assert [step["why"] for step in steps.values() if step["step"] == "export"] == [
                "BIRD has ended, and its sessions with it"]


def test_what_is_found_at_start_is_proven_but_no_change():
    with Node() as node:
        node.stop("anycastd")
        known = max(event["change"] for event in node.events("level"))
        node.start_anycastd()
        steps = steps_of(node.wait_event("proof", change=known + 1))
        assert steps["read_back"]["state"] == "proven"
        assert steps["replied"]["why"] == steps["queries"]["why"] == "it was found so at the start"


@thrice
def test_queries_that_stop_are_part_of_the_proof():
    ending = threading.Event()
    with Node() as node:
        client = threading.Thread(target=ask_until, args=(ending, node.addresses[0]))
        client.start()
        try:
            node.wait_status(lambda status: rate_of(status) > 50)
            node.order("withdrawn")
            node.wait_event("level", family=4, to="withdrawn")
        finally:
            ending.set()
            client.join()
        queries, steps = queries_of(node), steps_of(proof_of(node, 4, "withdrawn"))
        assert queries["state"] == "proven", steps
        assert queries["ms"] > steps["read_back"]["ms"]
        assert steps["export"]["why"] == "BIRD has no session to a provider"


@thrice
def test_queries_that_go_while_it_is_leaving_are_part_of_the_proof():
    """To `leaving` a provider reacts at once: when it withdraws after that, nothing has come for longer than a rate is
    measured over."""
    slow = TIMES.replace('settle = "300ms"', 'settle = "3s"')
    ending = threading.Event()
    with OtherSite() as other, Node(slow, bird=other.conf) as node:
        other.announce("normal")
        node.wait_status(lambda s: s["fleet"]["live"] and seen_levels(s) == {NODE_ID: {"normal"}})
        client = threading.Thread(target=ask_until, args=(ending, node.addresses[0]))
        client.start()
        try:
            node.wait_status(lambda status: rate_of(status) > 50)
            node.order("withdrawn")
            node.wait_event("level", family=4, to="leaving")
        finally:
            ending.set()
            client.join()
        queries = queries_of(node, **{"from": "leaving"})
        assert queries["state"] == "proven", queries


def test_changes_that_are_no_longer_in_memory_are_found_in_the_log():
    with Node() as node:
        node.order("withdrawn")
        before = {family: proof_of(node, family, "withdrawn") for family in PREFIXES}
        node.stop("anycastd")
        log = node.events_path.read_text()
        filler = json.dumps({"time": "2026-11-23T00:00:00.000Z", "mono_ns": 1, "node": "test1", "event": "guard"}) + "\n"
        node.events_path.write_text(log + 1100 * filler)
        node.start_anycastd()
        for rotated in (False, True):
            if rotated:
                node.events_path.rename(f"{node.events_path}.1")
                node.events_path.write_text(filler)
            change = before[6]["change"]
            assert node.command("history", change=change)["events"] == []
            shown = anycastctl(node, "history", f"#{change}", "--json")
            assert shown.returncode == 0, shown.stderr
            found = json.loads(shown.stdout)
            assert found["proof"] == before[6]
            assert [event["event"] for event in found["events"]] == ["level", "bird", "confirmed", "proof"]
        unknown = anycastctl(node, "history", "99999")
        assert unknown.returncode == 2
        assert "no change 99999 is known, nor in " in unknown.stderr
