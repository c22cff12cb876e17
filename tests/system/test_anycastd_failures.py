"""anycastd and its guard with a real BIRD and a real dnsd: what is announced when one of them dies, hangs or restarts.
Times are seen from BIRD's control socket, by a watcher that looks every millisecond."""

import os
import signal
import time

import pytest

import threads
from dnsd import wait_for
from node import BIRD, BOTH_NORMAL, TIMES, Node, Watch, is_dead
from patience import thrice

pytestmark = pytest.mark.skipif(not BIRD, reason="needs BIRD: apt-get install bird2")

NONE = set()


def await_guards_questions(node, count=20):
    """Waits until dnsd was asked so often: only the guard does that when anycastd is gone."""
    def queries():
        counters = node.dnsd.counters()
        return counters["queries_udp4"] + counters["queries_udp6"]
    before = queries()
    wait_for(lambda: queries() >= before + count, "questions of the guard")


# dnsd fails ---------------------------------------------------------------------------------------

@thrice
def test_killed_dnsd_is_withdrawn_at_once_and_comes_back(within):
    with Node() as node, Watch(node.bird) as watch:
        at = node.kill("dnsd")
        within(watch.wait(NONE, at), 100)
        event = node.wait_event("level", at, family=4, to="withdrawn")
        assert event["cause"] == "dnsd_dead" and event["reason"] == "cause"
        act = node.wait_event("bird", at, family=4)
        assert act["command"] == 'disable "svc_dns_4_*"' and act["done"]
        node.wait_log("anycastd", "bird command='disable \"svc_*\"' reply=")  # one for both families goes before
        node.wait_event("confirmed", at, family=4, level="withdrawn")
        assert node.intents() == set()
        node.dnsd.start()
        node.wait_levels(BOTH_NORMAL)
        wait_for(lambda: len(node.intents()) == 2, "intents of both families")


@thrice
def test_hung_dnsd_is_withdrawn(within):
    with Node() as node, Watch(node.bird) as watch:
        at = node.signal(signal.SIGSTOP, "dnsd")
        within(watch.wait(NONE, at), 600)
        assert node.wait_event("level", at, family=6, to="withdrawn")["cause"] == "dnsd_hung"
        node.signal(signal.SIGCONT, "dnsd")
        node.wait_levels(BOTH_NORMAL)


@pytest.mark.skipif(not threads.may_starve(), reason="needs the right to take a whole CPU, of two")
def test_starved_dnsd_is_withdrawn_only_where_the_floor_allows():
    with Node(times=TIMES.replace("min_sites = 0", "min_sites = 1")) as node, Watch(node.bird) as watch:
        beside = [node.pid(name).pid for name in ("bird", "anycastd", "anycastguard")]
        with threads.starved(threads.threads_of(node.dnsd.process.pid), beside):
            node.wait_event("health", family=4, cause="dnsd_starved")
            watch.wait({(4, "backup"), (6, "backup")})
        node.wait_levels(BOTH_NORMAL)
    assert NONE not in [levels for _, levels in watch.changes]


# anycastd fails -----------------------------------------------------------------------------------

def test_killed_anycastd_changes_nothing_while_dnsd_answers():
    with Node() as node, Watch(node.bird) as watch:
        node.kill("anycastd")
        node.wait_log("anycastguard", "lease-lost")
        await_guards_questions(node)
        node.wait_log("anycastguard", "alarm anycastd=gone")
        node.start_anycastd()
        node.wait_status(lambda status: status["healthy"])
        node.wait_log("anycastguard", "lease-held")
        assert [levels for _, levels in watch.changes] == [BOTH_NORMAL]


def test_hung_anycastd_changes_nothing_while_dnsd_answers():
    with Node(extra='guard = { lease = "300ms"; };') as node, Watch(node.bird) as watch:
        node.signal(signal.SIGSTOP, "anycastd")
        node.wait_log("anycastguard", "lease-lost")
        await_guards_questions(node)
        node.signal(signal.SIGCONT, "anycastd")
        node.wait_log("anycastguard", "lease-held")
        node.wait_status(lambda status: status["healthy"])
        assert [levels for _, levels in watch.changes] == [BOTH_NORMAL]


def test_restarted_anycastd_adopts_what_is_announced():
    with Node() as node, Watch(node.bird) as watch:
        node.stop("anycastd")
        node.start_anycastd()
        node.wait_status(lambda status: status["healthy"])
        assert [levels for _, levels in watch.changes] == [BOTH_NORMAL]


@thrice
def test_both_killed_is_withdrawn_by_the_guard(within):
    with Node() as node, Watch(node.bird) as watch:
        at = node.kill("anycastd", "dnsd")
        within(watch.wait(NONE, at), 100)
        wait_for(lambda: node.intents() == set(), "empty intent folder")
        node.wait_log("anycastguard", " demand")  # for its end, or for a refused probe: whichever came first


@thrice
def test_dnsd_killed_while_anycastd_is_gone(within):
    with Node() as node, Watch(node.bird) as watch:
        node.kill("anycastd")
        node.wait_log("anycastguard", "lease-lost")
        await_guards_questions(node)
        at = node.kill("dnsd")
        within(watch.wait(NONE, at), 100)
        node.start_anycastd()
        node.dnsd.start()
        node.wait_levels(BOTH_NORMAL)


@thrice
def test_dnsd_hung_while_anycastd_is_gone(within):
    with Node() as node, Watch(node.bird) as watch:
        node.kill("anycastd")
        node.wait_log("anycastguard", "lease-lost")
        await_guards_questions(node)
        at = node.signal(signal.SIGSTOP, "dnsd")
        within(watch.wait(NONE, at), 1000)
        node.signal(signal.SIGCONT, "dnsd")
        node.start_anycastd()
        node.wait_levels(BOTH_NORMAL)


@thrice
def test_dnsd_that_hangs_since_before_a_restart_of_anycastd(within):
    """It cannot connect to the new one, which has adopted what is announced."""
    with Node() as node, Watch(node.bird) as watch:
        node.kill("anycastd")
        at = node.signal(signal.SIGSTOP, "dnsd")
        node.start_anycastd()
        within(watch.wait(NONE, at), 600)
        node.signal(signal.SIGCONT, "dnsd")
        node.wait_levels(BOTH_NORMAL)


# the guard fails ----------------------------------------------------------------------------------

def test_restarted_guard_changes_nothing():
    with Node() as node, Watch(node.bird) as watch:
        node.kill("anycastguard")
        status = node.wait_status(lambda status: not status["guard"]["connected"])
        assert not status["healthy"]
        assert any("systemctl status anycastguard" in alarm for alarm in status["alarms"])
        node.start_guard()
        node.wait_status(lambda status: status["healthy"])
        assert [levels for _, levels in watch.changes] == [BOTH_NORMAL]


def test_guard_that_finds_an_announcement_of_nobody_withdraws_it():
    node = Node()
    try:
        node.bird.start()
        for family in (4, 6):
            node.bird.ask(f'enable "svc_dns_{family}_normal"')
        node.start_guard()
        node.wait_log("anycastguard", "anycastd did not come")
        node.wait_levels(NONE)
    finally:
        node.end()


# BIRD fails ---------------------------------------------------------------------------------------

def test_restarted_bird_announces_only_what_is_confirmed_again():
    with Node(TIMES.replace('hold = "300ms"', 'hold = "3s"')) as node:  # so that we see it before
        at = node.kill("bird")
        wait_for(lambda: node.intents() == set(), "empty intent folder")
        node.bird.start()
        with Watch(node.bird) as watch:
            node.wait_levels(BOTH_NORMAL)
            assert watch.changes[0][1] == NONE
        restarted = node.wait_event("bird-restarted", at)
        for family in (4, 6):
            lost = node.wait_event("level", at, family=family, reason="bird_restarted", to="withdrawn")
            assert lost["outlook"].startswith("announces again ")
            raised = node.wait_event("level", at, family=family, to="normal")
            assert raised["mono_ns"] > restarted["mono_ns"]


def test_dead_bird_announces_nothing_and_that_is_known():
    """So a dnsd that wants to leave need not wait for a BIRD that is gone."""
    with Node() as node:
        at = node.kill("bird")
        status = node.wait_status(lambda s: [f["actual"] for f in s["services"][0]["families"]] == ["withdrawn"] * 2)
        assert not status["bird"]["connected"] and not status["healthy"]
        node.signal(signal.SIGTERM, "dnsd")
        assert node.dnsd.wait() == 0
        node.wait_event("level", at, family=4, to="withdrawn", reason="stopping")


def test_restarted_bird_stays_withdrawn_while_dnsd_is_dead():
    with Node() as node:
        at = node.kill("dnsd", "bird")
        node.bird.start()
        node.wait_event("confirmed", at, family=4, level="withdrawn")
        node.wait_event("confirmed", at, family=6, level="withdrawn")
        assert node.bird.levels() == NONE


def test_all_killed_leaves_nothing_that_bird_would_announce():
    with Node() as node:
        node.kill("bird", "anycastd", "dnsd")
        wait_for(lambda: node.intents() == set(), "empty intent folder")
        node.bird.start()
        assert node.bird.levels() == NONE


@thrice
def test_hung_bird_is_ended_when_it_does_not_confirm(within):
    with Node() as node:
        pidfd = os.pidfd_open(node.bird.process.pid)
        node.signal(signal.SIGSTOP, "bird")
        at = node.kill("dnsd")
        assert is_dead(pidfd)
        within(time.monotonic_ns() - at, 1300)
        os.close(pidfd)
        node.wait_log("anycastguard", "bird-ended")
        node.bird.process.wait()
        node.bird.start()
        node.wait_event("confirmed", at, family=4, level="withdrawn")
        assert node.bird.levels() == NONE
        assert node.bird.process.poll() is None  # the new one is left alone


def test_hung_bird_is_left_alone_if_so_configured():
    with Node(extra="guard = { kill_bird = false; };") as node:
        node.signal(signal.SIGSTOP, "bird")
        at = node.kill("dnsd")
        node.wait_log("anycastguard", "bird-not-ended")
        node.signal(signal.SIGCONT, "bird")
        node.wait_event("confirmed", at, family=4, level="withdrawn")
        node.wait_levels(NONE)


# somebody else drives BIRD ------------------------------------------------------------------------

def test_configure_keeps_what_is_announced():
    with Node() as node, Watch(node.bird) as watch:
        wait_for(lambda: len(node.intents()) == 2, "intents of both families")
        assert "Reconfigured" in node.bird.ask("configure")
        node.bird.ask("show status")
        with open(node.folder / "bird.conf", "a") as conf:
            conf.write("protocol static more { ipv4; }\n")
        assert "Reconfigured" in node.bird.ask("configure")
        wait_for(lambda: "more" in node.bird.ask("show protocols"), "the new configuration")
        assert [levels for _, levels in watch.changes] == [BOTH_NORMAL]


def test_configure_keeps_what_is_withdrawn():
    with Node() as node:
        node.kill("dnsd")
        node.wait_levels(NONE)
        with Watch(node.bird) as watch:
            with open(node.folder / "bird.conf", "a") as conf:
                conf.write("protocol static more { ipv4; }\n")
            assert "Reconfigured" in node.bird.ask("configure")
            wait_for(lambda: "more" in node.bird.ask("show protocols"), "the new configuration")
            assert [levels for _, levels in watch.changes] == [NONE]


def test_what_somebody_disables_is_enabled_again():
    with Node() as node, Watch(node.bird) as watch:
        node.bird.ask("disable svc_dns_4_normal")
        drift = node.wait_event("drift", family=4)
        assert drift["wanted"] == "normal" and drift["found"] == "withdrawn"
        node.wait_levels(BOTH_NORMAL)
        assert all(levels in (BOTH_NORMAL, {(6, "normal")}) for _, levels in watch.changes)


def test_missing_protocol_is_told_with_the_remedy():
    with Node(missing={(4, "drain")}) as node:
        status = node.wait_status(lambda status: status["services"][0]["families"][0]["problem"])
        problem = status["services"][0]["families"][0]["problem"]
        assert problem == ("BIRD has no protocol svc_dns_4_drain: anycastctl bird-config --apply "
                           "writes it")
        assert problem in status["alarms"] and not status["healthy"]
