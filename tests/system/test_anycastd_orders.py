"""What operators order, and a dnsd that wants to leave."""

import signal
import time

import pytest

from dnsd import wait_for
from node import BIRD, BOTH_NORMAL, TIMES, Node, Watch, rate_of
from patience import Late, thrice

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

NONE = set()
BOTH_DRAIN = {(4, "drain"), (6, "drain")}
LONG_DRAIN = TIMES.replace('min = "300ms"; max = "1s"', 'min = "1h"; max = "1h"')


def steps(watch, family):
    """The levels that were up in one family, one after the other: sets, without repetitions."""
    found = []
    for _, levels in watch.changes:
        ours = {level for number, level in levels if number == family}
        if not found or found[-1] != ours:
            found.append(ours)
    return found


def family_status(status, index=0):
    return status["services"][0]["families"][index]


def test_withdraw_and_resume():
    with Node() as node:
        reply = node.order("withdrawn", reason="new line card", user="alice")
        assert "warning" not in reply
        node.wait_levels(NONE)
        order = node.status()["services"][0]["order"]
        assert order["intent"] == "withdrawn" and order["reason"] == "new line card"
        assert order["by"].startswith("alice (uid ") and order["left_ms"] is None
        level = node.wait_event("level", to="withdrawn", family=4)
        assert level["reason"] == "operator" and level["order_reason"] == "new line card"
        node.order("auto")
        node.wait_levels(BOTH_NORMAL)


def test_drain_goes_by_the_drain_level_and_loses_nothing_on_the_way():
    with Node(LONG_DRAIN) as node, Watch(node.bird) as watch:
        node.order("drain")
        watch.wait(BOTH_DRAIN)
        node.conf.write_text(node.conf.read_text().replace(LONG_DRAIN, TIMES))  # it has been seen, and may end
        node.signal(signal.SIGHUP, "anycastd")
        watch.wait(NONE)
        for family in (4, 6):
            # Never without a route before the end: made before broken.
            assert steps(watch, family) == [{"normal"}, {"normal", "drain"}, {"drain"}, set()] or \
                   steps(watch, family) == [{"normal"}, {"drain"}, set()]


def test_drain_can_be_taken_back():
    with Node(LONG_DRAIN) as node, Watch(node.bird) as watch:
        node.order("drain")
        node.wait_levels(BOTH_DRAIN)
        node.order("auto")
        node.wait_levels(BOTH_NORMAL)
        assert set() not in steps(watch, 4) + steps(watch, 6)


def test_order_ends_with_its_time():
    with Node() as node:
        node.order("withdrawn", for_ms=500)
        for family in (4, 6):
            node.wait_event("level", family=family, to="withdrawn", reason="operator")
        node.wait_event("order-expired")
        node.wait_levels(BOTH_NORMAL)
        assert node.status()["services"][0]["order"]["intent"] == "auto"


def test_forced_needs_an_end():
    with Node() as node:
        reply = node.command("order", intent="forced")
        assert not reply["ok"] and "needs an end" in reply["error"]


def test_forced_announces_against_the_evidence_but_not_a_dead_dnsd():
    with Node() as node:
        node.dnsd.zone_file("example.com").write_text("broken (")
        node.kill("dnsd")
        node.dnsd.start()  # its zone cannot be loaded: SERVFAIL
        node.wait_status(lambda s: family_status(s)["health"]["cause"] not in ("ok", "dnsd_dead", "unknown"))
        node.order("forced", for_ms=60000)
        node.wait_levels(BOTH_NORMAL)
        status = node.wait_status(lambda s: s["alarms"])
        assert any("by order against the evidence" in alarm for alarm in status["alarms"])
        node.kill("dnsd")
        node.wait_levels(NONE)
        status = node.wait_status(lambda s: any("although ordered" in alarm for alarm in s["alarms"]))
        assert not any("other sites" in alarm for alarm in status["alarms"])


def test_order_survives_a_restart():
    with Node() as node:
        node.order("withdrawn", reason="moving")
        node.wait_levels(NONE)
        node.wait_status(lambda s: not s["alarms"])  # on a slow disk, "orders are not stored"
        node.kill("anycastd")
        node.start_anycastd()
        order = node.status()["services"][0]["order"]
        assert order["intent"] == "withdrawn" and order["reason"] == "moving"
        node.wait_status(lambda s: family_status(s)["decided"] == "withdrawn"
                         and family_status(s)["health"]["cause"] == "ok")
        assert node.bird.levels() == NONE


def test_order_that_cannot_be_stored_holds_and_warns():
    with Node() as node:
        (node.folder / "orders.json.new").mkdir()  # what a full disk does to the new file
        reply = node.order("withdrawn")
        assert "a restart of anycastd may forget it" in reply["warning"]
        node.wait_levels(NONE)
        assert any("not stored" in alarm for alarm in node.status()["alarms"])
        (node.folder / "orders.json.new").rmdir()
        wait_for(lambda: "warning" not in node.order("auto"), "order that is stored")  # a slow disk warns, too


def test_damaged_orders_are_told_and_not_obeyed():
    with Node() as node:
        node.stop("anycastd")
        (node.folder / "orders.json").write_text('{"v":1,')
        node.start_anycastd()
        status = node.wait_status(lambda s: s["alarms"])
        assert any("earlier orders are lost" in alarm for alarm in status["alarms"])
        assert node.bird.levels() == BOTH_NORMAL


def test_unknown_service_is_refused():
    with Node() as node:
        reply = node.command("order", intent="drain", service="other")
        assert not reply["ok"] and 'no service "other"' in reply["error"]


def test_dnsd_leaves_when_it_is_drained_withdrawn_and_lingered():
    with Node() as node:
        at = node.signal(signal.SIGTERM, "dnsd")
        assert node.dnsd.wait() == 0
        left = time.monotonic_ns()
        assert node.bird.levels() == NONE
        for level in ("drain", "withdrawn"):
            node.wait_event("confirmed", at, family=4, level=level)
        drained = node.wait_event("level", at, family=4, to="drain")
        withdrawn = node.wait_event("level", at, family=4, to="withdrawn")
        assert drained["reason"] == withdrawn["reason"] == "stopping"
        assert withdrawn["mono_ns"] - drained["mono_ns"] >= 300e6  # drain.min
        assert left - withdrawn["mono_ns"] >= 300e6  # drain.linger


@thrice
def test_drain_waits_until_it_is_quiet():
    times = """
probe = { interval = "50ms"; timeout = "200ms"; };
policy = { fall = 2; rise = 2; hold = "300ms"; min_sites = 0; };
drain = { min = "100ms"; max = "1h"; linger = "100ms"; quiet_percent = 50; };
"""
    with Node(times) as node, node.dnsd.connect("127.0.0.53") as client:
        import dns.message
        from dnsd import framed, receive_message
        question = framed(dns.message.make_query("www.example.com", "A").to_wire())

        def ask():
            client.sendall(question)
            receive_message(client)

        def asked_for(seconds):
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                ask()
            return True

        def levels_while_asked():
            asked_for(0.05)
            levels = node.bird.levels()
            if not levels:
                raise Late("we did not ask for a moment")
            return levels

        wait_for(lambda: asked_for(0.1) and rate_of(node.status()) > 100, "a query rate")
        node.order("drain")
        wait_for(lambda: levels_while_asked() == {(4, "drain")}, "drain")  # IPv6 was not asked
        for _ in range(10):  # five times drain.min, and still asked
            assert levels_while_asked() == {(4, "drain")}
        node.wait_levels(NONE)  # now it is quiet


def test_history_has_what_happened():
    with Node() as node:
        node.order("withdrawn", reason="x")
        node.wait_event("confirmed", level="withdrawn", family=6)
        events = node.command("history", last=1000)["events"]
        kinds = [event["event"] for event in events]
        for kind in ("start", "health", "level", "bird", "confirmed", "order"):
            assert kind in kinds
        node.stop("anycastd")
        node.start_anycastd()
        wait_for(lambda: [e["event"] for e in node.command("history", last=1000)["events"]][:len(kinds)]
                 == kinds, "the history of before")
