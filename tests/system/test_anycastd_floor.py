"""The floor: another site is there or not, and what that means for orders."""

import signal
import time

import pytest

from node import BIRD, BOTH_NORMAL, Node
from othersite import NODE_ID, TIMES, OtherSite, seen_levels
from patience import Late, thrice

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

NONE = set()


def family_status(status, index=0):
    return status["services"][0]["families"][index]


def wait_seen(node, level):
    """Waits until the node sees the other site at that level; None: nobody."""
    wanted = {NODE_ID: {level}} if level else {}
    return node.wait_status(lambda s: s["fleet"]["live"] and seen_levels(s) == wanted)


def outlooks(node, text):
    return node.wait_status(lambda s: all(text in f["outlook"] for f in s["services"][0]["families"]))


@thrice
def test_with_another_site_a_withdrawal_goes_by_leaving():
    with OtherSite() as other, Node(TIMES, bird=other.conf) as node:
        other.announce("normal")
        wait_seen(node, "normal")
        at = time.monotonic_ns()
        node.order("withdrawn")
        node.wait_levels(NONE)
        node.wait_event("level", at, family=4, to="withdrawn")
        steps = [(e["to"], e["reason"]) for e in node.events("level", at) if e["family"] == 4]
        if {reason for _, reason in steps} != {"operator"}:
            raise Late(f"dnsd was, too: {steps}")  # and that comes before orders
        assert steps == [("leaving", "operator"), ("withdrawn", "operator")]
        for family in (4, 6):
            node.wait_event("confirmed", at, family=family, level="leaving")
        node.order("auto")
        node.wait_levels(BOTH_NORMAL)


def test_below_the_floor_orders_are_refused_but_not_with_force():
    with OtherSite() as other, Node(TIMES, bird=other.conf) as node:
        other.announce("backup")
        wait_seen(node, "backup")
        for intent in ("drain", "withdrawn"):
            reply = node.command("order", intent=intent)
            assert not reply["ok"]
            assert reply["error"].startswith("refused: dns IPv4: at least 1 other site must announce it at normal, "
                                             "and there are node 2 (backup); with --force")
        assert node.status()["services"][0]["order"]["intent"] == "auto"
        assert node.bird.levels() == BOTH_NORMAL
        node.order("withdrawn", force=True)
        node.wait_levels(NONE)
        assert node.wait_status(lambda s: s["alarms"])["services"][0]["order"]["force"]
        node.stop("anycastd")  # force, too, outlives it
        node.start_anycastd()
        assert node.wait_status(lambda s: s["bird"]["connected"])["services"][0]["order"]["force"]


def test_who_cannot_see_the_others_is_refused_with_the_reason():
    with OtherSite() as other, Node(TIMES, bird=other.conf) as node:
        other.announce("normal")
        wait_seen(node, "normal")
        other.bird.end()
        status = node.wait_status(lambda s: not s["fleet"]["live"])
        assert any("the other sites cannot be seen" in alarm for alarm in status["alarms"])
        reply = node.command("order", intent="drain")
        assert not reply["ok"] and "no session to another site is established" in reply["error"]


def test_a_drain_waits_at_its_end_until_the_floor_holds():
    long_drain = TIMES.replace('min = "300ms"; max = "600ms"', 'min = "1h"; max = "1h"')
    with OtherSite() as other, Node(long_drain, bird=other.conf) as node:
        other.announce("normal")
        wait_seen(node, "normal")
        node.order("drain")
        node.wait_levels({(4, "drain"), (6, "drain")})
        other.announce("drain")  # it drains, too
        wait_seen(node, "drain")
        node.conf.write_text(node.conf.read_text().replace(long_drain, TIMES))  # and now it is short
        node.signal(signal.SIGHUP, "anycastd")
        outlooks(node, "withdraws when another site announces at normal (sees none)")
        status = node.wait_status(lambda s: all(f["reason"] == "floor" for f in s["services"][0]["families"]))
        assert node.bird.levels() == {(4, "drain"), (6, "drain")} and len(status["alarms"]) == 2
        other.announce("normal")
        node.wait_levels(NONE)


def test_a_restart_of_anycastd_goes_on_where_it_was():
    """The other sites are known some milliseconds after BIRD's levels: meanwhile, nothing moves."""
    slow = TIMES.replace('settle = "300ms"', 'settle = "1m"')
    leaving = {(4, "leaving"), (6, "leaving")}
    with OtherSite() as other, Node(slow, bird=other.conf) as node:
        other.announce("normal")
        wait_seen(node, "normal")
        node.order("withdrawn")
        node.wait_levels(leaving)
        at = node.kill("anycastd")
        node.start_anycastd()
        node.wait_status(lambda s: all(f["reason"] == "settle" and "withdraws in " in f["outlook"]
                                       for f in s["services"][0]["families"]))
        for family in (4, 6):
            node.wait_event("level", at, family=family, to="leaving")
        assert {e["to"] for e in node.events("level", at)} == {"leaving"}
        assert node.bird.levels() == leaving


def test_a_stopping_dnsd_goes_whatever_the_floor():
    with OtherSite() as other, Node(TIMES, bird=other.conf) as node:
        wait_seen(node, None)
        node.stop("dnsd")
        assert node.bird.levels() == NONE
        assert node.wait_event("alarm", family=4, level="drain")


def test_alone_it_is_back_without_a_hold():
    with OtherSite() as other, Node(TIMES.replace('hold = "300ms"', 'hold = "1h"'), bird=other.conf) as node:
        wait_seen(node, None)
        node.kill("dnsd")
        node.wait_levels(NONE)
        node.dnsd.start()
        node.wait_levels(BOTH_NORMAL)
        other.announce("normal")  # now there is somebody, and time to hold
        wait_seen(node, "normal")
        at = node.kill("dnsd")
        node.wait_levels(NONE)
        node.dnsd.start()
        node.wait_event("health", at, cause="ok", family=4)
        node.wait_status(lambda s: family_status(s)["reason"] == "hold")
        outlooks(node, "announces again in 60 m if probes go on passing")


def start_dry(node):
    node.bird.start()
    node.start_guard()
    node.start_anycastd()
    node.dnsd.start()


def decided(status):
    return [family["decided"] for family in status["services"][0]["families"]]


def test_a_dry_run_decides_and_touches_nothing():
    node = Node(extra="dry_run = true;")
    try:
        start_dry(node)
        status = node.wait_status(lambda s: decided(s) == ["normal", "normal"])
        assert status["dry_run"] and not status["healthy"]
        assert any(alarm.startswith("dry run:") for alarm in status["alarms"])
        assert node.wait_event("start", dry_run=True)
        assert node.wait_event("level", family=4, to="normal")
        assert node.bird.levels() == NONE and node.intents() == set()
        node.bird.ask('enable "svc_dns_?_normal"')
        node.order("withdrawn")
        node.wait_status(lambda s: decided(s) == ["withdrawn", "withdrawn"])
        node.stop("anycastd")
        node.kill("dnsd")
        node.wait_log("anycastguard", "demand service=dns family=4")
        node.wait_log("anycastguard", "demand service=dns family=6")
        assert node.bird.levels() == BOTH_NORMAL
        assert not node.events("bird")
    finally:
        node.end()
    node.check_logs()
