"""Drills at one site, as an operator runs them: what they find is what the clients and the neighbour saw, and what
they broke is put right, whoever dies meanwhile."""

import signal
import time

import pytest

from drilling import Drill, Helper, daemon_pid, process_state, sees_others, take_back
from network import CLIENTS, wait_for

SITE = "fra"  # the site nearest to c1
SERVFAIL = 2
CLOSE = 15  # queries: what the node's own count may be off by
ROUNDS = 3  # for figures only: this machine may be busy with something else for a moment


@pytest.fixture(scope="module")
def helper(lab):
    lab.wait_calm()
    with Helper(lab.sites[SITE]) as helper:
        yield helper
    take_back(lab.sites[SITE])
    lab.wait_calm(60)


@pytest.fixture(autouse=True)
def calm(lab, helper):
    """Before and after: a drill leaves nothing broken."""
    lab.wait_calm()
    wait_for("the others", lambda: sees_others(lab.sites[SITE], 2))
    yield
    wait_for("nothing to be broken", lambda: helper.broken() is None, 60)
    lab.wait_calm(60)


def clients_lost(lab, from_ns, until_ns):
    """(queries that no site answered in time, those that were answered SERVFAIL), of all clients, as the clients have it."""
    silent = wrong = 0
    for client in lab.clients.values():
        client.settle(until_ns)
        for query in client.between(from_ns, until_ns):
            wrong += query.rcode == SERVFAIL and query.received_ns != 0
            silent += query.rcode != SERVFAIL and not query.answered  # late is lost
    return silent, wrong


def run(lab, helper, name, *arguments):
    """(exit status, report, what clients lost meanwhile)"""
    from_ns = time.monotonic_ns()
    status, report, complaint = Drill(lab.sites[SITE], helper, name, *arguments).wait()
    assert report, complaint
    print(report["figures"], report["lost"], report["events"])
    assert report["problems"] == []
    return status, report, clients_lost(lab, from_ns, time.monotonic_ns())


# scenario: (figures that must be known, which of what clients lost is its loss)
LEAVING = ("detect", "withdraw", "proof", "traffic_gone", "restore", "lost")
SCENARIOS = {
    "withdraw": (LEAVING, 0),
    "drain": (LEAVING, 0),
    "dnsd-crash": (LEAVING, 0),
    "dnsd-hang": (LEAVING, 0),
    "dnsd-wrong-answers": (LEAVING, 1),
    "bird-crash": (("detect", "traffic_gone", "restore", "lost"), 0),
    "controller-crash": (("restore", "lost"), 0),
    "link-loss": (("detect", "traffic_gone", "restore", "lost"), 0),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_drill_tells_the_truth(lab, helper, name):
    known, which = SCENARIOS[name]
    for _ in range(ROUNDS):
        status, report, lost = run(lab, helper, name)
        figures = report["figures"]
        missing = [figure for figure in known if figures[figure] is None]
        off = abs((figures["lost"] or 0) - lost[which])
        print(f"{name}: {figures}, clients lost {lost}, off by {off}")
        if status == 0 and not missing and off <= max(CLOSE, lost[which] // 10):
            return
        lab.wait_calm(60)
    pytest.fail(f"{name}: {report['verdict_text']}, not known: {missing}, off by {off} of {lost}")


def test_drills_are_kept_and_shown(lab, helper):
    site = lab.sites[SITE]
    run(lab, helper, "controller-crash")
    _, report, _ = run(lab, helper, "controller-crash")
    assert report["earlier"]["runs"] >= 1
    assert report["id"] in site.ctl("drill", "list").stdout
    shown = site.ctl("drill", "show", report["id"])
    assert "restore" in shown.stdout and report["verdict_text"] in shown.stdout
    page = site.ctl("drill", "show", report["id"], "--html").stdout
    assert page.startswith("<!doctype html>") and "<svg" in page and "http" not in page


def begun(drill, helper, act):
    wait_for(f"{act} to begin", lambda: helper.broken() == act or drill.process.poll() is not None)
    assert drill.process.poll() is None, drill.wait()


ACTS = {
    "dnsd-hang": ("dnsd-stop", lambda site: process_state(daemon_pid(site, "dnsd")) == "T",
                  lambda site: process_state(daemon_pid(site, "dnsd")) != "T"),
    "dnsd-crash": ("dnsd-kill", lambda site: daemon_pid(site, "dnsd") is None, lambda site: daemon_pid(site, "dnsd")),
    "link-loss": ("link-drop", lambda site: "proxima_drill" in tables(site), lambda site: "proxima_drill" not in tables(site)),
}


def tables(site):
    return site.namespace.run("nft", "list", "tables")


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("who", ["anycastctl", "anycastdrill"])
def test_what_is_broken_is_put_right_without(lab, helper, name, who):
    """kill -9 of anycastctl, or of the helper (its service manager starts it again), in the middle of it."""
    act, broken, right = ACTS[name]
    site = lab.sites[SITE]
    drill = Drill(site, helper, name, "--for", "5m")
    begun(drill, helper, act)
    wait_for("the failure", lambda: broken(site))
    if who == "anycastctl":
        drill.process.kill()
        drill.process.wait()
    else:
        helper.kill()
        helper.start()
        drill.process.send_signal(signal.SIGINT)
        assert drill.wait()[0] == 1
    wait_for("it to be put right", lambda: right(site), 30)
    assert helper.broken() is None or who == "anycastctl"


def test_an_order_ends_without_us(lab, helper):
    site = lab.sites[SITE]
    drill = Drill(site, helper, "withdraw", "--for", "3s")
    wait_for("the withdrawal", lambda: not site.levels())
    drill.process.kill()
    drill.process.wait()
    site.wait_normal()


def test_an_interrupted_drill_reverts_and_says_so(lab, helper):
    site = lab.sites[SITE]
    drill = Drill(site, helper, "dnsd-wrong-answers", "--for", "5m")
    begun(drill, helper, "dnsd-servfail")
    drill.process.send_signal(signal.SIGINT)
    status, report, _ = drill.wait()
    assert (status, report["verdict"]) == (1, "interrupted")
    assert report["over_ms"] < 60_000


def test_one_drill_at_a_time(lab, helper):
    site = lab.sites[SITE]
    first = Drill(site, helper, "link-loss", "--for", "5m")
    begun(first, helper, "link-drop")
    status, report, complaint = Drill(site, helper, "dnsd-crash", "--force").wait()
    assert (status, report) == (2, None) and "one at a time" in complaint
    first.process.send_signal(signal.SIGTERM)
    assert first.wait()[0] == 1


def test_a_drill_below_the_floor_is_refused(lab, helper):
    others = [lab.sites[name] for name in lab.sites if name != SITE]
    for site in others:
        site.ctl("withdraw", "--force")
    try:
        wait_for("them to be gone", lambda: all(set(lab.sites[SITE].fleet(f)) == {1} for f in "46"))
        status, report, complaint = Drill(lab.sites[SITE], helper, "withdraw").wait()
        assert (status, report) == (2, None), complaint
        assert "--force" in complaint or "too few other sites" in complaint
    finally:
        for site in others:
            site.ctl("resume")


def test_a_drill_ends_when_others_leave(lab, helper):
    """Who would have to answer meanwhile is gone: no time to rehearse."""
    others = [lab.sites[name] for name in lab.sites if name != SITE]
    drill = Drill(lab.sites[SITE], helper, "link-loss", "--for", "5m")
    begun(drill, helper, "link-drop")
    try:
        for site in others:
            site.ctl("withdraw", "--force")
        status, report, _ = drill.wait()
        assert (status, report["verdict"]) == (1, "interrupted")
        assert any("too few other sites" in event["text"] for event in report["events"])
    finally:
        for site in others:
            site.ctl("resume")


def test_every_client_is_at_home(lab):
    for client, site in CLIENTS.items():
        lab.wait_served(client, site)
